import { symbolOf } from "./opt-out-lexicon.ts"

/** A message that is nothing but these words, and courtesies around them, asks us to stop. */
const stopWords = new Set(
  "pare parem parar para paren sair salir descadastrar descadastre descadastro desinscrever stop stopall quit end cancel cancelar cancela cancele cancelem remover remove remova excluir eliminar detener detente alto unsubscribe unsub optout baja desuscribir desuscribirme chega basta enough".split(
    " "
  )
)

const startWords = new Set("start unstop subscribe voltar iniciar volver alta optin".split(" "))

const courtesies = new Set(
  "por favor pfv pf please pls plz favor obrigado obrigada obg thanks thank you gracias ok oi ola hi hello hola ja ya now agora ahora already bom boa dia tarde noite imediatamente it".split(
    " "
  )
)

/** What may stand behind a wish to be left alone without changing it. */
const tail = "(?:(?:G|P|M|ME|MY|CT|YOU|L|OF|NUM) )*(?:N )?$"
const tailNow = "(?:(?:G|P|M|ME|MY|CT|YOU|L|OF|NUM|NOW|N) )*$"
const cease = "(?:C (?:OF )?|PA OF |LV (?:ME )?OF |EN OF )"
const ceaseAsCommand = "(?:CI (?:OF )?|LI (?:ME )?OF )"

/**
 * The wishes, as what their words do (`opt-out-lexicon.ts`). Everything behind the wish must belong to it: "não quero mais
 * mensagens" is one, "não quero mais perder vendas" is none.
 */
const wishes: ReadonlyArray<RegExp> = [
  // Stop writing to me, or writing at all when it is said to us: "quero parar de escrever" is about one's own work.
  `(?<!(?:N|NV|W|ND) (?:M |OF )?)${cease}(?:OF )?(?:YOU )?(?:ME )?(?:S|CT|K|B) ${tailNow}`,
  `(?<!(?:N|NV) (?:M )?)${ceaseAsCommand}(?:YOU )?(?:ME )?(?:S|CT|K|B) ${tailNow}`,
  `(?<!(?:N|NV) (?:M )?)(?:CI?|PA OF|LV OF|LI OF) (?:OF )?(?:M )?R ${tailNow}`,
  `(?<!(?:N|NV|W) )(?:EN|CI?|PA) OF (?:P )*(?:G|P) ${tailNow}`,
  `(?:^|Q |YOU )(?:EN|CI?) (?:P |G )+${tailNow}`,
  `(?:^(?:OF )?|Q (?:\\w+ )*|YOU )CI? (?:P )?(?:NOW )?$`,
  // I don't want more of it.
  `(?:N|NV) (?:M )?W (?:M )?(?:OF )?(?:YOU )?(?:ME )?(?:R|S|K) ${tail}`,
  `N (?:M )?W (?:(?:P|ME|OF|YOU) )*(?:M|G|CT) ${tail}`,
  `N W (?:x )?P (?:OF )*YOU $`,
  `W (?:OF )?N (?:M )?(?:R|(?:ME )?S) ${tail}`,
  `^N M (?:OF )?(?:(?:P|G) )*$`,
  `^(?:SEM|N) (?:M )?G $`,
  // Never write to me: with what is not to be sent, to whom, or for ever.
  `(?:N|NV) (?:M )?(?:OF )?(?:YOU )?(?:ME (?:M )?|M (?=(?:S|CT) ))(?:S|CT) ${tail}`,
  `(?:N|NV) (?:S|CT) (?=(?:\\w+ )*(?:ME|G|M) )${tail}`,
  `NV (?:M )?(?:ME )?(?:S|CT|K) ${tail}`,
  `N (?:ME )?K (?=(?:ME |OF |P )*M )${tail}`,
  `(?:N|NV) (?:M )?(?:ME )?B ${tail}`,
  // Take me off your list.
  `(?:ME RM|RM ME) ${tail}`,
  `RM (?:OF )?(?:P )?(?:MY )+(?:OF )?(?:NUM|CT|L) ${tail}`,
  `RM (?:P |OF )*L ${tail}`,
  `RM (?:NUM|CT) ${tail}`,
  `TK (?:ME|MY NUM) OFF ${tail}`,
  `W (?:OF )?RM $`,
  `W (?:EX|OF|P)+ (?:OF |P )*L (?:OF |G |YOU )*$`,
  `^(?:W )?EX (?:OF |P )*(?:L (?:OF |G |YOU )*)?$`,
  `Q (?:Q |OF )*EX (?:OF |P )*L (?:OF |G |YOU )*$`,
  `N W (?:\\w+ )*EX (?:OF |P )*L $`,
  `(?:^|ME |W |OF |Q )(?:OF )*(?:ME )?UN ${tail}`,
  `GV (?:ME )?OF BJ ${tail}`,
  `CN (?:(?:P|MY|OF) )*(?:SB|G|R|L) ${tail}`,
  `^(?:P |HV )*(?:N|NV|SEM) (?:M |ME |HV )*(?:P )?INT ${tail}`,
  `^(?:P |HV )*N (?:M |ME |HV )*INT OF R ${tail}`
].map((source) => new RegExp(`(?<![A-Za-z])(?:${source})`, "u"))

