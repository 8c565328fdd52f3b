/**
 * What a word does in a sentence that asks us to stop, whatever its language: `N` and `SEM` deny, `NV` for ever, `W` wants, `M` more or again,
 * `ME` the lead and `MY` its, `NUM` its number, `YOU` us, `Q` asks for a favour, `C` cease and `CI` the same as a command, `PA` the ambiguous "para",
 * `LV` and `LI` leave off, `EN` enough, `S` send or contact, `K` call, `B` bother, `R` receive, `G` messages, `P` this and nothing,
 * `L` a list, `RM` remove, `UN` unsubscribe, `X` somebody else, `IF` a condition, `ND` what the lead itself has to do.
 */
const forms: Readonly<Record<string, string>> = {
  N: "nao n naum not no dont nem",
  SEM: "sem sin without",
  NV: "never nunca jamais",
  W: "quero qro kiero queria queremos desejo desejamos gostaria gostariamos quiero quisiera deseo want wish wanna like prefer prefiro preferia preferiria rather autorizo autorizei gustaria",
  M: "mais mas anymore again more further longer novamente else vuelvan vuelva vuelvas",
  ME: "me m mim comigo us conmigo migo",
  MY: "meu minha meus my mi mis",
  NUM: "numero telefone nome whats celular number phone name telefono nombre dados datos num",
  CT: "contato contacto contact contatos",
  YOU: "voces vcs voce vc ustedes usted you u ces tu",
  Q: "pode podem poderia poderiam podes puede pueden podria podrian can could would will favor peco pedi pido solicito pedir asked told ask faco fazer como how",
  C: "parar parando stop quit cease paro stopping",
  CI: "pare parem pararem parassem paren parad cesen parasen",
  PA: "para",
  LV: "deixar dejar",
  LI: "deixa deixe deixem deixarem deixassem deje deja dejen dejad",
  EN: "chega basta enough",
  S: "mandar mande mandem manda mandarem mandando envie enviem enviar envia enviarem enviando escreva escrevam escrever escreve escreverem escrevendo chame chamem chamar chama chamando contate contatem contatar contate contacte contacten contactar contactes procure procurem procurar adiciona adicione text texting message messaging write writing send sending email emailing contacting escriba escriban escribas escribir escribe mande manden mandes mandar envie envien envies enviar contacten busque busquen busques fale falem falar falarem talk hablen hables hable hablar add txt txting enviassem mandassem escrevessem chamassem contatassem falassem mandaran escribieran",
  K: "ligassem ligue liguem ligar liga ligarem call calling phone llame llamen llames llamar telefone",
  B: "perturba incomoda insista insistam insistan insistir insistas perturbe perturbem perturbar incomode incomodem incomodar incomodarem enche encher encham importune bother bothering harass harassing disturb spamming moleste molesten molestes molestar joda jodan joder fastidien encherem",
  R: "receber recebe recebendo receive receiving get getting recibir recibiendo recebimento contatado contatada contactado contactada incomodado incomodada contacted",
  G: "mensagem mensagens msg msgs mensaje mensajes messages texts mensagi zap sms spam propaganda propagandas publicidade publicidad anuncio anuncios promocao promocoes promociones ofertas ligacao ligacoes llamadas calls emails envio recados notificacoes notificaciones updates",
  P: "isso disso isto essa essas esse esses esta estas este estes dessa dessas desse desses desta destas deste nessa nesse nada this these those that it eso esto estos esos esa esas anything something stuff coisas coisa cosas merda shit crap tipo saco dai tanta tantas tantos",
  L: "lista list base cadastro database mailing grupo registro banco listas group",
  RM: "tira tire tirem tirar retira retire retirem remova remove removam remover excluir exclua exclui excluam apaga apague apaguem apagar deleta delete deletem elimina elimine eliminen eliminar borra borre borren borrar quita quite quiten saca saquen saque sacar erase remocao exclusao removido removida excluido excluida removed esqueca esquecam esquece perca percam lose",
  TK: "take tirou",
  OFF: "off",
  UN: "descadastrar descadastra descadastre descadastrem descadastro desinscrever desinscreva unsubscribe unsub optout desuscribir desuscribe desuscriban desinscribir",
  GV: "dar dame deme denme darme doy dan dad",
  BJ: "baja",
  CN: "cancelar cancela cancele cancelem cancel cancelen",
  SB: "inscricao subscricao suscripcion subscription recebimento",
  EX: "sair salir participar parte",
  HV: "tenho temos tem ha estou estamos am im were are tengo estoy hay tenemos have to tou",
  INT: "interesse interessado interessada interessados interessa interested interest interesa interesado interesada interes",
  OF: "de do da dos das com with of from del en em in on d pra",
  NOW: "agora ahora now",
  X: "cliente clientes lead leads paciente pacientes aluno alunos usuario usuarios customer customers client clients people users contacts alguem sistema sistemas software ferramenta bot robo chatbot plataforma app equipe vendedor vendedores funcionarios fornecedor concorrente system tool platform team employees tienda clientas campanha automacao automation pessoas whatsapp",
  IF: "se if si quando when cuando caso",
  ND: "preciso precisamos precisava necesito necesitamos need vamos consigo conseguir tentando"
}

