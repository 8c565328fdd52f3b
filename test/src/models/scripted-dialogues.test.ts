import { expect, test } from "vitest"
import type { Line } from "../../../src/models/model.ts"
import { acknowledged, notUnderstood } from "../../../src/models/scripted/phrases.ts"
import { stuckTurns } from "../../../src/models/scripted/stuck-turns.ts"
import { writeScriptedReply } from "../../../src/models/scripted/write-scripted-reply.ts"
import { dialogue, request } from "./dialogue.ts"

const audio = { kind: "audio", reference: "a1" } as const
const image = { kind: "image", reference: "i1" } as const

/** One line a turn: what was asked, understood, and said. */
const played = (
  talk: ReturnType<typeof dialogue>,
  turns: ReadonlyArray<string | ReadonlyArray<string>>
): ReadonlyArray<string> =>
  turns.flatMap((said) => {
    const reply = talk.turn(...(typeof said === "string" ? [said] : said))
    return [
      `> ${[said].flat().join(" | ")}`,
      ...reply.chunks,
      ...(reply.handOver ? [`(${reply.handOver})`] : [])
    ]
  })

test("qualifies a lead in Portuguese, question by question", () => {
  const talk = dialogue({ contactName: "Maria Souza" })
  expect(
    played(talk, [
      "Oi, bom dia!",
      "Queria automatizar o atendimento no WhatsApp",
      "somos 12",
      "uns 20k por mês. Quanto custa?",
      "semana que vem",
      "acho que sim",
      "obrigada!",
      "tchau"
    ])
  ).toEqual([
    "> Oi, bom dia!",
    "Oi, Maria! Aqui é a Lia, assistente virtual da Aurora Automação. O que você gostaria de melhorar ou automatizar hoje?",
    "> Queria automatizar o atendimento no WhatsApp",
    "Certo, bom saber. Quantas pessoas vão usar o sistema?",
    "> somos 12",
    "Perfeito, anotei. Qual é o orçamento mensal que vocês têm em mente, em reais?",
    "> uns 20k por mês. Quanto custa?",
    "Entendi, anotei aqui.",
    "O plano Essencial custa R$ 490 por mês, com até 5 usuários. O plano Equipe custa R$ 1.290 por mês, com até 20. Acima disso, o valor é sob consulta.",
    "Quando vocês gostariam de começar?",
    "> semana que vem",
    "Entendi, anotei aqui. É você quem decide sobre a contratação?",
    "> acho que sim",
    "Perfeito, anotei. Era isso que eu precisava saber, agradeço! Se tiver alguma dúvida, é só perguntar.",
    "> obrigada!",
    "Por nada!",
    "> tchau",
    "Até mais! Quando quiser, é só chamar por aqui."
  ])
  expect(talk.answers()).toEqual({
    need: "Queria automatizar o atendimento no WhatsApp",
    teamSize: 12,
    budget: 20_000,
    startDate: "2026-11-23",
    decisionMaker: true
  })
})

test("qualifies a lead in English, and answers two questions of one turn", () => {
  const talk = dialogue()
  expect(
    played(talk, [
      "Hi there, how much does it cost and do you have a free trial?",
      "We want to stop copying orders by hand",
      "about twenty people",
      "between 5 and 8 thousand",
      "next month",
      "not really",
      "thanks, bye"
    ])
  ).toEqual([
    "> Hi there, how much does it cost and do you have a free trial?",
    "Hi! This is Lia, the virtual assistant of Aurora Automação.",
    "The Essential plan costs R$ 490 a month for up to 5 users, and the Team plan R$ 1,290 a month for up to 20. Above that, prices are on request.",
    "Yes, you can try it for 14 days, free and without a credit card. What would you like to improve or automate?",
    "> We want to stop copying orders by hand",
    "Perfect, thanks for telling me. How many people will use the system?",
    "> about twenty people",
    "Thanks, I noted that. What monthly budget do you have in mind, in reais?",
    "> between 5 and 8 thousand",
    "Got it, thank you. When would you like to start?",
    "> next month",
    "Thanks, I noted that. Are you the one who decides on the purchase?",
    "> not really",
    "Thanks, I noted that. That was all I needed to know, thank you! If you have any questions, just ask.",
    "> thanks, bye",
    "My pleasure! Talk to you soon! Just write here whenever you like."
  ])
  expect(talk.answers()).toEqual({
    need: "We want to stop copying orders by hand",
    teamSize: 20,
    budget: 5000,
    startDate: "2026-12-01",
    decisionMaker: false
  })
})

