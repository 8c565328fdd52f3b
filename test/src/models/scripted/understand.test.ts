import { expect, test } from "vitest"
import { detectLanguage } from "../../../../src/models/scripted/detect-language.ts"
import { foldText } from "../../../../src/models/scripted/fold-text.ts"
import {
  asksForPerson,
  declinesToAnswer,
  isSmallTalk,
  sentencesOf
} from "../../../../src/models/scripted/lead-intent.ts"
import { understandCount } from "../../../../src/models/scripted/understand-count.ts"
import { understandDate } from "../../../../src/models/scripted/understand-date.ts"
import { understandMoney } from "../../../../src/models/scripted/understand-money.ts"
import { understandYesNo } from "../../../../src/models/scripted/understand-yes-no.ts"
import { demo } from "../dialogue.ts"

test.each<[string, number | undefined]>([
  ["10 mil", 10_000],
  ["R$ 15.000,00", 15_000],
  ["uns 20k por mês", 20_000],
  ["$5,000", 5000],
  ["USD 2,500.50", 2500.5],
  ["1.234.567,89", 1_234_567.89],
  ["5.000", 5000],
  ["R$ 1,2 mil", 1200],
  ["1,5 milhão", 1_500_000],
  ["entre 10 e 15 mil", 10_000],
  ["entre dez e quinze mil", 10_000],
  ["de 5 a 8 mil reais", 5000],
  ["10-15k", 10_000],
  ["between 5 and 8 thousand", 5000],
  ["mil reais", 1000],
  ["cinco mil e quinhentos", 5500],
  ["two thousand five hundred", 2500],
  ["quinientos pesos", 500],
  ["temos 3 pessoas e 10 mil", 10_000],
  ["12 pessoas, 24 horas, R$ 300", 300],
  ["sem orçamento", 0],
  ["em 15 de março", undefined],
  ["2 meses", undefined],
  ["um sistema", undefined],
  ["11999998888", undefined],
  ["banana", undefined]
])("understands %j as the sum %j", (said, value) => {
  expect(understandMoney(foldText(said))).toBe(value)
})

const cues = demo.qualification.criteria.find((criterion) => criterion.name === "teamSize")?.cues ?? []

test.each<[string, number | undefined]>([
  ["12", 12],
  ["somos 12", 12],
  ["uns doze", 12],
  ["vinte e cinco", 25],
  ["treinta y dos", 32],
  ["ninety-nine", 99],
  ["twenty people", 20],
  ["cem", 100],
  ["1.200 pessoas", 1200],
  ["a dozen", 12],
  ["una docena", 12],
  ["meia dúzia", 6],
  ["só eu", 1],
  ["um", 1],
  ["uma pessoa", 1],
  ["uma equipe de 8 pessoas", 8],
  ["10 a 15 pessoas", 10],
  ["R$ 500 para 7 pessoas", 7],
  ["em 3 meses seremos 9", 9],
  ["R$ 500", undefined],
  ["15/03", undefined],
  ["um sistema melhor", undefined]
])("understands %j as the count %j", (said, value) => {
  expect(understandCount(foldText(said), cues, false)).toBe(value)
})

test("takes a count that nobody asked for only beside a cue", () => {
  expect(understandCount("somos 12", cues, true)).toBe(12)
  expect(understandCount("recebemos 300 pedidos por dia", cues, true)).toBeUndefined()
  expect(understandCount("recebemos 300 pedidos por dia", cues, false)).toBeUndefined()
})

// Counted from Friday, 20 November 2026.
test.each<[string, string | undefined, ("pt" | "en" | "es")?]>([
  ["hoje", "2026-11-20"],
  ["o quanto antes", "2026-11-20"],
  ["amanhã", "2026-11-21"],
  ["depois de amanhã", "2026-11-22"],
  ["pasado mañana", "2026-11-22"],
  ["semana que vem", "2026-11-23"],
  ["la próxima semana", "2026-11-23"],
  ["segunda-feira", "2026-11-23"],
  ["next friday", "2026-11-27"],
  ["fim do mês", "2026-11-30"],
  ["30/11", "2026-11-30"],
  ["próximo mês", "2026-12-01"],
  ["next month", "2026-12-01"],
  ["em dez", "2026-12-01"],
  ["em dez dias", "2026-11-30"],
  ["in 10 business days", "2026-11-30"],
  ["en dos semanas", "2026-12-04"],
  ["2 a 3 semanas", "2026-12-04"],
  ["dia 15", "2026-12-15"],
  ["in a month", "2026-12-20", "en"],
  ["no fim do ano", "2026-12-31"],
  ["em janeiro", "2027-01-01"],
  ["Q1", "2027-01-01"],
  ["ano que vem", "2027-01-01"],
  ["2027-01-10", "2027-01-10"],
  ["daqui uns 3 meses", "2027-02-20"],
  ["15/03", "2027-03-15"],
  ["03/04", "2027-04-03", "pt"],
  ["03/04", "2027-03-04", "en"],
  ["15/3/27", "2027-03-15"],
  ["15 de março de 2027", "2027-03-15"],
  ["March 15th", "2027-03-15", "en"],
  ["in may", "2027-05-01", "en"],
  ["10/11", "2027-11-10"],
  ["novembro", "2026-11-20"],
  ["primeiro trimestre de 2028", "2028-01-01"],
  ["I may start", undefined, "en"],
  ["31/02", undefined],
  ["em 900000000 dias", undefined],
  ["depois do carnaval", undefined]
])("understands %j as the day %j", (said, day, language = "pt") => {
  expect(understandDate(foldText(said), "2026-11-20", language)).toBe(day)
})

