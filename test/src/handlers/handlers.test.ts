import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import {
  type JobContext,
  JobFailedForNow,
  type JobHandler,
  JobRefused
} from "../../../actors/jobs/job-handler.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { conversationJobs } from "../../../machines/conversation/jobs.ts"
import type { Channel, Outbound } from "../../../src/channels/channel.ts"
import { Companies } from "../../../src/companies/companies.ts"
import { completeCompany } from "../../../src/companies/complete-company.ts"
import { demoCompany } from "../../../src/companies/demo.ts"
import { Channels } from "../../../src/handlers/channels.ts"
import { dayInTimeZone } from "../../../src/handlers/day-in-time-zone.ts"
import { handlers } from "../../../src/handlers/index.ts"
import { modelLayer } from "../../../src/models/chosen-model.ts"
import {
  LanguageModel,
  ModelRefused,
  ModelUnavailable,
  type Reply,
  type ReplyRequest
} from "../../../src/models/model.ts"

// 21 November 2026, 01:30 UTC, is still the 20th in São Paulo.
const at = Date.UTC(2026, 10, 21, 1, 30)
const context: JobContext = {
  address: { company: "demo", machine: "conversation", id: "7f3" },
  name: "job",
  key: "demo/conversation/7f3/4/1",
  attempt: 2,
  at: at + 3 * 3_600_000,
  firstAttemptAt: at
}

const replyInput = {
  purpose: "reply",
  turn: 1,
  agent: "sdr",
  language: "pt",
  history: [],
  lines: [{ from: "lead", text: "Oi, queremos começar amanhã" }],
  answers: []
} as const

const chunkInput = { channel: "post", instance: "main", contact: "55", turn: 1, chunk: 0, text: "Oi!" }

/** A channel that keeps what it was told; each call is answered by the function given. */
const post = (own: Partial<Channel>) => {
  const heard: Array<unknown> = []
  const channel: Channel = {
    name: "post",
    idempotency: "receipt",
    receive: () => Effect.succeed([]),
    send: (outbound: Outbound) =>
      Effect.sync(() => {
        heard.push(outbound)
        return { messageId: "m1", at: 5 }
      }),
    ...own
  }
  return { channel, heard }
}

const withHandlers = <A, E>(
  use: (named: (name: string) => JobHandler) => Effect.Effect<A, E>,
  {
    channels = [],
    model = modelLayer({}),
    companies = Companies.layerDemo
  }: {
    channels?: ReadonlyArray<Channel>
    model?: Layer.Layer<LanguageModel>
    companies?: Layer.Layer<Companies, unknown>
  } = {}
) =>
  Effect.gen(function* () {
    const list = yield* handlers
    return yield* use((name) => list.find((handler) => handler.name === name)!)
  }).pipe(
    Effect.provide(Layer.mergeAll(Channels.layerOf(channels), Layer.orDie(companies), model)),
    Effect.runPromise
  )

const run = (name: string, input: Json, world?: Parameters<typeof withHandlers>[1]) =>
  withHandlers((named) => Effect.result(named(name).run(input, context)), world)

test("has one handler for every job of the conversation", async () => {
  const names = await Effect.runPromise(
    Effect.map(handlers, (list) => list.map((handler) => handler.name)).pipe(
      Effect.provide(Layer.mergeAll(Channels.layerOf([]), Companies.layerDemo, modelLayer({})))
    )
  )
  expect(names.toSorted()).toEqual(Object.keys(conversationJobs).toSorted())
})

test("writes a reply that fits the job's schema, with the day of the company's time zone", async () => {
  const result = await run("writeReply", replyInput)
  expect(result).toMatchObject({ _tag: "Success" })
  const output = result._tag === "Success" ? result.success : null
  expect(Schema.decodeUnknownSync(conversationJobs.writeReply.output)(output)).toEqual(output)
  expect(output).toMatchObject({
    asks: "need",
    answers: [{ criterion: "startDate", value: "2026-11-21", said: "Oi, queremos começar amanhã" }]
  })
})

const model = (
  writeReply: (request: ReplyRequest) => Effect.Effect<Reply, ModelRefused | ModelUnavailable>
) => ({
  model: Layer.succeed(LanguageModel, { writeReply })
})
const reply: Reply = {
  chunks: ["Oi"],
  language: "pt",
  answers: [],
  model: "m",
  promptHash: "h",
  tokensIn: 1,
  tokensOut: 1,
  costUsd: 0.5
}

