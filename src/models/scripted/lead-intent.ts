import { foldText, hasPhrase } from "./fold-text.ts"

/** A sentence of the lead's turn. */
export interface Sentence {
  /** As the lead wrote it. */
  readonly said: string
  readonly folded: string
  readonly isQuestion: boolean
  /** The day on which it was written, if that is known: `2026-11-20`. */
  readonly day?: string
}

const asksByWords =
  /^(?:(?:e|y|and|mas|pero|but|oi|ola|hi|hello|hola|bom dia|boa tarde|boa noite|so|entao)[\s,]+)*(?:qual|quais|quanto custa|quanto fica|quanto e|quanto tempo|quantos dias|como (?:funciona|e|faco|posso)|o que|onde|por que|quando voces|voces (?:tem|fazem|atendem|aceitam|oferecem|trabalham)|tem como|da pra|da para|posso|queria saber|gostaria de saber|quero saber|me fala|me diz|me conta|what|which|how (?:much|long|does|do|can|is)|where|why|do you|does it|can i|can you|could you|is there|is it|are you|are there|i'?d like to know|i want to know|tell me|cual|cuales|cuanto (?:cuesta|sale|vale|tarda)|que (?:es|hacen|incluye)|donde|por que|ustedes|tienen|hacen|aceptan|puedo|se puede|quiero saber|quisiera saber|me gustaria saber)(?![\p{L}\p{N}])/u

// A dot ends a sentence before a space or a capital letter: sums, links and "S.A." go on.
const sentence =
  /(?:https?:\/\/\S*[^\s.!?;,…]|www\.\S*[^\s.!?;,…]|(?<!\S)[^\s@]{1,64}@\S{0,250}[^\s.!?;,…]|[^.!?\n;…]|\.(?![.\s]|\p{Lu}\p{Ll}|$))+[.!?;…]*\n?|[.!?;…]+\n?/gu
/** The marks of a messenger for bold, slanted and struck words. */
const marks = /(?<![\p{L}\p{N}])[*_~]+|[*_~]+(?![\p{L}\p{N}])/gu

/** The sentences of a text, at most 40 of at most 500 characters: a lead's turn is short. */
export const sentencesOf = (text: string): ReadonlyArray<Sentence> =>
  (text.match(sentence) ?? [])
    .map((part) => [...part.trim()].slice(0, 500).join(""))
    .filter((part) => part !== "")
    .slice(0, 40)
    .map((said) => {
      const folded = foldText(said.replaceAll(marks, ""))
      return {
        said,
        folded,
        isQuestion: /[?¿]/u.test(said.replaceAll(/https?:\/\/\S+/gu, "")) || asksByWords.test(folded)
      }
    })

const personWords =
  "(?:um|uma|o|a|com o|com a|algum|alguma|a real|an?|the|some|un|una|el|la|al|algun|alguna)?\\s*(?:atendente|humano|humana|pessoa(?! do meu| da minha)|alguem(?! do meu| da minha)|vendedor|vendedora|consultor|consultora|especialista|representante|human|person(?! in my| from my)|someone|somebody|agent|representative|sales ?(?:person|rep|man|woman)|real person|persona(?! de mi)|asesor|asesora|agente|vendedor|alguien(?! de mi)|ser humano)"
const asksForPersonPattern = new RegExp(
  `\\b(?:falar|fala|conversar|atendid[oa]|atendimento|chama|chamar|passa|passar|transfere|transferir|prefiro|quero|queria|speak|talk|chat|connect me|transfer me|pass me|get me|i want|i need|hablar|hable|comunicar|comuniqueme|pasame|paseme|pasar|transferirme|quiero|necesito|prefiero)\\s+(?:me\\s+)?(?:com|por|pra|para|to|with|con|a|de)?\\s*${personWords}\\b`,
  "u"
)
const notAPerson = /^(?:automatic[oa]?|virtual|digital|ia|ai|artificial)\b/u
const asksForPersonAlone =
  /^(?:(?:um |uma |an? |un |una )?(?:atendente|humano|humana|atendimento humano|human|agent|human agent|real person|representative|asesor|agente|persona real|pessoa de verdade))(?: por favor| please)?[.!]*$/u
const notWanted =
  /\b(?:nao|don'?t|do not|no)\s+(?:(?:quero|queria|preciso|want|need|quiero|necesito)\s+)?(?:to\s+)?$/u

/** "quero falar com um atendente", "speak to a human", "hablar con una persona". */
export const asksForPerson = (folded: string): boolean => {
  if (asksForPersonAlone.test(folded)) return true
  // "não quero falar com um robô, quero falar com um humano" asks; "não quero falar com um humano" does not.
  return folded.split(/[,.;]\s*/u).some((part) => {
    const match = asksForPersonPattern.exec(part)
    if (match === null) return false
    const after = part.slice(match.index + match[0].length).trimStart()
    return !notWanted.test(part.slice(0, match.index)) && !notAPerson.test(after)
  })
}

/** The lead wants to buy, to be called, or to have something that only a person can send: a person should go on. */
const wantsNext: ReadonlyArray<RegExp> = [
  /\b(?:quero|queria|gostaria de|vou|posso|podemos|bora|vamos|queremos|desejo|pode) (?:ja )?(?:comprar|contratar|assinar|fechar|adquirir)(?: (?:com voces|agora|ja|hoje|isso|esse|este|(?:o |a |um )?(?:plano|pacote|sistema|negocio|contrato|servico|essencial|assinatura))\b.*)?[\s.!?,]*(?:,.*)?$/u,
  /\b(?:i|we)(?: want|'d like| would like|'ll| will| am ready|'m ready| are ready) (?:to )?(?:buy|sign up|subscribe|purchase|close the deal)\b(?! .*\b(?:from|for my|more)\b)|\bwhere (?:do|can) i (?:pay|sign)\b|\bhow (?:do|can) i (?:sign up|buy|subscribe|pay for it)\b/u,
  /\b(?:quiero|queremos|voy a|quisiera|vamos a) (?:comprar|contratar|suscribirme|cerrar)(?: (?:el|un|este|ese|ahora|ya|hoy)\b.*)?[\s.!?,]*$/u,
  /\b(?:mand[ae]\p{L}*|envi[ae]\p{L}*|pass[ae]\p{L}*|send|manda\p{L}*) (?:me )?(?:o |a |um |uma |the |el |la |un |una |seu |your )*(?:pdf |link )?(?:com |with |con |de |d[ao] |for |a |the )*(?:pagamento|payment|pago|pix|boleto|contrato|contract|propo\p{L}+|orcamento|quote|invoice|cotizacion|presupuesto)\b/u,
  /\bcomo (?:e que )?(?:eu )?(?:faco|hago)(?: eu)? (?:pra|para) (?:assinar|contratar|comprar|pagar|fechar|aderir)\b|\bcomo (?:assino|contrato|compro|pago)\b(?! com)/u,
  /\b(?:me|nos) (?:lig[aeu]\p{L}*|telefon\p{L}+|llam[ae]\p{L}*)\b|\b(?:pode|podem|poderia|puede|pueden) (?:me )?(?:ligar|llamar|llamarme)\b|\b(?:call|phone|ring) me\b|\bllam[ae]n?me\b|\bquando (?:alguem|voces) (?:me )?liga\b/u
]
const notNext = /\b(?:nao|don'?t|do not|no|nunca|never|nem)\s+(?:\S+\s+)?$/u

/** "quero contratar o plano", "manda o link de pagamento", "me liga amanhã". */
export const wantsNextStep = (folded: string): boolean =>
  wantsNext.some((pattern) => {
    const match = pattern.exec(folded)
    return match !== null && !notNext.test(folded.slice(0, match.index))
  })

const declines = [
  ...["nao sei", "ainda nao sei", "nao faco ideia", "nao tenho ideia", "prefiro nao", "nao quero dizer"],
  ...[
    "nao quero informar",
    "nao posso informar",
    "nao definimos",
    "nao definido",
    "a definir",
    "nao tenho certeza"
  ],
  ...["sem ideia", "i don't know", "i dont know", "don't know", "no idea", "not sure", "rather not"],
  ...["prefer not", "can't say", "not decided", "to be defined", "no se", "no lo se", "ni idea"],
  ...["prefiero no", "no puedo decir", "no estoy seguro", "no estoy segura", "sin definir", "por definir"]
]

/** The lead does not know or does not want to say: we don't ask that again. */
export const declinesToAnswer = (folded: string): boolean => hasPhrase(folded, declines)

const smallTalk =
  /^(?:oi+e?|ola|opa|e ai|eai|bom dia|boa tarde|boa noite|tudo bem|tudo bom|tudo certo|td bem|como vai|como esta|como estas|e voce|com voce|e vc|por ai|hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|how are you(?: doing| today)?|hola|buenas|buenos dias|buenas tardes|buenas noches|que tal|todo bien|y tu|ok|okay|okey|okk?|certo|beleza|blz|legal|show|otimo|perfeito|entendi|entendo|great|nice|cool|perfect|got it|alright|vale|perfecto|genial|de acuerdo|k+|(?:rs)+|(?:ha|he|hua|ja){2,}h?|por favor|please|there|so much|very much|a lot|mesmo|(?:tem )?alguem ai|(?:is )?anyone there|(?:hay )?alguien ahi|por nada|de nada|you're welcome|lia)$/u
const thanks = [
  ...[
    "obrigado",
    "obrigada",
    "muito obrigado",
    "muito obrigada",
    "valeu",
    "vlw",
    "agradeco",
    "obg",
    "brigado"
  ],
  ...["brigada", "thanks", "thank you", "thx", "cheers", "appreciate it", "gracias", "muchas gracias"]
]
const farewells = [
  ...[
    "tchau",
    "ate mais",
    "ate logo",
    "ate amanha",
    "falou",
    "bye",
    "goodbye",
    "see you",
    "talk soon",
    "talk later"
  ],
  ...["adios", "hasta luego", "hasta pronto", "chao", "nos vemos"]
]

/** The lead says thanks. */
export const givesThanks = (folded: string): boolean => hasPhrase(folded, thanks)

/** The lead says goodbye. */
export const saysGoodbye = (folded: string): boolean => hasPhrase(folded, farewells)

/** Nothing but greetings, thanks, "ok" and emoji: friendly, and no answer to anything. */
export const isSmallTalk = (folded: string): boolean =>
  folded
    .split(/[\s]*[,.!?¿¡;…]+[\s]*/u)
    .map((part) => part.replaceAll(/[^\p{L}\p{N}' ]/gu, "").trim())
    .filter((part) => part !== "")
    .every((part) => isPleasantry(part))

const isPleasantry = (part: string): boolean => {
  if (isOnePleasantry(part)) return true
  // "oi tudo bem", "thank you so much": two pleasantries are one.
  const words = part.split(" ")
  if (words.length > 6) return false
  return words.some(
    (_, cut) =>
      cut > 0 && isOnePleasantry(words.slice(0, cut).join(" ")) && isPleasantry(words.slice(cut).join(" "))
  )
}

const isOnePleasantry = (part: string): boolean =>
  smallTalk.test(part) || (part.split(" ").length <= 3 && (givesThanks(part) || saysGoodbye(part)))
