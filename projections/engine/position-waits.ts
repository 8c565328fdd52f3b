import * as Effect from "effect/Effect"
import type { Database } from "../../eventstore/database/database.ts"
import type { ReadModel } from "../read-model.ts"
import { shownPositions } from "./shown-positions.ts"

/** Those who wait until the read models show a position. */
export interface PositionWaits {
  /** The read models show this position now. */
  readonly shown: (company: string, partition: number, position: number) => void
  readonly wait: (
    company: string,
    partition: number,
    position: number,
    timeoutMs?: number
  ) => Effect.Effect<boolean>
}

export const waitMaxMs = 5000
/** Another process may be the one that reads: then the checkpoints tell. */
const pollMs = 100

/** Waits end by word from this process's own projector, or by a look at the checkpoints. */
export const makePositionWaits = (
  database: Pick<Database["Service"], "transaction">,
  models: ReadonlyArray<ReadModel>
): PositionWaits => {
  const positionsOf = shownPositions(database, models)
  const waiting = new Map<string, Set<{ readonly position: number; readonly done: () => void }>>()
  const keyOf = (company: string, partition: number) => `${company} ${partition}`

  const shown: PositionWaits["shown"] = (company, partition, position) => {
    for (const each of waiting.get(keyOf(company, partition)) ?? [])
      if (each.position <= position) each.done()
  }

  const isShown = (company: string, partition: number, position: number) =>
    positionsOf(company).pipe(
      Effect.map((positions) => (positions?.get(partition) ?? -1) >= position),
      Effect.orElseSucceed(() => false)
    )

  const byWord = (company: string, partition: number, position: number) =>
    Effect.callback<boolean>((resume) => {
      const key = keyOf(company, partition)
      const all = waiting.get(key) ?? new Set()
      waiting.set(key, all)
      const end = () => {
        all.delete(entry)
        if (all.size === 0) waiting.delete(key)
      }
      const entry = {
        position,
        done: () => {
          end()
          resume(Effect.succeed(true))
        }
      }
      all.add(entry)
      return Effect.sync(end)
    })

  const byLook = (company: string, partition: number, position: number): Effect.Effect<boolean> =>
    Effect.flatMap(isShown(company, partition, position), (is) =>
      is
        ? Effect.succeed(true)
        : Effect.andThen(
            Effect.sleep(pollMs),
            Effect.suspend(() => byLook(company, partition, position))
          )
    )

  return {
    shown,
    wait: (company, partition, position, timeoutMs = waitMaxMs) =>
      Effect.raceFirst(byWord(company, partition, position), byLook(company, partition, position)).pipe(
        Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.succeed(false) })
      )
  }
}