test("keeps of a model's reply only what can be stored and what the company asks for", async () => {
  const wild = {
    ...reply,
    chunks: ["  ", "a\u0000b", "c\ud800 "],
    answers: [
      { criterion: "shoeSize", value: 44, said: "44" },
      { criterion: "need", value: "x\u0000", said: "y\udc00" }
    ],
    asks: "shoeSize"
  }
  expect(
    await run(
      "writeReply",
      replyInput,
      model(() => Effect.succeed(wild))
    )
  ).toMatchObject({
    success: {
      ...reply,
      chunks: ["ab", "c\ufffd"],
      answers: [{ criterion: "need", value: "x", said: "y\ufffd" }]
    }
  })
  const output = await run(
    "writeReply",
    replyInput,
    model(() => Effect.succeed(wild))
  )
  expect(output._tag === "Success" && Object.keys(output.success as object)).not.toContain("asks")
})

test.each([
  ["askedForPerson", "askedForPerson"],
  ["Ana Sousa of Rua das Flores is upset", "cannotAnswer"]
])("keeps no words of the model's own on why a person should go on: %s", async (handOver, kept) => {
  const wants = model(() => Effect.succeed({ ...reply, handOver }))
  expect(await run("writeReply", replyInput, wants)).toMatchObject({ success: { handOver: kept } })
})

test.each([
  [
    "refuses",
    new ModelRefused({ reason: "unsafe", message: "No." }),
    new JobRefused({ reason: "unsafe", message: "No." })
  ],
  [
    "is busy",
    new ModelUnavailable({ reason: "rateLimited", message: "Later.", retryAfterMs: 7 }),
    new JobFailedForNow({ reason: "rateLimited", message: "Later.", happened: "no", retryAfterMs: 7 })
  ]
])("tells the engine when the model %s", async (_, failure, expected) => {
  expect(
    await run(
      "writeReply",
      replyInput,
      model(() => Effect.fail(failure))
    )
  ).toMatchObject({
    failure: expected
  })
})

test("tries again when the model wrote nothing", async () => {
  const blank = model(() => Effect.succeed({ ...reply, chunks: [" "] }))
  expect(await run("writeReply", replyInput, blank)).toMatchObject({
    failure: { _tag: "JobFailedForNow", reason: "emptyReply", happened: "no" }
  })
})

test("sends a chunk with the job's key, and gives the provider's id", async () => {
  const { channel, heard } = post({})
  expect(await run("sendChunk", chunkInput, { channels: [channel] })).toMatchObject({
    success: { messageId: "m1", at: 5 }
  })
  expect(heard).toEqual([
    {
      instance: "main",
      contact: "55",
      text: "Oi!",
      key: context.key,
      firstAttemptAt: context.firstAttemptAt,
      lastAttemptAt: context.at
    }
  ])
})

test("passes on what the channel says of a failure", async () => {
  const failure = new JobFailedForNow({ reason: "timeout", message: "No answer.", happened: "unknown" })
  const { channel } = post({ send: () => Effect.fail(failure) })
  expect(await run("sendChunk", chunkInput, { channels: [channel] })).toMatchObject({ failure })
})

const receipt = (channel: Channel | undefined, input: Json = chunkInput) =>
  withHandlers((named) => Effect.result(named("sendChunk").findReceipt!(input, context)), {
    channels: channel === undefined ? [] : [channel]
  })

test("asks the channel for the receipt of a chunk", async () => {
  const found = post({ findReceipt: () => Effect.succeed(Option.some({ messageId: "m2", at: 6 })) })
  expect(await receipt(found.channel)).toMatchObject({ success: Option.some({ messageId: "m2", at: 6 }) })
  const none = post({ findReceipt: () => Effect.succeed(Option.none()) })
  expect(await receipt(none.channel)).toMatchObject({ success: Option.none() })
})

test("can't tell about a receipt without a channel that gives them", async () => {
  expect(await receipt(post({}).channel)).toMatchObject({
    failure: { _tag: "JobFailedForNow", reason: "noReceipts", happened: "unknown" }
  })
  expect(await receipt(undefined)).toMatchObject({
    failure: { _tag: "JobFailedForNow", reason: "unknownChannel", happened: "unknown" }
  })
})