/** Wishes in words of their own, as whole clauses. */
const idioms: ReadonlyArray<RegExp> = [
  /^(?:\S+ ){0,3}(?:me |eu )?deix\p{L}*(?: me| eu)? em paz/u,
  /\bleave me (?:\p{L}+ )*alone?\b/u,
  /\bdej[ae]n?me (?:en paz|tranquil[oa])/u,
  /^(?:por favor )?(?:me (?:esque[cs]\p{L}*(?<!esqueci)|erra|bloqueia)|ve se me erra|me poupem?|sai fora|cai fora|vai se \p{L}+|vao se \p{L}+|va(?:i|o) tomar no .*|me deix\p{L}+(?: quiet[oa])?|(?:(?:voces|vcs|vc|voce) (?:esta|estao|ta|tao) )?(?:bloquead|denunciad)\p{L}+|(?:estou|to) (?:te |os )?(?:bloque|denunci)ando\p{L}*|some|some daqui|sumam?(?: daqui)?|vaza|ja deu|ja chega|vai encher outro|esquecam? de mim|larga do meu pe|go away|get lost|back off|fuck off|piss off|get out|largate|larguense|no jodan|opt(?:ed)? me out)$/u,
  /^(?:i want to |i d like to |id like to |how (?:do|can) i |please )?opt out(?: of (?:this|these|it))?$/u,
  /\b(?:nao|no) (?:quero|quiero) saber (?:de|nada de|mais de) (?:voces|vcs|nada|voce|ustedes|vc)$/u,
  /\bi (?:do not|dont) (?:want|wish|care) to hear from (?:you|this)\b/u,
  /^(?:(?:esse|este|e|eh|acho que eh?|desculpa|this is the|you have the|sorry|es|tem o|voces tem o) )*(?:numero errado|pessoa errada|wrong number|wrong person|numero equivocado|persona equivocada)$/u
]

const threat =
  /\b(?:vou|irei|vamos|eu|voy a|i ll|ill|i will|going to|gonna|i m|im|i am) (?:\p{L}{1,3} )?(?:denunci\p{L}*|bloque\p{L}*|process\p{L}*|reclam\p{L}*|report|block|blocking|reporting|sue)(?: (?:voces|vcs|voce|vc|te|you|esse|este|ese|this|numero|number|contato|no|ao|por|for|as|spam|procon|policia|los))*$|\bprocon$/u

/** Longer messages are not searched: nobody hides an opt-out in an essay. */
const lengthMax = 500
const wordsMax = 60

