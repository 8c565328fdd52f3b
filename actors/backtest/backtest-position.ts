import * as Effect from "effect/Effect"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"

/** The position before the partition's first event of `since` (epoch ms) or later; times never go back in a partition. */
export const positionBefore = (
  company: string,
  partition: number,
  end: number,
  since: number | undefined
): Effect.Effect<number, StoreUnavailable, History> =>
  Effect.gen(function* () {
    if (since === undefined) return 0
    const history = yield* History
    let [before, beyond] = [0, end]
    while (before < beyond) {
      const middle = Math.floor((before + beyond) / 2)
      const [event] = yield* history.readPartition(company, partition, middle, 1)
      if (event === undefined || event.recordedAt >= since) beyond = middle
      else before = middle + 1
    }
    return before
  })