const symbols: ReadonlyMap<string, string> = new Map(
  // The first class that has a word gives its meaning.
  Object.entries(forms)
    .toReversed()
    .flatMap(([symbol, words]) => words.split(" ").map((word): [string, string] => [word, symbol]))
)

/** Courtesies, articles, curses: they change nothing. */
const fillers = new Set(
  "por favor pfv pf pfvr please pls plz gentileza porfa obrigado obrigada obg valeu vlw brigado thanks thank gracias ok okay oi ola oie hi hello hola hey ja ya eu i yo o a os as the um uma an any un una el la los las lo so just ai entao ta ne viu gente moca moco cara amigo amiga querida querido sir porra caralho caramba inferno hell fucking damn pelo amor deus god imediatamente immediately already aqui here daqui mesmo really que q to be is ser bom nos eh olha bem disse falei said already id im ill s t ter pedimos mensais nenhum nenhuma mucho muito really le les te is e pelamor sua suas su sus your seu seus nossa favorzinho demais please mto outra pois noss hein ficar fica fique ficam ficando seguir seguindo sigan sigas continuar continuem continue keep kindly all ever inmediatamente nos at all do does i'd mto".split(
    " "
  )
)

/** Words that are taken with a letter wrong: what is sent, and what is to be done about it. */
const longWords = [...symbols]
  .filter(([word, symbol]) => word.length >= 6 && /^(?:G|S|R|RM|UN|CN|INT)$/u.test(symbol))
  .map(([word]) => word)

/** Whether two words differ by one letter: left out, put in, or another. */
const isTypo = (word: string, meant: string): boolean => {
  if (Math.abs(word.length - meant.length) > 1 || word[0] !== meant[0]) return false
  let start = 0
  while (start < word.length && word[start] === meant[start]) start += 1
  let end = 0
  while (
    end < Math.min(word.length, meant.length) - start &&
    word[word.length - 1 - end] === meant[meant.length - 1 - end]
  )
    end += 1
  return Math.max(word.length, meant.length) - start - end <= 1
}

const known = (word: string): string | undefined => {
  const plain = symbols.get(word)
  if (plain !== undefined) return plain
  // "escribirme", "bórrenme", "desuscríbeme".
  const verb = /^(.{3,})(?:me|nos)$/u.exec(word)?.[1]
  const withMe = verb === undefined ? undefined : (symbols.get(verb) ?? typoOf(verb))
  return withMe === undefined ? undefined : `${withMe} ME`
}

const typoOf = (word: string): string | undefined => {
  if (word.length < 6) return undefined
  const meant = longWords.find((each) => isTypo(word, each))
  return meant === undefined ? undefined : symbols.get(meant)
}

/** What a folded word does in a sentence: a symbol or two, "" for a filler, `x` for a word that is about something. */
export const symbolOf = (word: string): string => {
  if (word === "") return ""
  const once = word.replace(/(\p{L})\1{2,}/gu, "$1")
  if (fillers.has(once)) return ""
  return known(once) ?? known(once.replace(/(\p{L})\1+/gu, "$1")) ?? typoOf(once) ?? "x"
}
