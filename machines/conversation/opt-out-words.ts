/** A message that is nothing but these words, and courtesies around them, asks us to stop. */
const stopWords = new Set(
  "pare parem parar sair descadastrar descadastre descadastro stop stopall unsubscribe unsub optout baja desuscribir desuscribirme".split(
    " "
  )
)

const startWords = new Set("start unstop subscribe voltar iniciar volver alta optin".split(" "))

const courtesies = new Set(
  "por favor pfv pf please pls plz favor obrigado obrigada obg thanks thank you gracias ok oi ola hi hello hola ja now agora ahora bom boa dia tarde noite imediatamente".split(
    " "
  )
)

/** Whole clauses that ask us to stop, accents and case folded. */
const stopClauses: ReadonlyArray<RegExp> = [
  // Portuguese
  /^(eu )?nao quero mais( nada)?$/,
  /^(eu )?nao (quero|desejo|gostaria de) (mais )?(receber|ser contatad[oa])( mais)?( nada| nenhuma| as| suas| essas| estas| contato| mensage(m|ns)| de voces| daqui)*$/,
  /^(nao|nunca mais) me (mande|manda|envie|envia|escreva|escreve|contate|perturbe)m?( mais)?( nada| nenhuma| mensage(m|ns)| msgs?| aqui)*$/,
  /^nao (me )?(mande|manda|envie|envia|escreva|escreve|chame|chama|contate|perturbe)m? mais( nada| nenhuma| mensage(m|ns)| msgs?| aqui)*$/,
  /^(pare|parem|para|parar) (de|com) ((me )?(mandar|enviar|escrever|perturbar|contatar|chamar)( mais)?( tantas| mensage(m|ns)| msgs?| para mim| pra mim)*|(essas|estas|as) mensagens)$/,
  /^(me (tir|retir|remov|exclu|descadastr)\w*|(tir|retir|remov|exclu|descadastr|apag)\w* (me|meu (numero|contato|telefone|nome)))( d\w+( sua)? (lista|base|cadastro)( de \w+)?)?$/,
  /^(eu )?(quero|gostaria de) (me descadastrar|sair d\w+ lista|ser removid[oa]|cancelar (a )?(minha )?inscricao)$/,
  /^cancel(ar|e|a) (a )?(minha )?inscricao$/,
  /^me deix[ae] em paz$/,
  // English
  /^stop (messaging|texting|contacting|writing|writing to|spamming|bothering|emailing)( me| us)?$/,
  /^stop sending( me| us)? (these |those |any |your )?(messages?|texts?|emails?|spam)$/,
  /^(remove|unsubscribe) (me|us|my number|my contact)( from (this|the|your) (mailing )?(list|database))?$/,
  /^take (me|us|my number) off( of)? (this|the|your) list$/,
  /^(do not|dont|don t|never) (message|text|contact|write|write to) (me|us)( again| anymore| any more| ever again)?$/,
  /^i (do not|dont|don t) want (to (receive|get) )?(any )?(more )?(messages?|texts?)( from you)?( anymore| again)?$/,
  /^i (do not|dont|don t) want to hear from you( anymore| again)?$/,
  /^(i want to |i d like to )?(opt out|unsubscribe)$/,
  /^leave me alone$/,
  // Spanish
  /^(yo )?(ya )?no quiero mas( nada)?$/,
  /^(yo )?(ya )?no (quiero|deseo) (mas )?(recibir|que me (escriban|contacten))( mas| nada| ningun| sus| estos| mensajes?| de ustedes)*$/,
  /^(ya )?no me (escrib(a|an|as)|envi(e|en|es)|mand(e|en|es)|contact(e|en|es)|molest(e|en|es))( mas| nunca| mensajes?| nada)*$/,
  /^(deja|deje|dejen|para|pare|paren) de (escribirme|enviarme|mandarme|contactarme|molestarme|enviar|mandar)( mas)?( mensajes?)?$/,
  /^(quitame|quiteme|quitenme|eliminame|elimineme|borrame|borreme|sacame|saqueme)( de (la|su|esta) lista)?$/,
  /^(d[ae]me|denme|quiero darme|darme) de baja$/,
  /^dejame en paz$/
]

/** Whole clauses that ask us to write again. */
const startClauses: ReadonlyArray<RegExp> = [
  /^(eu )?quero (voltar a )?receber( as| suas)?( mensagens)?( de novo| novamente)?$/,
  /^pode(m)? (voltar a )?(me )?(mandar|escrever|chamar)( mensagens)?( de novo| novamente)?$/,
  /^(i want to )?(opt in|subscribe|resubscribe)( again)?( please)?$/,
  /^you (can|may) (message|text|write to|contact) me( again)?$/,
  /^(quiero )?(volver a )?recibir( sus)?( mensajes)?( de nuevo)?$/,
  /^(ya )?pueden? escribirme( de nuevo)?$/
]

/** Longer messages are not searched: nobody hides an opt-out in an essay. */
const lengthMax = 500

/**
 * Whether a message asks us never to write again, in Portuguese, English or Spanish. A single word counts only when
 * it is the whole message ("pare", not "pare, isso é caro"), a phrase only when it is a whole clause ("não quero
 * mais", not "não quero mais perder vendas"); a question ("stop by tomorrow?") never does.
 */
export const asksToStop = (text: string | undefined): boolean => matches(text, stopWords, stopClauses)

/** Whether a message of a lead that opted out asks us to write again. */
export const asksToStart = (text: string | undefined): boolean => matches(text, startWords, startClauses)

const matches = (
  text: string | undefined,
  words: ReadonlySet<string>,
  clauses: ReadonlyArray<RegExp>
): boolean => {
  if (text === undefined || text.length > lengthMax) return false
  const said = withoutCourtesies(fold(text)).split(" ")
  if (!text.includes("?") && said.every((word) => words.has(word))) return true
  const statements = (text.match(/[^.!?;,:\n…]+[.!?;,:\n…]*/g) ?? []).filter((each) => !each.includes("?"))
  return statements.some((statement) => {
    const folded = fold(statement)
    return clauses.some((each) => each.test(folded) || each.test(withoutCourtesies(folded)))
  })
}

const withoutCourtesies = (folded: string): string =>
  folded
    .split(" ")
    .filter((word) => !courtesies.has(word))
    .join(" ")

/** Lower case, without accents, punctuation and emoji, single spaces. */
const fold = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