/** Lower case, without accents, apostrophes, punctuation and emoji, single spaces. */
const fold = (text: string): string =>
  text
    .normalize("NFC")
    // "é" is no "e".
    .replace(/(?<!\p{L})é(?!\p{L})/giu, "eh")
    .normalize("NFD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase()
    .replace(/[’‘´`']/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .replace(/(?:^|\s)(?:sou|era|fui) (?:ja )?cliente(?: de voces)?(?=\s|$)/gu, " ")
    .replace(
      /\b(?:entr\p{L}*|get|pong\p{L}*|ponerse) (mais |mas )?(?:em|en|in) (?:contat\p{L}*|contacto|touch)\b/gu,
      "contatar $1"
    )
    .replace(/\b(?:vuelv\p{L}+) a\b/gu, "mais")
    .replace(/\bda (?:pra|para)\b|\btem como\b/gu, "pode")
    .replace(/\b(?:faco|fazer|hago) (?:pra|para)\b/gu, "como")
    .replace(/\bopt ?out\b/gu, "optout")

interface Clause {
  readonly folded: string
  readonly isQuestion: boolean
  /** What its words do, each followed by a space. */
  readonly symbols: string
}

const clausesOf = (text: string): ReadonlyArray<Clause> =>
  (text.match(/[^.!?;,:\n…]+[.!?;,:\n…]*/gu) ?? []).flatMap((part) =>
    fold(part)
      .split(/ (?:e|and|y|pois|porque|because|senao|but|pero|or|ou) (?!que )(?=\p{L}{2})/u)
      .map((folded) => ({ folded, isQuestion: part.includes("?"), symbols: symbolsOf(folded) }))
  )

const symbolsOf = (folded: string): string =>
  folded
    .split(" ")
    .slice(0, wordsMax)
    .map(symbolOf)
    .filter((symbol) => symbol !== "")
    .map((symbol) => `${symbol} `)
    .join("")

/** A question is a wish only when it asks us for it: "podem parar de me escrever?", not "stop by tomorrow?". */
const isWish = ({ folded, isQuestion, symbols }: Clause, told: string): boolean => {
  if (idioms.some((each) => each.test(folded)) || (threat.test(folded) && !/\bX /u.test(symbols)))
    return !isQuestion
  if (isQuestion && !/(?:^|[^A-Za-z])(?:Q|UN) /u.test(symbols)) return false
  return wishes.some((each) => {
    const match = each.exec(symbols)
    // "meus clientes pedem …", "um sistema que pare …", "se eu quiser …": somebody else's words, or no wish yet.
    return (
      match !== null &&
      !/(?:^|[^A-Za-z])(?:X|IF) /u.test(told + symbols.slice(0, match.index + match[0].length))
    )
  })
}

const positive = /(?:^|[^NV] )W (?!(?:OF )?(?:N|C|CI|LI|RM|UN|YOU|EX|M N|LV) )(?:\w+ )*x /u
const soft = /INT |^N W M $/u
const bare = /^CI? (?:P )?(?:NOW )?$/u

/**
 * Whether a message asks us never to write again, in Portuguese, English or Spanish. A single word counts only when
 * it is the whole message ("pare", not "pare, isso é caro"), a wish only when all behind it belongs to it ("não quero
 * mais", not "não quero mais perder vendas").
 */
export const asksToStop = (text: string | undefined): boolean => {
  if (text === undefined || text.length > lengthMax) return false
  if (isAll(text, stopWords)) return true
  const clauses = clausesOf(text)
  return clauses.some((clause, place) => {
    // Only what leads up to a wish without a stop can make it somebody else's: "o cliente disse: pare …".
    const lead = text.includes(":")
      ? clauses
          .slice(0, place)
          .map((each) => each.symbols)
          .join("")
      : ""
    if (!isWish(clause, lead)) return false
    const others = clauses.filter((other) => other !== clause)
    // "pare, isso é muito caro" stops nothing.
    if (bare.test(clause.symbols)) return !others.some((other) => /x /u.test(other.symbols))
    return !soft.test(clause.symbols) || !others.some((other) => positive.test(other.symbols))
  })
}

const doubtful =
  /(?:N|NV) (?:x )?(?:M )?(?:ME )?(?:S|B|R) (?:\w+ )*(?:ME|G|M) |^CI? $|(?:CI?|PA OF|LV OF|LI OF|EN(?: OF)?) (?:\w+ ){0,3}(?:G|ME) |N (?:\w+ )?(?:M )?ME S |RM (?:ME|MY) |(?:^| )UN /u

/** Whether a message may ask us to stop, so that a person should look: "não me mande isso", "isso é spam". */
export const mayAskToStop = (text: string): boolean =>
  !asksToStop(text) &&
  text.length <= lengthMax &&
  clausesOf(text).some(
    ({ folded, isQuestion, symbols }) =>
      !isQuestion &&
      !/(?:^|[^A-Za-z])(?:X|IF) /u.test(symbols) &&
      (doubtful.test(symbols) || /\b(?:isso eh?|this is|esto es) (?:um |uma )?spam\b/u.test(folded))
  )

/** Whole clauses that ask us to write again. */
const startClauses: ReadonlyArray<RegExp> = [
  /^(eu )?quero (voltar a )?receber( as| suas)?( mensagens)?( de novo| novamente)?$/,
  /^(voces )?pode(m)? (voltar a )?(me )?(mandar|escrever|chamar)( mensagens)?( de novo| novamente)?$/,
  /^(i want to )?(opt in|subscribe|resubscribe)( again)?( please)?$/,
  /^you (can|may) (message|text|write to|contact) me( again)?$/,
  /^(quiero )?(volver a )?recibir( sus)?( mensajes)?( de nuevo)?$/,
  /^(ya )?pueden? escribirme( de nuevo)?$/,
  /^(eu |na verdade )?(mudei de ideia|mudei de opiniao|i( ve| have)? changed my mind|cambie de (idea|opinion))$/
]

/** Whether a message of a lead that opted out asks us to write again. */
export const asksToStart = (text: string | undefined): boolean => {
  if (text === undefined || text.length > lengthMax || asksToStop(text)) return false
  if (isAll(text, startWords)) return true
  return clausesOf(text).some(
    ({ folded, isQuestion }) =>
      !isQuestion && startClauses.some((each) => each.test(folded) || each.test(withoutCourtesies(folded)))
  )
}

const isAll = (text: string, words: ReadonlySet<string>): boolean =>
  !text.includes("?") &&
  withoutCourtesies(fold(text))
    .split(" ")
    .every((word) => words.has(word.replace(/(\p{L})\1{2,}/gu, "$1")))

const withoutCourtesies = (folded: string): string =>
  folded
    .split(" ")
    .filter((word) => !courtesies.has(word))
    .join(" ")
