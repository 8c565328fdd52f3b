import type { ActorState } from "../../actors/machine/actor-state.ts"
import { stepInputOf } from "../../actors/machine/live-actor.ts"
import type { RegisteredMachine } from "../../actors/machine/machine-registry.ts"
import { persist } from "../../actors/machine/persisted-state.ts"
import { takeStep } from "../../actors/machine/step.ts"
import { watchMachine } from "../../actors/why/why-watch.ts"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import type { Event } from "../machines/drive.ts"
import { asStored } from "./check-goldens.ts"
import type { GoldenData, GoldenEvent, GoldenHistory } from "./golden-files.ts"

/** A walk as a history, and what it shows of the machine: each thing that a history may be chosen for. */
export interface RecordedWalk {
  readonly events: ReadonlyArray<GoldenEvent>
  readonly state: JsonObject
  readonly shows: ReadonlySet<string>
  readonly jobs: ReadonlyArray<GoldenData>
}

/** A machine that walks are recorded with. */
export const walkRecorder = (registered: RegisteredMachine) => {
  const { machine } = registered.listed
  const watched = watchMachine(machine)
  return (input: Json, steps: ReadonlyArray<Event>): RecordedWalk => record(registered, watched, input, steps)
}

const record = (
  registered: RegisteredMachine,
  { running, watch }: ReturnType<typeof watchMachine>,
  input: Json,
  steps: ReadonlyArray<Event>
): RecordedWalk => {
  const events: Array<GoldenEvent> = []
  const jobs: Array<GoldenData> = []
  const shows = new Set<string>()
  let state: ActorState | undefined
  const take = (type: string, given: object, at: number) => {
    const data = JSON.parse(canonicalJson(given as JsonObject)) as JsonObject
    const [step, { transitions }] = watch(() =>
      takeStep(running, state, events.length + 1, stepInputOf(type, data), at)
    )
    state = step.state
    events.push({ kind: "input", type, schemaVersion: registered.schemaVersion(type), at, data })
    shows.add(`input ${type}`)
    for (const { from, on, to, guard, taken } of transitions) {
      shows.add(`${from} on ${on} to ${to.join()} if ${guard?.name}: ${taken}`)
    }
    for (const { type, ...fact } of step.emitted) {
      const said = JSON.parse(canonicalJson(fact as JsonObject)) as JsonObject
      events.push({ kind: "emitted", type, schemaVersion: registered.schemaVersion(type), at, data: said })
      shows.add(`emitted ${type}`)
    }
    for (const { name, input } of step.jobs) {
      jobs.push({
        of: "jobInput",
        type: name,
        schemaVersion: 1,
        data: JSON.parse(JSON.stringify(input)) as Json
      })
    }
  }
  let now = startedAt
  take("ActorStarted", { machine: running.name, input }, now)
  for (const step of steps) {
    const asked = inputOf(state!, step)
    if (asked === undefined) continue
    now = Math.max(now, typeof step.at === "number" ? step.at : now)
    take(asked.type, asked.data, now)
    const { output } = asked.data as { readonly output?: Json }
    if (asked.job !== undefined && output !== undefined) {
      jobs.push({ of: "jobOutput", type: asked.job, schemaVersion: 1, data: output })
    }
  }
  return { events, state: asStored(persist(state!)!), shows, jobs }
}

/** A Monday, 10:00 in São Paulo. */
export const startedAt = Date.UTC(2026, 5, 1, 13)

/** What the engine stores for what XState calls its own; undefined when nobody waits for it. */
const inputOf = (
  { timers, jobs }: ActorState,
  { type, at: _, ...data }: Event
): { readonly type: string; readonly data: object; readonly job?: string } | undefined => {
  if (type === "start") return undefined
  const after = /^xstate\.after\.([^.]+)\./.exec(type)
  if (after !== null) {
    const timer = timers.find((each) => each.timer === after[1])
    return timer === undefined ? undefined : { type: "TimerFired", data: { timer: timer.timer } }
  }
  const ended = /^xstate\.(done|error)\.actor\.(.*)$/.exec(type)
  if (ended === null) return { type, data: { ...data, at: _ } }
  const job = jobs.find((each) => each.child === ended[2])
  if (job === undefined) return undefined
  const { output, error } = data as { readonly output?: Json; readonly error?: Json }
  const result = ended[1] === "done" ? { output: output ?? null } : { error: error ?? null }
  const type_ = ended[1] === "done" ? "JobSucceeded" : "JobFailed"
  return { type: type_, data: { job: job.job, name: job.name, ...result }, job: job.name }
}

/** These walks, and the fewest others that show all that any shows, as far as picking the best next one finds them. */
export const chooseWalks = (
  walks: ReadonlyArray<RecordedWalk>,
  must: ReadonlyArray<RecordedWalk> = []
): ReadonlyArray<RecordedWalk> => {
  const open = new Set(walks.flatMap(({ shows }) => [...shows]))
  const chosen = [...must]
  for (const each of must.flatMap(({ shows }) => [...shows])) open.delete(each)
  while (open.size > 0) {
    const gain = (walk: RecordedWalk) => [...walk.shows].filter((each) => open.has(each)).length
    const best = walks.reduce((a, b) => (gain(b) > gain(a) ? b : a))
    for (const each of best.shows) open.delete(each)
    chosen.push(best)
  }
  return chosen
}

/** Walks as named histories. */
export const namedHistories = (walks: ReadonlyArray<RecordedWalk>): ReadonlyArray<GoldenHistory> =>
  walks.map(({ events, state }, n) => ({
    name: `walk-${String(n + 1).padStart(2, "0")}.ndjson`,
    events,
    state
  }))

/** A generator of numbers from 0 to 1 that gives the same ones each time (mulberry32). */
export const seeded = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