test("qualifies a lead in Spanish", () => {
  const talk = dialogue({ contactName: "Íñigo" })
  expect(
    played(talk, [
      "Hola, buenas tardes",
      "Necesito controlar el inventario",
      "una docena",
      "R$ 3.000",
      "en dos semanas",
      "no, mi jefe"
    ])
  ).toEqual([
    "> Hola, buenas tardes",
    "¡Hola, Íñigo! Soy Lia, la asistente virtual de Aurora Automação. ¿Qué te gustaría mejorar o automatizar?",
    "> Necesito controlar el inventario",
    "Entendido, gracias. ¿Cuántas personas van a usar el sistema?",
    "> una docena",
    "Perfecto, anotado. ¿Qué presupuesto mensual tienen en mente, en reales?",
    "> R$ 3.000",
    "Perfecto, anotado. ¿Cuándo les gustaría empezar?",
    "> en dos semanas",
    "Entendido, gracias. ¿Eres tú quien decide la contratación?",
    "> no, mi jefe",
    "Genial, tomo nota. Eso era todo lo que necesitaba saber, ¡gracias! Si tienes alguna duda, pregúntame."
  ])
  expect(talk.answers()).toEqual({
    need: "Necesito controlar el inventario",
    teamSize: 12,
    budget: 3000,
    startDate: "2026-12-04",
    decisionMaker: false
  })
})

test("understands everything that one turn says, and asks nothing that was answered", () => {
  const talk = dialogue()
  const reply = talk.turn(
    "Oi! Precisamos automatizar as vendas.",
    "Somos 12 pessoas, queremos começar em janeiro",
    "nosso orçamento é de R$ 15.000,00 e eu decido"
  )
  expect(talk.answers()).toEqual({
    need: "Precisamos automatizar as vendas.",
    teamSize: 12,
    budget: 15_000,
    startDate: "2027-01-01",
    decisionMaker: true
  })
  expect(reply.asks).toBeUndefined()
})

test("takes a correction of what was answered before", () => {
  const talk = dialogue()
  for (const said of ["oi", "automatizar vendas", "12"]) talk.turn(said)
  talk.turn("na verdade somos 30 pessoas")
  expect(talk.answers()).toEqual({ need: "automatizar vendas", teamSize: 30 })
})

test("asks again in other words, then goes on to the next question", () => {
  const talk = dialogue()
  expect(played(talk, ["oi", "automatizar vendas", "xyz blorg", "qwerty", "10 mil"]).slice(4)).toEqual([
    "> xyz blorg",
    "Desculpe, acho que não entendi. Só para eu ter uma ideia: são quantas pessoas na equipe, mais ou menos?",
    "> qwerty",
    "Sem problema, deixamos isso para depois. Qual é o orçamento mensal que vocês têm em mente, em reais?",
    "> 10 mil",
    "Certo, bom saber. Quando vocês gostariam de começar?"
  ])
})

test("hands over after three turns in a row that it did not understand, and not before", () => {
  const talk = dialogue()
  const replies = ["oi", "automatizar vendas", "xyz", "qwerty", "10 mil", "zzz", "asdf", "hjkl"].map((said) =>
    talk.turn(said)
  )
  expect(replies.map((reply) => reply.handOver)).toEqual([...Array(7).fill(undefined), "cannotAnswer"])
  expect(replies.at(-1)?.chunks).toEqual([
    "Acho que uma pessoa consegue te ajudar melhor nisso. Vou passar a conversa para uma pessoa da equipe, que continua com você por aqui."
  ])
})

test("invents no answer to what the company's answers don't cover, and hands over at the third", () => {
  const talk = dialogue()
  const replies = ["Vocês fazem entrega de pizza?", "Vocês têm loja em Marte?", "qual a cor do céu?"].map(
    (said) => talk.turn(said)
  )
  expect(replies[0]?.chunks.join(" ")).toContain("Essa eu não sei responder com certeza")
  expect(replies.map((reply) => reply.handOver)).toEqual([undefined, undefined, "cannotAnswer"])
})

