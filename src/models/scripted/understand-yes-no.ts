/** Words before the answer that don't change it: "olha, sim", "bom dia, não". */
const opening =
  /^(?:(?:bom dia|boa tarde|boa noite|ah|hum|olha|bom|bem|entao|na verdade|well|actually|pues|bueno|mira|oh|uh|hmm|so|oi|ola|opa|hi|hello|hola|obrigad[oa]|resposta|r)[\s,.:!]+)+(?=\S)/u
/** What messengers and lists put around a word: bold marks, bullets, quotes, numbers of a list. */
const dress = /[*_~`"“”«»()[\]>|]+/gu
const listMark = /^\s*(?:[-–—•·+]+|\d{1,2}\s*[.)-]|[a-e]\s*\)|r\s*:)\s*(?=\p{L}|\p{Extended_Pictographic})/u

const no =
  /^(?:(?:claro|isso|eu|sou eu|acho|acredito|imagino|yo|soy yo|of course|certainly|definitely|absolutely|sure|i do|i am|com certeza|logico|obvio) (?:que )?(?:nao|no|not)|nao sou|no soy|i'm not|i am not|i'm just|i don't|i do not|acho que nao|creio que nao|penso que nao|por enquanto nao|ainda nao|agora nao|infelizmente nao|nao|naum|nada disso|negativo|nunca|nem pensar|nem|nn|n|de jeito nenhum|de forma alguma|i don'?t think so|i do not think so|it'?s not|that'?s not|not really|not yet|not at all|not now|not me|unfortunately not|nope|nah|no way|no(?=[\s.!?]*$|,| (?:soy|yo|lo|es|creo|tengo|way|i|it|not|my|thanks|gracias|decid\p{L}+|depende|puedo|senor\p{L}*)\b)|never|creo que no|pienso que no|todavia no|aun no|para nada|de ninguna manera|tampoco|jamas)(?![\p{L}\p{N}'])/u
const yes =
  /^(?:acho que sim|creio que sim|acredito que sim|imagino que sim|com certeza|com ctz|ctz|certeza|certamente|obviamente|e sim|sem duvida|claro|logico|obvio|evidente|sim|sin duda|ss|isso mesmo|isso ai|e isso|exato|exatamente|certo|correto|positivo|afirmativo|aham|ahan|uhum|uhu|pode ser|sou eu|eu mesm[oa]|eu sim|tenho sim|temos sim|i think so|i guess so|i believe so|of course|for sure|definitely|absolutely|certainly|sure|yes|yeah|yea|yep|yup|right(?! now| away)|correct|exactly|indeed|i do|i am|it's me|that's me|that'?s right|that would be me|you bet|creo que si|por supuesto|desde luego|claro que si|asi es|eso es|si|sip|exacto|correcto|efectivamente|afirmativo|soy yo|yo mism[oa])(?![\p{L}\p{N}'])/u
/** Alone they are an answer: "sou gerente", "isso é caro", "me liga" are none. */
const bare =
  /^(?:(?:sou|eu|yo|soy)(?: sim| si| eu| yo)?|s|y|e|eh|isso|tenho|temos|me|ja decidi)(?:[\s.!]*$|,)/u
const thumbsUp = /^[\s]*(?:👍|✅|👌|☑|✔)/u
const thumbsDown = /^[\s]*(?:👎|❌|🚫|🙅)/u
/** Neither, though it begins like one. */
const unsure =
  /\b(?:nao sei|nao tenho certeza|i don'?t know|not sure|no idea|no se\b(?! puede)|no estoy segur|mais ou menos|depende\b(?! (?:so )?(?:de mim|de mi|da|do|de|del|dos|das)\b)|it depends\b(?! on)|talvez|maybe|perhaps|tal vez|quiza|quizas|more or less|no momento\b(?! nao)|no lo se|nao entendi|no entiendo|sim e nao|nem sim|yes and no|si y no|nao so eu|not only me)/u
const inTheEnd = /(?:^|[\s,.])(?:acho que|creio que|creo que)\s+(sim|si|nao|no)[\s.!]*$/u
const spanishIf = /^si\s+(?:es|fuera|tienen|puede|pueden|hay|me|no)\b/u

const self = "(?:eu|mim|minha|meu|comigo|me|mine|my|i|yo|mia|mio|mi)"
const owner =
  "(?:dono|dona|propriet\\p{L}+|ceo|fundador\\p{L}*|cofundador\\p{L}*|owner|founder|decision maker|duen[oa]|propietari[oa]|responsavel|responsable|socio-proprietari\\p{L}*|boss)"
const decides = "(?:decid\\p{L}*|bat(?:o|e) o martelo|contrat\\p{L}*|aprov\\p{L}*|approve\\p{L}*)"

/** The lead says that it decides: "o dono sou eu", "the decision is mine", "só depende de mim". */
const byMe: ReadonlyArray<RegExp> = [
  /\b(?:sou eu|soy yo)(?: mesm[oa]| quem| que|[\s.!,]*$)/u,
  new RegExp(
    `^(?:sou|eu sou|soy|yo soy|i'm|i am) (?:so )?(?:o |a |the |el |la |um dos |one of the )?${owner}\\b`,
    "u"
  ),
  /\b(?:decisao|decision|escolha|palavra)(?: final)?(?: e| is| es)? ?(?:so |toda )?(?:minha|mine|mia|comigo)\b/u,
  /\b(?:the |it's |it is )?my (?:decision|call|company|business|choice)\b/u,
  /\b(?:empresa|negocio|loja|tienda|company) (?:e|es|is) (?:minha|meu|mine|mia|mio)\b/u,
  /\b(?:depende|depends)(?: so| solo| only)? (?:de mim|de mi|on me)\b/u,
  /\b(?:passa por mim|fica comigo|e comigo mesmo|i own|up to me)\b/u,
  new RegExp(`\\b(?:eu|yo|i)(?: mesm[oa]| mism[oa])?(?: que| quem| alone)? ${decides}(?! junto)`, "u"),
  new RegExp(`^${decides} (?:eu|yo)\\b|\\bthe one who (?:decides|approves)\\b`, "u")
]
const others =
  "(?:chef\\p{L}+|socio|socia|diretor\\p{L}*|director\\p{L}*|gerente|gerencia|esposa|esposo|marido|pai|mae|filh[oa]|irma[o]?|patra[o]|patroa|supervisor\\p{L}*|coordenador\\p{L}*|boss|manager|partner|wife|husband|father|mother|board|owner|ceo|jefe|jefa|duen[oa]|dono|dona|financeiro|financiero|finance|juridico|compras|matriz|equipe|conselho|presidente|headquarters|team|cliente)"
const article =
  "(?:o |a |os |as |do |da |dos |das |de |del |la |el |los |the |ao |with |com |con |on |to |a la |al |para |pra |up |que |e |es |is |it's |it |isso e |eso es |that's )*"
const their = "(?:meu |minha |nosso |nossa |my |our |mi |mis |nuestr[oa] |outr[oa] )?"
/** Somebody else decides: "a decisão é da diretoria", "my boss", "tengo que consultarlo con mi socio". */
const byOthers: ReadonlyArray<RegExp> = [
  new RegExp(
    `\\b(?:decisao|decision|quem (?:decide|bate o martelo|manda|aprova|assina)|who decides|quien decide)(?: final)?(?: e| es| is| fica| la toma)? ${article}${their}${others}\\b`,
    "u"
  ),
  new RegExp(`\\b(?:depende|depends|passa pel[oa]|cabe|up to)\\s?${article}${their}${others}\\b`, "u"),
  new RegExp(
    `${others}(?: e)?(?: quem| que| who| quien)? (?:decid\\p{L}*|does|aprova|approves|pode decidir)`,
    "u"
  ),
  new RegExp(`\\b(?:lo )?decide ${article}${their}${others}`, "u"),
  new RegExp(`\\b(?:aprovacao|aprobacion|approval|ok|aval)\\s${article}${their}${others}`, "u"),
  new RegExp(
    `\\b(?:falar|conversar|consultar\\p{L}*|ver|levar|ask|check|talk|hablar\\p{L}*|preguntar\\p{L}*) ${article}${their}${others}`,
    "u"
  ),
  new RegExp(
    `^(?:${article}(?:meu |minha |noss[oa] |my |our |mi |nuestr[oa] )|(?:e|it's|es|it is) ${article})${others}[\\s.!]*$`,
    "u"
  ),
  new RegExp(
    `^(?:isso|eso|that|this)(?:'s| e| es| is)? (?:com|con|with|for) ${article}${their}${others}`,
    "u"
  ),
  /\b(?:sou|soy|i'm|i am) (?:so|apenas|somente|solo|just|only) (?:(?:o|a|um|uma|un|una|an?|the|el|la) )?\p{L}+/u,
  /\b(?:decisao|decision|escolha)\b.*\b(?:nao|not|isn't|no) (?:e |es |is )?(?:minha|mine|mia|comigo)\b/u
]
const together = /\b(?:junt[oa]s|together|em conjunto|nos dois|dos dois|ambos|both of us|em comum)\b/u
const begun = new RegExp(`^(?:nao|no|not)?\\s*${self}\\b`, "u")

const read = (text: string): boolean | undefined => {
  if (thumbsUp.test(text)) return true
  if (thumbsDown.test(text)) return false
  if (unsure.test(text) || spanishIf.test(text)) return undefined
  if (no.test(text)) return false
  if (byOthers.some((pattern) => pattern.test(text)) && !yes.test(text))
    return together.test(text) ? undefined : false
  if (/\b(?:nao|no|not|nunca) /u.test(text) && begun.test(text) && !yes.test(text)) return false
  if (byMe.some((pattern) => pattern.test(text)) || yes.test(text) || bare.test(text)) return true
  const last = inTheEnd.exec(text)?.[1]
  return last === undefined ? undefined : last === "sim" || last === "si"
}

/**
 * True for a yes, false for a no, also hedged ("acho que sim", "not really"), in the dress of a messenger ("*sim*",
 * "siiim") or said by who decides ("o dono sou eu", "a decisão é da diretoria"); undefined when it is neither.
 */
export const understandYesNo = (folded: string): boolean | undefined => {
  const plain = folded
    .replace(listMark, "")
    .replaceAll(dress, "")
    .replace(listMark, "")
    .replace(/^[\s¡¿']+/u, "")
    .replace(/[\s']+$/u, "")
  // A face before the word says nothing, a thumb does.
  const said = plain.replace(opening, "")
  const text =
    thumbsUp.test(said) || thumbsDown.test(said)
      ? said
      : said.replace(/^[\p{Extended_Pictographic}\p{Emoji_Modifier}\s]+/u, "")
  if (text.trim() === "") return undefined
  // Stretched words: "siiim", "nooo"; "isso" and "yess" differ in how many are meant.
  return (
    read(text) ??
    read(text.replaceAll(/(\p{L})\1{2,}/gu, "$1")) ??
    read(text.replaceAll(/(\p{L})\1+/gu, "$1"))
  )
}
