import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { registerMachines } from "../../../actors/machine/machine-registry.ts"
import { replay } from "../../../actors/replay/replay.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import { machines as ours } from "../../../machines/index.ts"
import type { ListedMachine } from "../../../machines/listed-machine.ts"
import { diary, diaryAnew, openDiary } from "./world/diary.ts"
import { scripted } from "./world/handlers.ts"
import { everyColumn, findTokens, type Place } from "./world/leak-scan.ts"
import {
  anaIsAnswered,
  biaCannotBeReached,
  caioOptsOut,
  diariesAreKept,
  makeStage
} from "./world/personal-scenes.ts"
import { busy, drawTokens } from "./world/personal-world.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine, type EngineSuite } from "./world/suite.ts"

/** What any part of the process wrote to the console, beside the engine's own log. */
const written: Array<string> = []
beforeEach(() => {
  written.length = 0
  for (const name of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, name).mockImplementation((...line) => void written.push(line.map(String).join(" ")))
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})

const streams = async ({ database }: EngineSuite) =>
  (await database.admin("select distinct stream from es.event order by 1")).map(([stream]) => String(stream))

const messagesWaiting = Effect.gen(function* () {
  const store = yield* EventStore
  const history = yield* History
  const partitions = yield* store.partitions("acme")
  const places = {
    companies: partitions.map(({ company }) => company),
    partitions: partitions.map(({ partition }) => partition)
  }
  return yield* history.messages(places, 100)
})

/** All that history tells while the keys are there. */
const openedText = async (given: EngineSuite, engine: TestEngine) => {
  const events = await Promise.all((await streams(given)).map((stream) => engine.events(stream)))
  const jobs = (await engine.jobs()).map(({ input, message }) => [input, message])
  const messages = await Effect.runPromise(Effect.provide(messagesWaiting, given.database.layer))
  return JSON.stringify([events.flat().map(({ data }) => data), jobs, messages.map(({ event }) => event)])
}

const everyPlace = async (given: EngineSuite, engine: TestEngine): Promise<ReadonlyArray<Place>> => [
  ...(await everyColumn(given.database)),
  { name: "the log", texts: engine.log },
  { name: "the console", texts: written }
]

/** Looks for tokens in the database and the logs, and keeps which of them history gave back. */
const watching = (given: EngineSuite, tokens: ReadonlyArray<string>) => {
  const back = new Set<string>()
  return {
    missing: () => tokens.filter((token) => !back.has(token)),
    look: async (engine: TestEngine) => {
      expect(findTokens(await everyPlace(given, engine), tokens)).toEqual([])
      const text = await openedText(given, engine)
      for (const token of tokens) if (text.includes(token)) back.add(token)
    }
  }
}

const handlerNames = ["writeReply", "sendChunk", "showTyping", "work"]

/** Live, and replayed from its events, each actor is the same; gives what they look like. */
const areReplayed = async (
  given: EngineSuite,
  engine: TestEngine,
  machines: ReadonlyArray<ListedMachine>
): Promise<ReadonlyMap<string, unknown>> => {
  const registry = registerMachines(machines, handlerNames, () => {})
  if (registry._tag === "Failure") throw registry.failure
  const views = new Map<string, unknown>()
  for (const stream of await streams(given)) {
    const live = (await engine.view(stream))!
    const replayed = replay(registry.success.get(stream.split("/")[0]!)!, await engine.events(stream))
    expect([stream, replayed.differences, replayed.withheld]).toEqual([stream, [], 0])
    const { status, value, context } = live
    expect([stream, replayed.state]).toMatchObject([stream, { status, value, context }])
    views.set(stream, live)
  }
  return views
}

const count = async ({ database }: EngineSuite, what: string) =>
  Number((await database.admin(`select count(*) from ${what}`))[0]![0])