test("is as safe as the channel declares, and of an unknown channel nothing is sure", async () => {
  const { channel } = post({ idempotency: "key" })
  const declared = await withHandlers(
    (named) =>
      Effect.sync(() => {
        const { idempotency } = named("sendChunk")
        if (typeof idempotency === "string") return [idempotency]
        return [chunkInput, { ...chunkInput, channel: "gone" }, null, { channel: 3 }].map(idempotency)
      }),
    { channels: [channel] }
  )
  expect(declared).toEqual(["key", "none", "none", "none"])
})

test("shows typing where the channel can, and is content where it can't", async () => {
  const shown: Array<unknown> = []
  const can = post({ showTyping: (to, ms) => Effect.sync(() => void shown.push([to, ms])) })
  const input = { channel: "post", instance: "main", contact: "55", durationMs: 1200 }
  expect(await run("showTyping", input, { channels: [can.channel] })).toMatchObject({ success: null })
  expect(await run("showTyping", input, { channels: [post({}).channel] })).toMatchObject({ success: null })
  expect(shown).toEqual([[{ instance: "main", contact: "55" }, 1200]])
})

test.each([
  ["sendChunk", chunkInput],
  ["showTyping", { channel: "post", instance: "main", contact: "55", durationMs: 900 }]
])("refuses %s by an account that is another company's by now", async (name, input) => {
  const shown: Array<unknown> = []
  const { channel, heard } = post({ showTyping: (...to) => Effect.sync(() => void shown.push(to)) })
  const owned = (...instances: ReadonlyArray<string>) => [
    completeCompany({ ...demoCompany, instances: [] }),
    completeCompany({
      id: "next",
      name: "Next",
      instances: instances.map((instance) => ({ channel: "post", instance }))
    })
  ]
  for (const instance of ["main", "*"]) {
    const companies = Companies.layerOf(owned(instance))
    expect(await run(name, input, { channels: [channel], companies })).toMatchObject({
      failure: { _tag: "JobRefused", reason: "accountNotOurs", message: expect.stringContaining("main") }
    })
  }
  expect([...heard, ...shown]).toEqual([])
  const companies = Companies.layerOf(owned("other"))
  expect(await run(name, input, { channels: [channel], companies })).toMatchObject({ _tag: "Success" })
  expect([...heard, ...shown]).toHaveLength(1)
})

test.each(["writeReply", "sendChunk", "showTyping"])(
  "refuses a wrong input of %s and says where",
  async (name) => {
    expect(await run(name, { channel: 1, turn: "one" })).toMatchObject({
      failure: {
        _tag: "JobRefused",
        reason: "wrongInput",
        message: expect.stringContaining(`The input of ${name} is wrong: `)
      }
    })
  }
)

test("refuses a job of a channel or a company that is not there", async () => {
  expect(await run("sendChunk", chunkInput)).toMatchObject({
    failure: { reason: "unknownChannel", message: 'The channel "post" is not set up; there are: none' }
  })
  const lost = { ...context, address: { ...context.address, company: "gone" } }
  expect(
    await withHandlers((named) => Effect.result(named("writeReply").run(replyInput, lost)))
  ).toMatchObject({ failure: { _tag: "JobRefused", reason: "unknownCompany" } })
})

test("knows the day in a time zone", () => {
  expect([
    dayInTimeZone(at, "America/Sao_Paulo"),
    dayInTimeZone(at, "UTC"),
    dayInTimeZone(at, "Pacific/Kiritimati"),
    dayInTimeZone(at, "Asia/Bangkok")
  ]).toEqual(["2026-11-20", "2026-11-21", "2026-11-21", "2026-11-21"])
})

test("asks no model for a suspended company, and says that it may be asked again", async () => {
  const companies = Companies.layerOf([completeCompany(demoCompany, "suspended")])
  expect(await run("writeReply", replyInput, { companies })).toMatchObject({
    _tag: "Failure",
    failure: { _tag: "JobFailedForNow", reason: "companySuspended", happened: "no" }
  })
})

test("a relative date counts from the day on which the lead wrote it, in the company's time zone", async () => {
  const lines = [{ from: "lead", text: "gostaria de começar amanhã", at: at - 24 * 3_600_000 }] as const
  expect(await run("writeReply", { ...replyInput, lines })).toMatchObject({
    success: { answers: [{ criterion: "startDate", value: "2026-11-20" }] }
  })
})
