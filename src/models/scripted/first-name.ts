import { firstNames } from "./first-names.ts"
import { foldText } from "./fold-text.ts"

const titles = new Set(
  "dr dra sr sra srta prof profa professor professora pr pastor dona seu mr mrs ms miss don senor senora".split(
    " "
  )
)

/** Whoever has one of these in the name is a shop, an office, a family or a saying. */
const notAPerson = new Set(
  [
    "loja lojas lojinha casa padaria mercado mercearia mercadinho supermercado adega bar boteco restaurante lanchonete",
    "pizzaria hamburgueria churrascaria doceria confeitaria bolos doces salgados marmitas cafe buffet food burger",
    "studio estudio atelie salao barbearia barber estetica beleza cosmeticos perfumaria cabelos unhas nails makeup",
    "clinica consultorio odonto odontologia dental farmacia drogaria laboratorio hospital otica pet petshop veterinaria",
    "oficina auto autos moto motos mecanica pneus pecas lava transportes frete fretes mudancas taxi turismo viagens hotel pousada",
    "advocacia advogados contabilidade contabil consultoria imobiliaria imoveis corretora corretor seguros construtora",
    "engenharia arquitetura reformas materiais moveis marcenaria vidracaria serralheria eletrica hidraulica servicos",
    "agencia marketing digital design grafica fotografia foto fotos video filmes eventos festas producoes som musica",
    "escola colegio curso cursos academia fitness crossfit faculdade instituto igreja associacao cooperativa condominio",
    "tecnologia tech tecno informatica cell celulares assistencia eletronicos store shop shopping outlet boutique moda modas",
    "roupas calcados joias semijoias acessorios presentes artesanato importados distribuidora atacado representacoes",
    "comercio comercial vendas atendimento suporte financeiro sac oficial delivery grupo empresa empresas cia ltda eireli mei",
    "industria fabrica agro fazenda sitio granja tienda taller panaderia abogados ferreteria inmobiliaria ropa comida",
    "company group inc llc ltd corp services solutions team the familia family amor deus god dios jesus fe fiel vida"
  ]
    .join(" ")
    .split(" ")
)

/** A word that looks like a name; contacts call themselves anything. */
const nameShape = /^\p{L}[\p{L}\p{M}'’-]{1,19}$/u

/** A first name as people write it, `Maria` for "MARIA DA SILVA 🌷"; undefined when it may be something else. */
export const firstNameOf = (contactName: string | undefined): string | undefined => {
  const words = (contactName ?? "").normalize("NFC").trim().split(/\s+/)
  if (words.some((word) => notAPerson.has(lettersOf(word)) || /\d/.test(word))) return undefined
  const name = words.find((word) => !titles.has(lettersOf(word))) ?? ""
  const isKnown = foldText(name)
    .split("-")
    .every((part) => firstNames.has(part))
  return nameShape.test(name) && isKnown ? written(name) : undefined
}

const lettersOf = (word: string): string => foldText(word).replaceAll(/[^\p{L}]/gu, "")

/** With a capital at each beginning, whatever was shouted or whispered. */
const written = (name: string): string =>
  name.toLowerCase().replace(/(^|-)\p{L}/gu, (beginning) => beginning.toUpperCase())
