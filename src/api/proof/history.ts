import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Semaphore from "effect/Semaphore"
import { registerMachines } from "../../../actors/machine/machine-registry.ts"
import { replayStream } from "../../../actors/replay/replay.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import { machines } from "../../../machines/index.ts"
import { explain } from "../../explain/explain.ts"
import { findAsked, parseAsked } from "../../explain/find-asked.ts"
import { storedEventJson } from "../../resources/stored-event-json.ts"
import { mayReachAll } from "../caller.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { iso } from "../contract/group.ts"
import { historyGroup } from "../contract/proof/history.ts"
import { handlersOf } from "../handlers-of.ts"
import { limitOf, numberParameter, textParameter } from "../lists/read-page.ts"
import { refuse } from "../refusal.ts"

// No job runs here, so every job that is asked for counts as one that has its handler.
const registryOfAll = Effect.suspend(() => {
  const handlers = machines.flatMap(({ jobs }) => Object.keys(jobs ?? {}))
  return Effect.orDie(Effect.fromResult(registerMachines(machines, handlers, () => {})))
})

/** Readers of whole histories at once; the others are told to try again. */
const readersMax = 2
const readers = Semaphore.makeUnsafe(readersMax)
const busy = refuse(503, "others are reading whole histories just now; try again", { retryAfterMs: 2_000 })

const whole = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(readers.withPermitsIfAvailable(1)(work), (found) =>
    found._tag === "None" ? Effect.fail(busy) : Effect.succeed(found.value)
  )

const readTo = Effect.gen(function* () {
  const toVersion = yield* numberParameter("toVersion")
  const text = yield* textParameter("toTime", 40)
  const toTime = text === undefined ? undefined : Date.parse(text)
  if (toTime !== undefined && Number.isNaN(toTime))
    return yield* refuse(400, "toTime: an ISO time is expected", {
      errors: [{ parameter: "toTime", detail: "an ISO time is expected" }]
    })
  return {
    ...(toVersion === undefined ? {} : { toVersion }),
    ...(toTime === undefined ? {} : { toTime })
  }
})

const replay = Effect.fnUntraced(function* (machine: string, id: string) {
  const { company } = yield* mayReachAll("engine", "read", "replay", `${machine}:${id}`)
  const to = yield* readTo
  const registered = (yield* registryOfAll).get(machine)
  if (registered === undefined) return yield* refuse(404, `no machine is called "${machine.slice(0, 80)}"`)
  const replayed = yield* whole(replayStream(registered, { company, machine, id }, to))
  if (replayed.version === 0)
    return yield* refuse(404, `there is no ${machine} "${id}", or it has no event up to then`)
  return {
    address: `${machine}/${id}`,
    follows: replayed.differing === 0 && replayed.stopped === undefined,
    ...replayed,
    at: replayed.at === undefined ? null : iso(replayed.at),
    stopped: replayed.stopped ?? null
  }
})

const why = Effect.fnUntraced(function* () {
  const { company } = yield* mayReachAll("engine", "read", "why", "event")
  const event = yield* textParameter("event", 300)
  const message = yield* textParameter("message", 300)
  if ((event === undefined) === (message === undefined))
    return yield* refuse(400, "either event or message is needed", {
      errors: [{ parameter: "event", detail: "is needed" }]
    })
  const asking =
    event === undefined
      ? parseAsked(message!, undefined, company)
      : parseAsked(`${company}/${event}`, undefined, undefined)
  const asked = yield* Effect.mapError(asking, ({ message }) =>
    refuse(400, message.replaceAll(`${company}/`, ""), {
      errors: [{ parameter: "event", detail: "names no event" }]
    })
  )
  const registry = yield* registryOfAll
  const explained = Effect.flatMap(findAsked(asked), (found) => explain(registry, found, { effects: true }))
  return yield* Effect.catchTags(whole(explained), {
    NothingFound: ({ message }) => refuse(404, message),
    NoSuchEvent: ({ message }) => refuse(404, message)
  })
})

/** What answers historyGroup. */
export const historyHandlers = handlersOf(historyGroup, {
  partitions: Effect.fnUntraced(function* () {
    const { company } = yield* mayReachAll("engine", "read", "partition.list", "partition")
    const store = yield* EventStore
    const rows = yield* store.partitions(company)
    return {
      items: rows.map(({ partition, position, recordedAt }) => ({
        partition,
        position,
        recordedAt: iso(recordedAt)
      }))
    }
  }),
  events: Effect.fnUntraced(function* ({ params: { partition } }) {
    const { company } = yield* mayReachAll("engine", "read", "event.list", `partition:${partition}`)
    const limit = yield* limitOf(apiLimits.historyPageMax, apiLimits.historyPageDefault)
    const after = (yield* numberParameter("after")) ?? 0
    const history = yield* History
    const events = yield* history.readPartition(company, partition, after, limit)
    return HttpServerResponse.jsonUnsafe({
      items: events.map(storedEventJson),
      next: events.at(-1)?.position ?? after
    })
  }),
  replay: Effect.fnUntraced(function* ({ params: { machine, id } }) {
    return HttpServerResponse.jsonUnsafe(yield* replay(machine, id))
  }),
  why: Effect.fnUntraced(function* () {
    return HttpServerResponse.jsonUnsafe(yield* why())
  })
})
