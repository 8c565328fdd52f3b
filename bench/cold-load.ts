import * as Effect from "effect/Effect"
import type { Address } from "../actors/address.ts"
import type { Engine } from "../actors/engine/engine.ts"
import { defaultLimits } from "../actors/engine/engine-limits.ts"
import type { Json } from "../eventstore/database/json.ts"
import { machines } from "../machines/index.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { conversationInput } from "./conversation-path.ts"
import { rounded, type Target } from "./figure.ts"
import { percentile, spread } from "./load.ts"
import { openEngine } from "./open-engine.ts"

const sizesDefault = [10, 1000, 10_000]
/** Conversations of each size: they end at different distances from their last snapshot. */
const conversationsPerSize = 4
const inFlight = 64

/** The conversation `id` of the company that is measured. */
export const addressOf = (id: string): Address => ({ company: "bench", machine: "conversation", id })

/** Jobs are stored and left; without room in memory every look at an actor loads it from the store. */
export const openConversations = (url: string, actorsInMemory: number) =>
  openEngine(url, {
    machines,
    handlers: machines
      .flatMap(({ jobs }) => Object.keys(jobs ?? {}))
      .map((name) => ({ name, idempotency: "safe", run: () => Effect.succeed(null) })),
    startInput: () => Effect.succeed(conversationInput as unknown as Json),
    limits: { ...defaultLimits, actorsInMemory },
    runJobs: false
  })

/** One message of a conversation that a person leads: the lead's, then the person's, in turn. */
export const message = (engine: Engine["Service"], id: string, n: number) => {
  const at = Date.now()
  const text = `Mensagem ${n}: quanto custa o plano anual para doze pessoas e quando pode começar?`
  const event =
    n % 2 === 0
      ? { type: "PersonReplied", messageId: `m${n}`, text, at, by: "person:ana", source: "console" }
      : { type: "MessageReceived", messageId: `m${n}`, text, at }
  return engine.deliver(addressOf(id), event, { principal: "bench" })
}

/** Messages `from` to `to` of one conversation, so many in flight at once. */
const writeSome = (engine: Engine["Service"], id: string, from: number, to: number, concurrency: number) =>
  Effect.forEach(
    Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n),
    (n) => message(engine, id, n),
    { concurrency, discard: true }
  )

/** Conversations of `messages` messages, or some more each; the last ones come one by one, as they do in life. */
const write = async (engine: Engine["Service"], messages: number): Promise<ReadonlyArray<string>> => {
  const ids = Array.from({ length: conversationsPerSize }, (_, n) => `${messages}-${n}`)
  const all = ids.map((id, n) => {
    const hurried = Math.max(0, messages - defaultLimits.snapshotEvery)
    const end = messages + (n * defaultLimits.snapshotEvery) / conversationsPerSize
    return Effect.andThen(
      writeSome(engine, id, 0, hurried, inFlight),
      writeSome(engine, id, hurried, Math.round(end), 1)
    )
  })
  await Effect.runPromise(Effect.all(all, { concurrency: "unbounded", discard: true }))
  return ids
}

/** Loads the conversations again and again; sorted ms. */
export const loadTimes = async (engine: Engine["Service"], ids: ReadonlyArray<string>, seconds: number) => {
  const times: Array<number> = []
  const endsAt = performance.now() + seconds * 1000
  for (let n = 0; n < 20 || performance.now() < endsAt; n++) {
    const startedAt = performance.now()
    const view = await Effect.runPromise(engine.view(addressOf(ids[n % ids.length]!)))
    times.push(performance.now() - startedAt)
    if (view === undefined) throw new Error(`${ids[n % ids.length]} is not there`)
  }
  return times.sort((a, b) => a - b)
}

const run = async (world: BenchWorld): Promise<void> => {
  const { url, admin } = world.database
  const writer = await openConversations(url, 5000)
  const written: Array<readonly [number, ReadonlyArray<string>]> = []
  for (const messages of world.sizes ?? sizesDefault) {
    written.push([messages, await write(writer.engine, messages)])
  }
  await writer.close()
  await admin.query("vacuum analyze")
  const reader = await openConversations(url, 0)
  for (const [, ids] of written) await loadTimes(reader.engine, ids, 0)
  let smallest: number | undefined
  for (const [messages, ids] of written) {
    const times = await loadTimes(reader.engine, ids, world.seconds)
    const p50 = percentile(times, 0.5)
    smallest ??= p50
    const targets: ReadonlyArray<Target> = [
      { of: "p50Ms", is: "<=", than: 5 },
      { of: "ratio", is: "<=", than: 2 }
    ]
    world.report({
      bench: "cold-load",
      case: `${messages} messages`,
      unit: "ms",
      value: rounded(p50),
      ratio: rounded(p50 / smallest),
      ...spread(times),
      targets
    })
  }
  await reader.close()
}

export const coldLoad: Bench = {
  name: "cold-load",
  about: "a conversation into memory from its snapshot and the events after it; ratio: to the shortest",
  run
}