test("counts the end of a short month and the end of a year rightly", () => {
  expect(understandDate("em um mes", "2027-01-31", "pt")).toBe("2027-02-28")
  expect(understandDate("next month", "2026-12-31", "en")).toBe("2027-01-01")
  expect(understandDate("semana que vem", "2026-11-23", "pt")).toBe("2026-11-30")
  expect(understandDate("semana que vem", "2026-11-22", "pt")).toBe("2026-11-23")
})

test.each<[string, boolean | undefined]>([
  ...[
    "sim",
    "Sim, eu e meu sócio",
    "acho que sim",
    "bom, acho que sim",
    "eu",
    "sou eu mesma",
    "👍",
    "pode ser"
  ].map((said): [string, boolean] => [said, true]),
  ...["yes I am", "I think so", "Sure!", "yep", "I do", "sí", "creo que sí", "por supuesto"].map(
    (said): [string, boolean] => [said, true]
  ),
  ...["não", "acho que não", "ainda não", "claro que não", "eu não", "n", "👎"].map(
    (said): [string, boolean] => [said, false]
  ),
  ...[
    "not really",
    "I don't think so",
    "of course not",
    "not yet",
    "nope!",
    "I don't",
    "no, mi jefe",
    "para nada"
  ].map((said): [string, boolean] => [said, false]),
  ...["talvez", "não sei", "depende", "tal vez", "e você?", "no momento sim", "not sure", "sistema"].map(
    (said): [string, undefined] => [said, undefined]
  )
])("understands %j as %j", (said, value) => {
  expect(understandYesNo(foldText(said))).toBe(value)
})

test.each<[string, boolean]>([
  ["quero falar com um atendente", true],
  ["não quero falar com robô, quero falar com um humano", true],
  ["me passa para um humano", true],
  ["atendente", true],
  ["can I talk to a real person?", true],
  ["speak to a human", true],
  ["hablar con una persona", true],
  ["necesito hablar con alguien", true],
  ["não quero falar com um atendente", false],
  ["I don't want to talk to a human", false],
  ["no quiero hablar con una persona", false],
  ["preciso falar com uma pessoa do meu time", false],
  ["quantas pessoas atendem?", false],
  ["quero um vendedor automático", false]
])("takes %j as asking for a person: %j", (said, asks) => {
  expect(asksForPerson(foldText(said))).toBe(asks)
})

test.each<[string, boolean]>([
  ["oi, bom dia! tudo bem?", true],
  ["ok obrigado", true],
  ["thank you so much", true],
  ["hola que tal", true],
  ["kkkk", true],
  ["👍", true],
  ["oi quero comprar", false],
  ["obrigado mas não quero", false]
])("takes %j as small talk: %j", (said, is) => {
  expect(isSmallTalk(foldText(said))).toBe(is)
})

test("knows who won't or can't answer", () => {
  const all = ["não sei ainda", "prefiro não dizer", "I don't know", "no lo sé", "sim"]
  expect(all.filter((said) => declinesToAnswer(foldText(said)))).toEqual(all.slice(0, 4))
})

test.each<[string, "pt" | "en" | "es"]>([
  ["hola", "es"],
  ["hi", "en"],
  ["Quiero saber el precio", "es"],
  ["quero saber o preço", "pt"],
  ["what's the price", "en"],
  ["buenos días", "es"],
  ["good morning", "en"],
  ["12", "pt"],
  ["👍", "pt"],
  ["Tem free trial?", "pt"],
  ["start", "pt"],
  ["help", "pt"],
  ["Black Friday", "pt"],
  ["Vi o site, how much?", "pt"],
  ["Tem desconto no business plan?", "pt"],
  ["Me manda a demo do app", "pt"],
  ["I want to buy", "en"],
  ["no me interesa", "es"],
  ["I prefer English please", "en"],
  ["gracias, pero en español por favor", "es"]
])("takes %j, said first to a Portuguese agent, as %s", (said, language) => {
  expect(detectLanguage(said, "pt", "atFirst")).toBe(language)
})

test("does not change the language for one foreign word in the middle of a conversation", () => {
  expect(detectLanguage("hello", "pt", "later")).toBe("pt")
  expect(detectLanguage("do you have a free trial?", "pt", "later")).toBe("en")
  expect(detectLanguage("quanto custa", "en", "later")).toBe("en")
})

test("keeps links and abbreviations whole", () => {
  const texts = [
    "https://maps.app.goo.gl/abc",
    "veja www.x.com.br/a?b=1",
    "ana.b@x.com.br",
    "Silva S.A. ltda"
  ]
  expect(texts.map((text) => sentencesOf(text).map(({ said }) => said))).toEqual([
    [texts[0]],
    [texts[1]],
    [texts[2]],
    ["Silva S.A.", "ltda"]
  ])
})

test("splits a turn into sentences, and keeps sums whole", () => {
  expect(sentencesOf("Oi! Tenho R$ 15.000,00. Quanto custa?\nqual o prazo")).toEqual([
    { said: "Oi!", folded: "oi!", isQuestion: false },
    { said: "Tenho R$ 15.000,00.", folded: "tenho r$ 15.000,00.", isQuestion: false },
    { said: "Quanto custa?", folded: "quanto custa?", isQuestion: true },
    { said: "qual o prazo", folded: "qual o prazo", isQuestion: true }
  ])
})
