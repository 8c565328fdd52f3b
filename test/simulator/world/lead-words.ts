import type { Language } from "../../../machines/conversation/events.ts"
import type { Company } from "../../../src/companies/company.ts"
import type { Random } from "../time/random.ts"

/** What leads say, by language and occasion. */
const words = {
  pt: {
    hello: ["oi, tudo bem?", "olá! vi o anúncio de vocês", "bom dia", "boa tarde, queria informações"],
    need: ["precisamos de automatizar o atendimento", "queremos responder clientes no whatsapp"],
    count: ["somos 12 pessoas", "são 2 pessoas", "uns 40 funcionários", "acho que 5"],
    money: ["R$ 5.000 por mês", "uns 800 reais", "até 3 mil reais", "10 mil"],
    date: ["semana que vem", "em março", "o quanto antes", "só no ano que vem"],
    yesNo: ["sim", "não", "sim, sou eu", "quem decide é a diretora"],
    text: ["precisamos de atender mais rápido", "não sei explicar bem"],
    stop: ["pare"],
    start: ["voltar"],
    person: ["quero falar com uma pessoa", "tem um atendente humano?"],
    chat: [
      "quanto custa?",
      "como funciona?",
      "vocês integram com o hubspot?",
      "ok",
      "👍",
      "hmm deixa eu ver"
    ],
    more: ["e mais uma coisa", "ah", "outra pergunta", "só um minuto"]
  },
  en: {
    hello: ["hi there", "hello! I saw your ad", "good morning"],
    need: ["we need to automate our support", "we want faster replies"],
    count: ["we are 12 people", "2 people", "about 40 employees"],
    money: ["5000 reais a month", "around 800", "up to 3k"],
    date: ["next week", "in March", "as soon as possible"],
    yesNo: ["yes", "no", "yes, it's me", "my boss decides"],
    text: ["we need to answer faster", "hard to explain"],
    stop: ["stop"],
    start: ["start"],
    person: ["I want to talk to a person", "can a human help me?"],
    chat: ["how much is it?", "how does it work?", "ok", "let me think"],
    more: ["one more thing", "oh", "wait"]
  },
  es: {
    hello: ["hola, buenas", "buenos días, vi su anuncio"],
    need: ["necesitamos automatizar la atención", "queremos responder más rápido"],
    count: ["somos 12 personas", "2 personas", "unos 40 empleados"],
    money: ["5000 reales al mes", "unos 800", "hasta 3 mil"],
    date: ["la próxima semana", "en marzo", "lo antes posible"],
    yesNo: ["sí", "no", "sí, soy yo", "mi jefa decide"],
    text: ["necesitamos atender más rápido", "no sé explicarlo"],
    stop: ["baja"],
    start: ["alta"],
    person: ["quiero hablar con una persona"],
    chat: ["¿cuánto cuesta?", "¿cómo funciona?", "ok", "déjame pensarlo"],
    more: ["una cosa más", "ah", "espera"]
  }
} as const

export type Occasion = keyof (typeof words)["pt"]

/** Something to say. */
export const sayOn = (language: Language, occasion: Occasion, random: Random): string =>
  random.pick(words[language][occasion])

/** The kind of the criterion that the text asks for; undefined when it asks for none. */
export const askedKind = (text: string, company: Company): Occasion | undefined => {
  const asked = company.qualification.criteria.find(({ question, again }) =>
    [question, again].some((texts) => Object.values(texts ?? {}).some((each) => text.includes(String(each))))
  )
  return asked?.kind
}
