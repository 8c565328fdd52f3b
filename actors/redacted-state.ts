import type { Json, JsonObject } from "../eventstore/json.ts"
import { emptyLike } from "../eventstore/personal-data.ts"
import type { StoredEvent } from "../eventstore/stored-event.ts"
import type { ActorState } from "./actor-state.ts"
import { persist } from "./persisted-state.ts"

/** Values that stand in the clear in a stream's events, as JSON. */
export type ClearValues = ReadonlySet<string>

/** Gathers the values that stand in the clear; what only a sealed part holds is none of them. */
export const clearValuesOf = (events: Iterable<Pick<StoredEvent, "data">>, into: Set<string>): void => {
  for (const { data } of events) gather(data, into)
}

const gather = (value: Json, into: Set<string>): void => {
  if (value === null) return
  if (typeof value === "object") for (const each of Object.values(value)) gather(each as Json, into)
  else into.add(JSON.stringify(value))
}

/**
 * An actor's state as it may stay when its person is erased: where it is in its chart, and of its context only the
 * values that stand in the clear in its history anyway. Nothing it waits for is left.
 */
export const redactedState = ({ snapshot }: ActorState, clear: ClearValues): JsonObject => {
  const context = plain(snapshot.context)
  const output = plain(snapshot.output)
  const persisted = persist({
    snapshot: Object.assign(Object.create(Object.getPrototypeOf(snapshot)), snapshot, {
      context: kept(context, clear),
      output: kept(output, clear),
      error: snapshot.error === undefined ? undefined : { name: "Erased", message: "" },
      children: {}
    }),
    timers: [],
    jobs: []
  })
  // What JSON can't hold was emptied above, so there is always a state.
  return persisted!
}

const plain = (value: unknown): Json => {
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as Json
  } catch {
    return {}
  }
}

const kept = (value: Json, clear: ClearValues): Json => {
  if (value === null || typeof value === "boolean") return value
  if (typeof value !== "object") return clear.has(JSON.stringify(value)) ? value : emptyLike(value)
  if (Array.isArray(value)) return value.map((each) => kept(each, clear))
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, kept(each as Json, clear)] as const)
  )
}
