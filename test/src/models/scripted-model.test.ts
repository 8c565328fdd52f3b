import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { modelLayer } from "../../../src/models/chosen-model.ts"
import { LanguageModel } from "../../../src/models/model.ts"
import { canonicalText, promptHash } from "../../../src/models/prompt-hash.ts"
import { replyByScript } from "../../../src/models/scripted/scripted-model.ts"
import { chunkLimits, splitChunks } from "../../../src/models/scripted/split-chunks.ts"
import { demo, dialogue, request } from "./dialogue.ts"

test("writes the first message of a conversation that we begin", () => {
  expect(replyByScript(request({ purpose: "firstContact", contactName: "Ana" }))).toEqual({
    chunks: [
      "Oi, Ana! Aqui é a Lia, assistente virtual da Aurora Automação. Vi que você deixou seu contato com a gente e queria entender como podemos ajudar.",
      "O que você gostaria de melhorar ou automatizar hoje?"
    ],
    language: "pt",
    answers: [],
    asks: "need",
    model: "scripted-1",
    promptHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    tokensIn: expect.any(Number),
    tokensOut: 49,
    costUsd: 0
  })
})

test.each([
  [
    "pt",
    1,
    ["Oi, Ana! Passando para saber se ainda faz sentido conversarmos. Quantas pessoas vão usar o sistema?"]
  ],
  ["pt", 2, ["Oi, Ana! Imagino que a rotina esteja corrida. Posso ajudar com alguma dúvida?"]],
  [
    "en",
    3,
    [
      "Hi, Ana! I don't want to bother you, so I leave it with you: whenever you want to go on, just reply here."
    ]
  ],
  [
    "es",
    1,
    [
      "¡Hola, Ana! Paso para saber si todavía tiene sentido que conversemos. ¿Cuántas personas van a usar el sistema?"
    ]
  ],
  [
    "es",
    9,
    [
      "¡Hola, Ana! No quiero molestar, así que lo dejo en tus manos: cuando quieras retomar, responde por aquí."
    ]
  ]
] as const)(
  "follows up in %s for the %dth time, and keeps its question open",
  (language, followUp, chunks) => {
    const { chunks: said, asks } = replyByScript(
      request({ purpose: "followUp", language, followUp, contactName: "Ana", asked: "teamSize" })
    )
    expect({ said, asks }).toEqual({ said: chunks, asks: "teamSize" })
  }
)

test.each([
  ["pt", "Vou passar a conversa para uma pessoa da equipe, que continua com você por aqui."],
  ["en", "I'm passing our conversation to a person of the team, who will go on with you here."],
  ["es", "Paso la conversación a una persona del equipo, que sigue contigo por aquí."]
] as const)("closes in %s when a person goes on", (language, line) => {
  const { chunks, asks, handOver } = replyByScript(request({ purpose: "handOver", language }))
  expect({ chunks, asks, handOver }).toEqual({ chunks: [line] })
})

test.each([
  ["~joão 🚀", "Oi!"],
  ["5511999998888", "Oi!"],
  ["https://evil.example/x", "Oi!"],
  ["João da Silva", "Oi, João!"],
  ["{company}", "Oi!"]
])("greets %j with %j: a name is used only if it looks like one", (contactName, hello) => {
  expect(dialogue({ contactName }).turn("oi").chunks[0]?.startsWith(`${hello} Aqui`)).toBe(true)
})

test("speaks for a company that asks nothing and answers nothing", () => {
  const bare = { ...request({}).company, criteria: [], faq: [] }
  const talk = dialogue({ company: bare })
  expect([talk.turn("oi").chunks, talk.turn("legal").chunks, talk.turn("onde fica?").handOver]).toEqual([
    ["Oi! Aqui é a Lia, assistente virtual da Aurora Automação. Se tiver alguma dúvida, é só perguntar."],
    ["Se tiver alguma dúvida, é só perguntar."],
    undefined
  ])
})

test("asks in the company's language what it has in no other", () => {
  const criteria = demo.qualification.criteria.map((one) => ({ ...one, question: { pt: "Qual?" } }))
  expect(dialogue({ company: { ...request({}).company, criteria } }).turn("hello").chunks).toEqual([
    "Hi! This is Lia, the virtual assistant of Aurora Automação. Qual?"
  ])
})

