import * as Effect from "effect/Effect"

/** A question that only the process that owns the partitions may ask its store: asking it from another is a defect. */
export const refusedHere = (what: string): Effect.Effect<never> =>
  Effect.die(new Error(`${what} is for the process that owns the partitions, not for one that asks it`))
