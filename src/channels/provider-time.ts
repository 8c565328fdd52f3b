import { numberOf } from "./loose-values.ts"

/** WhatsApp began in 2009, and no channel of ours is older: what is dated before was not dated at all. */
const earliestAt = Date.UTC(2009, 0, 1)

/** So far a provider's clock may be ahead of ours. */
const aheadMaxMs = 300_000

/**
 * When a message was written, epoch ms: a number, digits, or a 64-bit integer in two halves, as a provider's library
 * happened to print it, of seconds, or of the thousandth or millionth parts that some versions send. A time that can't
 * be is `now`: nobody needs it so much that the message should be lost for it.
 */
export const providerTime = (given: unknown, now: number): number => {
  const at = millisOf(given)
  return at !== undefined && at >= earliestAt && at <= now + aheadMaxMs ? at : now
}

const millisOf = (given: unknown): number | undefined => {
  const number = numberOf(given)
  if (number === undefined) return undefined
  // Seconds have eleven digits for the next 3,000 years.
  if (number < 1e11) return Math.floor(number * 1000)
  return Math.floor(number < 1e14 ? number : number / 1000)
}
