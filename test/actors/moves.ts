import * as fc from "fast-check"
import type { ActorEvent } from "../../actors/engine/engine.ts"
import type { Json } from "../../eventstore/database/json.ts"
import type { Shape } from "./shapes/shape.ts"

/** One thing that happens to an actor. `nth` counts round the jobs that are open (`settle`) or over (`late`). */
export type Move =
  | { readonly kind: "send"; readonly event: ActorEvent }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "settle"; readonly nth: number; readonly ok: boolean; readonly value: Json }
  | { readonly kind: "late"; readonly nth: number; readonly ok: boolean; readonly value: Json }

const someOutputs: ReadonlyArray<Json> = [1, "done", { amount: 7, tags: ["a"] }, null]
const someErrors: ReadonlyArray<Json> = [
  { reason: "refused", message: "no" },
  { reason: "timeout", message: "took too long" }
]

/** Random histories of a shape: its events and unknown ones, time, and results of jobs in any order. */
export const movesOf = (shape: Shape): fc.Arbitrary<ReadonlyArray<Move>> => {
  const results = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constant(true), fc.constantFrom(...(shape.outputs ?? someOutputs))) },
    { weight: 2, arbitrary: fc.tuple(fc.constant(false), fc.constantFrom(...(shape.errors ?? someErrors))) }
  )
  const result = (kind: "settle" | "late") =>
    fc.tuple(fc.nat(5), results).map(([nth, [ok, value]]): Move => ({ kind, nth, ok, value }))
  const events: ReadonlyArray<ActorEvent> = [...shape.events, { type: "NobodyKnowsThis", why: "unknown" }]
  return fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(...events).map((event): Move => ({ kind: "send", event }))
      },
      {
        weight: 3,
        arbitrary: fc
          .oneof(fc.constantFrom(0, 1, 50, 99, 100, 200, 500, 1000), fc.integer({ min: 1, max: 3000 }))
          .map((ms): Move => ({ kind: "advance", ms }))
      },
      { weight: 4, arbitrary: result("settle") },
      { weight: 1, arbitrary: result("late") }
    ),
    { minLength: 1, maxLength: 16 }
  )
}
