import type { AnyMachineSnapshot } from "xstate"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { ActorState, PendingJob, PendingTimer } from "./actor-state.ts"
import type { RunningMachine } from "./running-machine.ts"

/** An actor's state as JSON; undefined when the machine keeps something in its context that JSON can't hold. */
export const persist = (state: ActorState): JsonObject | undefined => {
  const { snapshot, timers } = state
  if (!isJson(snapshot.context) || !isJson(snapshot.output) || !isJson(timers)) return undefined
  return {
    value: snapshot.value as Json,
    nodes: snapshot._nodes.map((node) => node.id),
    context: snapshot.context as Json,
    status: snapshot.status,
    output: (snapshot.output ?? null) as Json,
    error: errorAsJson(snapshot.error),
    history: historyIds(snapshot.historyValue),
    children: Object.values(snapshot.children).flatMap((child) =>
      child === undefined ? [] : [[(child as { id: string }).id, String((child as { src: unknown }).src)]]
    ),
    timers: state.timers as unknown as Json,
    jobs: state.jobs as unknown as Json
  }
}

/** The state that `persist` gave. Throws when the machine has no such state: the caller names the actor. */
export const restore = (running: RunningMachine, persisted: JsonObject): ActorState => {
  const children: Record<string, unknown> = {}
  for (const [id, src] of persisted.children as ReadonlyArray<readonly [string, string]>) {
    children[id] = running.childStub({ id, src })
  }
  const history = persisted.history as Record<string, ReadonlyArray<string>>
  const [snapshot] = running.collect("", (scope) =>
    running.machine.restoreSnapshot(
      {
        status: persisted.status,
        value: persisted.value,
        context: {},
        output: persisted.output ?? undefined,
        error: persisted.error ?? undefined,
        children: {},
        historyValue: Object.fromEntries(
          Object.entries(history).map(([key, ids]) => [key, ids.map((id) => ({ id }))])
        )
      } as never,
      scope
    )
  )
  // XState would walk through all of a context for actors to put in: there are none in JSON, and what only looks like
  // one stays as it is.
  Object.assign(snapshot, { context: persisted.context, children })
  keepOrder(snapshot as AnyMachineSnapshot, (persisted.nodes ?? []) as ReadonlyArray<string>)
  return {
    snapshot: snapshot as AnyMachineSnapshot,
    timers: persisted.timers as unknown as ReadonlyArray<PendingTimer>,
    jobs: persisted.jobs as unknown as ReadonlyArray<PendingJob>
  }
}

/** Whose eventless transition goes first depends on the order in which states were entered; a load keeps it. */
const keepOrder = (snapshot: AnyMachineSnapshot, ids: ReadonlyArray<string>) => {
  const place = new Map(ids.map((id, index) => [id, index]))
  snapshot._nodes.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
}

/** An error as it can be stored: its name and message, or the value itself if it is plain data. */
export const errorAsJson = (error: unknown): Json => {
  if (error === undefined || error === null) return null
  if (error instanceof Error) return { name: error.name, message: error.message }
  return isJson(error) ? (error as Json) : String(error)
}

const historyIds = (history: AnyMachineSnapshot["historyValue"]): JsonObject =>
  Object.fromEntries(
    Object.entries(history ?? {}).map(([key, nodes]) => [
      key,
      (nodes as ReadonlyArray<{ id: string }>).map((n) => n.id)
    ])
  )

/** Deeper than this it is taken for something that turns in a circle. */
const depthMax = 500

/** Plain data all the way down. An undefined property is fine: JSON leaves it out and nobody can tell. */
const isJson = (value: unknown, depth = 0): boolean => {
  if (value === null || value === undefined || typeof value === "string" || typeof value === "boolean")
    return true
  if (typeof value === "number") return Number.isFinite(value)
  if (typeof value !== "object" || depth > depthMax) return false
  if (Array.isArray(value)) return value.every((each) => each !== undefined && isJson(each, depth + 1))
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every((each) => isJson(each, depth + 1))
}
