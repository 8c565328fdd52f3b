import type { Language } from "../../../machines/conversation/events.ts"
import { wordsOf } from "./fold-text.ts"

const list = (words: string) => new Set(words.split(" "))

// Only words that tell the languages apart: "para", "como" and "de" are in two of them.
const tellTale: Readonly<Record<Language, ReadonlySet<string>>> = {
  pt: list(
    "oi ola voce voces nao sim obrigado obrigada bom dia tarde noite tudo bem quero queria gostaria preciso com uma um " +
      "meu minha nosso nossa somos pessoas qual quais quanto quantos custa isso esta estou tem temos ate mes semana " +
      "amanha hoje proximo proxima ano orcamento mil reais acho sei eu ele ela em na da das ao pra pro " +
      "tambem ainda agora falar atendente pessoa fazer comecar equipe funciona preco janeiro fevereiro marco maio junho " +
      "julho setembro outubro novembro dezembro ou mas muito quem vem vcs vc oii sou vi pelo pela aqui onde foi seu sua fica tudo gente quais manda mandar ligar obg voces"
  ),
  en: list(
    "hi hello the you your yes not thanks thank please good morning afternoon evening i i'm im we our want would " +
      "like need have has what which how much many cost costs is are this that with for next month week tomorrow today " +
      "year budget thousand think know speak talk human person price january february march " +
      "april may june july august september october november december and or but about people my it's don't it in of to can could does there was were when where why they at on from just any only been will were doing get sent"
  ),
  es: list(
    "hola usted ustedes tu si gracias buenos dias buenas tardes noches quiero quisiera gustaria necesito con una un mi " +
      "nuestro nuestra somos personas cual cuales cuanto cuantos cuesta esto estoy tiene tenemos hasta semana manana hoy " +
      "proximo proxima presupuesto creo se yo el ella en los las del al tambien todavia ahora hablar alguien persona " +
      "hacer empezar equipo funciona precio enero febrero mayo junio julio septiembre octubre noviembre diciembre y o " +
      "pero muy quien viene ano es la lo les necesitamos queremos interesa tengo ventas trabajo tienda nosotros"
  )
}

const letters: ReadonlyArray<readonly [Language, RegExp]> = [
  ["pt", /[ãõç]|[êô]/giu],
  ["es", /[ñ¿¡]/giu]
]

/** A word that nobody borrows says enough at the beginning. */
const greetings: Readonly<Record<Language, ReadonlySet<string>>> = {
  pt: list("oi ola bom boa voce voces vcs quanto quero queria gostaria obrigado obrigada preciso"),
  en: list("hi hello thanks morning afternoon evening price i'm want need"),
  es: list(
    "hola gracias buenas buenos quiero quisiera necesito usted ustedes cuanto cuanta precio necesitamos interesa tengo"
  )
}

/** "em português, por favor", "I prefer English please". */
const wanted: ReadonlyArray<readonly [Language, RegExp]> = [
  [
    "pt",
    /\b(?:(?:em|falar?|prefiro|in|speak|en) (?:portugues|portuguese)|^(?:portugues|portuguese)(?: por favor| please)?$)\b/u
  ],
  [
    "en",
    /\b(?:(?:em|in|speak|prefer|prefiro|falar?|en|hablar?) (?:ingles|english)|^(?:english|ingles)(?: please| por favor)?$)\b/u
  ],
  [
    "es",
    /\b(?:(?:em|en|in|hablar?|falar?|prefiero|prefiro|speak) (?:espanol|espanhol|spanish|castellano)|^(?:espanol|espanhol)(?: por favor)?$)\b/u
  ]
]

/**
 * How much more than the language at hand another one must show before we change to it: two words, or a greeting of
 * its own, at the beginning; a sentence in the middle of a conversation. Names, slang and borrowed words say nothing.
 */
const changeMargin = 2
const sentenceWords = 4

const score = (text: string, words: ReadonlyArray<string>, language: Language): number => {
  const known = words.filter((word) => tellTale[language].has(word)).length
  const marks = letters.flatMap(([owner, pattern]) => (owner === language ? (text.match(pattern) ?? []) : []))
  return known + 2 * Math.min(marks.length, 2)
}

/** The language of what the lead wrote; the one at hand where the text does not clearly say another. */
export const detectLanguage = (text: string, current: Language, when: "atFirst" | "later"): Language => {
  const words = wordsOf(text)
  const asked = wanted.find(([, pattern]) => pattern.test(words.join(" ")))
  if (asked !== undefined) return asked[0]
  const scores = (["pt", "en", "es"] as const).map((language) => ({
    language,
    score: score(text.normalize("NFC"), words, language)
  }))
  const best = scores.reduce((left, right) => (right.score > left.score ? right : left))
  const atHand = scores.find((one) => one.language === current)?.score ?? 0
  const rival = Math.max(...scores.filter((one) => one !== best).map((one) => one.score))
  if (best.language === current || best.score === rival) return current
  const greets = words.some((word) => greetings[best.language].has(word))
  const isClear =
    when === "atFirst"
      ? best.score - atHand >= changeMargin || (greets && best.score > atHand)
      : best.score - atHand >= changeMargin && words.length >= sentenceWords
  return isClear ? best.language : current
}