describeEngine("personal data", (given) => {
  it("that came in by every way is nowhere in the database nor in a log, and all of it comes back", async () => {
    const tokens = drawTokens(7)
    const { look, missing } = watching(given, tokens.drawn)
    const stage = await makeStage(given, tokens, look)
    const first = await stage.start(diary)
    for (const play of [anaIsAnswered, biaCannotBeReached, caioOptsOut, diariesAreKept])
      await play(stage, first)
    expect(first.engine.log.filter((line) => line.includes("a log line, withheld"))).not.toEqual([])
    await first.close()
    await first.engine.stop()
    const second = await stage.start(diaryAnew)
    await second.engine.deliver("diary/first", { type: "Write", text: tokens.sentence() })
    await look(second.engine)

    expect(tokens.drawn.length).toBeGreaterThanOrEqual(30)
    expect(missing()).toEqual([])
    const types = await given.database.admin("select distinct type from es.event where sealed is not null")
    expect(types.map(([type]) => type)).toEqual(
      expect.arrayContaining([
        "ActorStarted",
        "ActorMigrated",
        "JobSucceeded",
        "JobFailed",
        "MessageReceived",
        "Write"
      ])
    )
    expect(await count(given, "es.job where key_id is not null and message is not null")).toBeGreaterThan(0)
    expect(await count(given, "es.message where key_id is not null")).toBeGreaterThan(0)
    expect(await count(given, "es.snapshot where key_id is not null")).toBeGreaterThan(10)

    const machines = [...ours, { ...diaryAnew, previous: [diary.machine] }]
    const views = await areReplayed(given, second.engine, machines)
    expect(views.size).toBe(15)
    await second.close()
    await second.engine.stop()
    await given.database.admin("delete from es.snapshot")
    const { engine, close } = await stage.start(diaryAnew)
    for (const [stream, view] of views) expect([stream, await engine.view(stream)]).toEqual([stream, view])
    await close()
  })

  const secret = "Zé Ninguém da Silva"
  const write = { type: "Write", text: secret }
  /** One entry of a diary, what it gives to a neighbour and to nobody, and work on it that does not end. */
  const keepDiary = async (machine: ListedMachine, logPersonal = false) => {
    const engine = await given.start({
      machines: [machine],
      handlers: [scripted([() => Effect.never], { idempotency: "key" })],
      startInput: () => Effect.succeed({ owner: secret }),
      limits: { snapshotEvery: 1 },
      logPersonal
    })
    await engine.deliver("diary/1", { ...write, type: "Give" })
    await engine.deliver("diary/1", write)
    await engine.deliver("diary/1", { ...write, type: "Work" })
    await until("the work is under way", async () => (await engine.jobs())[0]?.state === "attempting")
    return engine
  }

  it("of a machine without schemas is all that it has: sealed whole, under a key of its own", async () => {
    const engine = await keepDiary(diary)
    expect(findTokens(await everyPlace(given, engine), [secret])).toEqual([])
    const stored = await given.database.admin(
      "select type, data::text, sealed is not null, key_id is not null from es.event order by position"
    )
    expect(stored).toEqual([
      ["ActorStarted", '{"input":{},"machine":"diary"}', true, true],
      ["Give", "{}", true, true],
      ["Write", "{}", true, true],
      ["Written", "{}", true, true],
      ["Work", "{}", true, true]
    ])
    const [subject] = await given.database.admin("select subject, key_id from es.subject")
    expect(subject![0]).toBe("diary/1")
    for (const table of ["job", "message", "snapshot"]) {
      expect([table, await given.database.admin(`select key_id from es.${table}`)]).toEqual([
        table,
        [[subject![1]]]
      ])
    }
    expect((await engine.events("diary/1")).map(({ data }) => data)).toEqual([
      { machine: "diary", input: { owner: secret } },
      ...Array.from({ length: 4 }, () => ({ text: secret }))
    ])
    expect(engine.log).toContain(
      "info: acme/diary/1: a log line, withheld: the machine handles personal data"
    )
  })

  it("is written to the log for whoever asks for it on a desk of their own, and then only there", async () => {
    const engine = await keepDiary(diary, true)
    expect(engine.log).toContain(`info: acme/diary/1: "wrote ${secret}"`)
    expect(findTokens(await everyPlace(given, engine), [secret])).toEqual([
      `the log holds "${secret}" as itself`
    ])
  })

  it("in what a handler broke over is not logged: only where it broke", async () => {
    const broken = scripted([() => Effect.fail(busy(secret, "unknown"))], {
      idempotency: "receipt",
      findReceipt: () => Effect.die(new RangeError(secret))
    })
    const engine = await given.start({ machines: [diary], handlers: [broken] })
    await engine.deliver("diary/1", { ...write, type: "Work" })
    await until("it is logged", () => engine.log.some((line) => line.includes("broke off")))
    expect(engine.log.find((line) => line.includes("broke off"))).toMatch(
      /^warn: job acme\/diary\/1#2\.0 broke off: RangeError at .*sealing\.test\.ts:\d+:\d+\)?$/
    )
    expect(findTokens(await everyPlace(given, engine), [secret])).toEqual([])
  })

  it("is nothing where schemas mark nothing: everything stands in the clear, and the search finds it", async () => {
    const engine = await keepDiary(openDiary)
    const found = findTokens(await everyPlace(given, engine), [secret])
    const places = ["es.event.data", "es.job.input", "es.message.event", "es.snapshot.state"]
    expect(found.map((sentence) => sentence.split(" holds")[0])).toEqual([...places, "the log"])
    expect(await count(given, "es.subject")).toBe(0)
    expect(await count(given, "es.event where sealed is not null or key_id is not null")).toBe(0)
  })
})

describe("the search for tokens", () => {
  const token = "Zé Ninguém/1"
  const bytes = Buffer.from(token)
  it.each([
    ["itself", `said ${token}.`],
    ["itself", token.toUpperCase()],
    ["its bytes", bytes.toString("latin1")],
    ["hex", `00${bytes.toString("hex").toUpperCase()}ff`],
    ["escaped JSON", JSON.stringify(token).replaceAll("é", "\\u00e9")],
    ["a URL", `https://x/?q=${encodeURIComponent(token)}`],
    ["a form", new URLSearchParams({ q: token }).toString()],
    ["base64", Buffer.from(`${token}, e mais`).toString("base64")],
    ["base64", Buffer.from(`x${token}y`).toString("base64url")],
    ["base64", Buffer.from(`xy${token}`).toString("base64")]
  ])("finds one as %s: %s", (form, text) => {
    expect(findTokens([{ name: "here", texts: ["before", text] }], ["nobody at all", token])).toEqual([
      `here holds "${token}" as ${form}`
    ])
  })
})