test("does not insist on what the lead won't say", () => {
  const talk = dialogue()
  expect(
    played(talk, ["oi", "automatizar vendas", "não sei", "prefiro não dizer", "em janeiro", "sim"]).slice(4)
  ).toEqual([
    "> não sei",
    "Tudo bem, não precisa responder isso agora. Qual é o orçamento mensal que vocês têm em mente, em reais?",
    "> prefiro não dizer",
    "Sem problema. Quando vocês gostariam de começar?",
    "> em janeiro",
    "Entendi, anotei aqui. É você quem decide sobre a contratação?",
    "> sim",
    "Entendi, anotei aqui. Era isso que eu precisava saber, agradeço! Se tiver alguma dúvida, é só perguntar."
  ])
})

test.each([
  [
    "pt",
    "quero falar com um atendente",
    "Claro! Vou passar a conversa para uma pessoa da equipe, que continua com você por aqui."
  ],
  [
    "en",
    "please let me talk to a human",
    "Of course! I'm passing our conversation to a person of the team, who will go on with you here."
  ],
  [
    "es",
    "quiero hablar con una persona",
    "¡Claro! Paso la conversación a una persona del equipo, que sigue contigo por aquí."
  ]
] as const)(
  "hands over in %s when asked for a person, with what the turn answered",
  (language, said, line) => {
    const talk = dialogue({ history: [{ from: "agent", text: "…" }], language })
    expect(talk.turn(said, "somos 12 personas people pessoas")).toEqual({
      chunks: [line],
      language,
      answers: [{ criterion: "teamSize", value: 12, said: "somos 12 personas people pessoas" }],
      handOver: "askedForPerson"
    })
  }
)

test("says kindly that it can't hear or see, and keeps its question open", () => {
  const talk = dialogue()
  for (const said of ["oi", "automatizar vendas"]) talk.turn(said)
  expect(talk.turn({ media: [audio] })).toEqual({
    chunks: ["Recebi seu áudio, mas ainda não consigo ouvir por aqui. Pode me escrever, por favor?"],
    language: "pt",
    answers: [],
    asks: "teamSize"
  })
  expect(talk.turn({ media: [image] }).chunks).toEqual([
    "Recebi sua imagem! Ainda não consigo ver imagens por aqui: pode me contar do que se trata?"
  ])
  expect(talk.turn({ media: [image], text: "somos 8" }).answers).toEqual([
    { criterion: "teamSize", value: 8, said: "somos 8" }
  ])
  expect(talk.turn({ media: [{ ...image, caption: "uns 5 mil" }] }).answers).toEqual([
    { criterion: "budget", value: 5000, said: "uns 5 mil" }
  ])
})

test("answers a first audio with a greeting", () => {
  expect(dialogue({ contactName: "Ana" }).turn({ media: [audio] }).chunks).toEqual([
    "Oi, Ana! Aqui é a Lia, assistente virtual da Aurora Automação. Recebi seu áudio, mas ainda não consigo ouvir por aqui. Pode me escrever, por favor?"
  ])
})

test("does not say again what has just gone out when a newer message cuts its reply short", () => {
  const history: ReadonlyArray<Line> = [{ from: "agent", text: "Oi! Aqui é a Lia." }]
  const lines: ReadonlyArray<Line> = [{ from: "lead", text: "quanto custa?" }]
  const price = writeScriptedReply(request({ history, lines })).chunks[0]!
  const next = writeScriptedReply(
    request({
      turn: 2,
      history: [...history, { from: "agent", text: price }],
      lines: [...lines, { from: "lead", text: "e tem teste grátis?" }]
    })
  )
  expect(next.chunks).toEqual([
    "Sim, dá para testar por 14 dias sem custo e sem cartão de crédito. O que você gostaria de melhorar ou automatizar hoje?"
  ])
  const anew = request({ turn: 2, history: [...history, { from: "agent", text: price }], lines })
  expect(writeScriptedReply(anew).chunks[0]).toBe(price)
})