const line = fc.record({
  from: fc.constant("lead" as const),
  text: fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          ..."oi sim não 10 mil R$ 1.000,00 15/03 31/02 somos duas e cem k reais quanto custa ? . , \n em janeiro amanhã humano falar com um atendente não sei 2027-13-45 1.2.3 - a / : $ próximo half a dozen".split(
            " "
          )
        ),
        { maxLength: 60 }
      )
      .map((words) => words.join(" "))
  )
})
const anyRequest = fc
  .record({
    purpose: fc.constantFrom("reply", "firstContact", "followUp", "handOver"),
    turn: fc.nat(),
    followUp: fc.integer(),
    language: fc.constantFrom("pt", "en", "es"),
    contactName: fc.string({ unit: "binary", maxLength: 60 }),
    history: fc.array(fc.record({ from: fc.constantFrom("lead", "agent", "person"), text: fc.string() }), {
      maxLength: 6
    }),
    lines: fc.array(line, { maxLength: 5 }),
    asked: fc.constantFrom("need", "teamSize", "budget", "startDate", "decisionMaker", "gone")
  } as const)
  .map((own) => request(own))

test("gives any text one to four chunks of readable size, the same ones every time", () => {
  fc.assert(
    fc.property(anyRequest, (asked) => {
      const reply = replyByScript(asked)
      expect(replyByScript(structuredClone(asked))).toEqual(reply)
      expect(reply.chunks.length).toBeGreaterThan(0)
      expect(reply.chunks.length).toBeLessThanOrEqual(chunkLimits.most)
      for (const chunk of reply.chunks) {
        expect(chunk.trim()).not.toBe("")
        expect(chunk.length).toBeLessThanOrEqual(chunkLimits.max)
        expect(chunk.isWellFormed()).toBe(true)
      }
      for (const answer of reply.answers) {
        expect(`${answer.value}${answer.said}`.isWellFormed()).toBe(true)
        expect(answer.said).not.toContain("\u0000")
        if (typeof answer.value === "number") expect(Number.isFinite(answer.value)).toBe(true)
      }
    }),
    { numRuns: 1000 }
  )
})

test("cuts what a company says at length between sentences, and loses none of it", () => {
  const answer = { pt: `${"Uma frase bem comprida sobre o preço. ".repeat(15)}Fim.` }
  const faq = ["a", "b", "c"].map((name) => ({ name, keywords: ["quanto custa"], answer }))
  const { chunks } = dialogue({ company: { ...request({}).company, faq } }).turn("quanto custa?")
  expect(chunks.map((chunk) => chunk.length <= chunkLimits.max)).toEqual([true, true, true])
  expect(chunks.join(" ").match(/Fim\./g)).toHaveLength(3)
})

test("hashes a request by what it says, whatever the order of its keys", () => {
  expect(canonicalText({ b: [1, { d: "ç", c: undefined }], a: null })).toBe('{"a":null,"b":[1,{"d":"ç"}]}')
  expect(canonicalText({ b: 1, a: 2 })).toBe(canonicalText({ a: 2, b: 1 }))
  // SHA-256 of the two characters {}.
  expect(promptHash(canonicalText({}))).toBe(
    "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
  )
})

test("is a language model that costs nothing", async () => {
  const reply = await Effect.runPromise(
    Effect.gen(function* () {
      return yield* (yield* LanguageModel).writeReply(request({ purpose: "handOver" }))
    }).pipe(Effect.provide(modelLayer({})))
  )
  expect(reply).toEqual(replyByScript(request({ purpose: "handOver" })))
})

test("cuts between characters, never inside one", () => {
  const chunks = splitChunks([`a${"😀".repeat(600)}`])
  expect(chunks.map((chunk) => [chunk.length, chunk.isWellFormed()])).toEqual([
    [999, true],
    [202, true]
  ])
})

test("keeps of the lead's words what the store can hold", () => {
  const said = request({ asked: "need", lines: [{ from: "lead", text: "vendas \ud800 e\u0000 estoque" }] })
  expect(replyByScript(said).answers).toEqual([
    { criterion: "need", value: "vendas \ufffd e estoque", said: "vendas \ufffd e estoque" }
  ])
})
