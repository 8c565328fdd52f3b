import { rounded } from "./figure.ts"

/** How a load went. */
export interface Load {
  readonly perSecond: number
  readonly count: number
  /** Sorted, ms. */
  readonly latencies: Float64Array
}

/**
 * Keeps `inFlight` turns going for `seconds`, each for one of `conversations` chosen uniformly, never two for one
 * conversation at once; so no more than there are conversations.
 */
export const runLoad = async (
  inFlight: number,
  seconds: number,
  conversations: number,
  turn: (conversation: number) => Promise<unknown>
): Promise<Load> => {
  const busy = new Uint8Array(conversations)
  const latencies: Array<number> = []
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  const keepOneGoing = async () => {
    for (let now = performance.now(); now < endsAt; ) {
      let conversation = Math.floor(Math.random() * conversations)
      while (busy[conversation] === 1) conversation = Math.floor(Math.random() * conversations)
      busy[conversation] = 1
      await turn(conversation)
      busy[conversation] = 0
      const done = performance.now()
      latencies.push(done - now)
      now = done
    }
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, conversations) }, keepOneGoing))
  const elapsedMs = performance.now() - startedAt
  return {
    perSecond: (latencies.length * 1000) / elapsedMs,
    count: latencies.length,
    latencies: Float64Array.from(latencies).sort()
  }
}

/** Of a sorted list; NaN of an empty one. */
export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

export const median = (values: ReadonlyArray<number>): number =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5
  )

/** p50 and p99 of a sorted list, ms. */
export const spread = (sorted: ArrayLike<number>) => ({
  p50Ms: rounded(percentile(sorted, 0.5)),
  p99Ms: rounded(percentile(sorted, 0.99))
})
