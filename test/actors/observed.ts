import type { AnyMachineSnapshot } from "xstate"
import type { Json } from "../../eventstore/database/json.ts"

/** What can be seen of an actor after a move; the lists hold what the move itself brought. */
export interface Observed {
  readonly status: string
  readonly value: Json
  readonly tags: ReadonlyArray<string>
  readonly context: Json
  readonly output: Json
  readonly error: Json
  readonly emitted: ReadonlyArray<Json>
  readonly actions: ReadonlyArray<Json>
  readonly messages: ReadonlyArray<Json>
  readonly logs: ReadonlyArray<Json>
  /** Jobs that the machine waits for, oldest first. */
  readonly jobs: ReadonlyArray<Json>
  /** Timers that run, in the order in which they will fire. */
  readonly timers: ReadonlyArray<{ readonly timer: string; readonly inMs: number }>
}

/** An actor under test: the interpreter of XState, or ours. */
export interface Subject {
  readonly send: (event: { readonly type: string }) => Promise<Observed>
  readonly advance: (ms: number) => Promise<Observed>
  readonly settle: (nth: number, ok: boolean, value: Json) => Promise<Observed>
  readonly late: (nth: number, ok: boolean, value: Json) => Promise<Observed>
  readonly look: () => Observed
}

/** As JSON, without the `at` that our engine adds to events of its own making. */
export const asJson = (value: unknown): Json => {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (key === "at" && typeof inner === "number") return undefined
    if (inner instanceof Map) return { map: [...inner] }
    if (inner instanceof Set) return { set: [...inner] }
    return inner
  })
  return text === undefined ? null : (JSON.parse(text) as Json)
}

/** What a snapshot shows. The text of an error is compared, not its class or stack. */
export const seen = (snapshot: AnyMachineSnapshot) => ({
  status: snapshot.status,
  value: asJson(snapshot.value),
  tags: [...snapshot.tags].sort(),
  context: asJson(snapshot.context),
  output: asJson(snapshot.output),
  error: messageOf(snapshot.error)
})

const messageOf = (error: unknown): Json => {
  if (error === undefined || error === null) return null
  return asJson((error as { message?: unknown }).message ?? error)
}