test.each([
  ["need", "sim"],
  ["teamSize", "uns 3 mil"],
  ["budget", "5"],
  ["startDate", "6"],
  ["decisionMaker", "talvez"]
])("asks for %s again rather than guess from %j", (asked, text) => {
  const history: ReadonlyArray<Line> = [{ from: "agent", text: "Oi!" }]
  const { answers, asks } = writeScriptedReply(request({ asked, history, lines: [{ from: "lead", text }] }))
  expect({ answers, asks }).toEqual({ answers: [], asks: asked })
})

test("begins to count anew what it did not understand after a person wrote", () => {
  const stuck = (n: number): ReadonlyArray<Line> =>
    Array.from({ length: n }).flatMap(
      (): ReadonlyArray<Line> => [
        { from: "lead", text: "xyz" },
        { from: "agent", text: notUnderstood.pt[0]! }
      ]
    )
  const person: Line = { from: "person", text: "Oi, é o Bruno." }
  expect([
    stuckTurns(stuck(2)),
    stuckTurns([...stuck(2), person]),
    stuckTurns([...stuck(2), person, ...stuck(1)]),
    stuckTurns([...stuck(2), { from: "lead", text: "sim" }, { from: "agent", text: acknowledged.pt[0]! }])
  ]).toEqual([2, 0, 1, 0])
})

/** What is stored of one turn, and whether the question stays open. */
const told = (asked: string, ...texts: ReadonlyArray<string>) => {
  const history: ReadonlyArray<Line> = [{ from: "agent", text: "Oi!" }]
  const lines: ReadonlyArray<Line> = texts.map((text) => ({ from: "lead", text }))
  return writeScriptedReply(request({ asked, history, lines }))
}

test("keeps an answer as it was written, links and lines included", () => {
  const said = "Automatizar vendas.\nVeja https://maps.app.goo.gl/abc e me diga!Obrigada pela S.A. toda"
  expect(told("need", said).answers).toEqual([{ criterion: "need", value: said, said }])
})

test.each(["como assim", "Nossa, que atendimento MARAVILHOSO 🙄", "tá caro", "meu nome é Joana", "/help"])(
  "stores no need for %j, and asks again",
  (said) => {
    expect(told("need", said)).toMatchObject({ answers: [], asks: "need" })
  }
)

test.each([
  "não tenho interesse agora",
  "no thanks, I'm just browsing",
  "Número errado",
  "estou dirigindo, falo depois"
])("takes %j for what it is: kindly, and without the next question", (said) => {
  const { answers, chunks } = told("need", said)
  expect({ answers, isAsked: chunks.join(" ").includes("?") }).toEqual({ answers: [], isAsked: false })
})

test.each([
  "quero comprar, manda o link de pagamento",
  "me liga amanhã às 15h",
  "I want to buy",
  "quiero contratar el plan"
])("hands over who says %j", (said) => {
  expect(told("need", said).handOver).toBe("askedForPerson")
})

test("gives what may be an opt-out to a person, and asks nothing", () => {
  expect(told("need", "Vocês são insistentes, parem!")).toMatchObject({
    answers: [],
    handOver: "cannotAnswer"
  })
})

test.each<[string, string, string | number]>([
  ["budget", "quer dizer, na verdade 900 por mês, me confundi", 900],
  ["budget", "no, perdón, quise decir tres mil", 3000],
  ["budget", "na verdade pode anotar 2 mil", 2000],
  ["teamSize", "ops, errei, 14", 14]
])("corrects the last answer, %s, by %j, though the next question is asked", (criterion, said, value) => {
  const answers = [{ criterion, value: 5, said: "5" }]
  const lines: ReadonlyArray<Line> = [{ from: "lead", text: said }]
  const history: ReadonlyArray<Line> = [{ from: "agent", text: "Oi!" }]
  const reply = writeScriptedReply(request({ asked: "startDate", answers, history, lines }))
  expect(reply.answers).toMatchObject([{ criterion, value }])
})

test("counts a date from the day on which it was written", () => {
  const lines = [{ from: "lead", text: "gostaria de começar amanhã", day: "2026-11-18" }] as const
  expect(writeScriptedReply(request({ lines })).answers).toMatchObject([
    { criterion: "startDate", value: "2026-11-19" }
  ])
})
