/**
 * Values of events as a table can hold them. What an outside system or a person gave may be missing, once the personal
 * data is gone or for a machine without schemas, or be out of all bounds; one such value must not stop a whole company.
 */

/** A text; what stands for it when there is none. */
export const words = (given: unknown, otherwise = ""): string =>
  typeof given === "string" ? given : otherwise

/** A text or nothing. */
export const maybeWords = (given: unknown): string | null => (typeof given === "string" ? given : null)

/** A whole number that the database can hold, or nothing. */
export const maybeWhole = (given: unknown): number | null =>
  typeof given === "number" && Math.abs(given) <= Number.MAX_SAFE_INTEGER ? Math.round(given) : null

/** A whole number, 0 when there is none. */
export const whole = (given: unknown): number => maybeWhole(given) ?? 0

/** A number, 0 when there is none. */
export const amount = (given: unknown): number =>
  typeof given === "number" && Number.isFinite(given) ? given : 0

/** The end of the year 9999: what is beyond is no date that anybody meant. */
const lastMomentMs = Date.UTC(10_000, 0) - 1

/** A time, epoch ms, or nothing: also for one before 1970 or after the year 9999. */
export const moment = (given: unknown): number | null =>
  typeof given === "number" && given >= 0 && given <= lastMomentMs ? given : null

/** The elements of a list; none when it is no list. */
// biome-ignore lint/suspicious/noExplicitAny: whoever takes them knows what they are
export const elements = (given: unknown): ReadonlyArray<any> => (Array.isArray(given) ? given : [])

/** One of these words, or nothing. */
export const oneOfThese = <const Words extends ReadonlyArray<string>>(
  given: unknown,
  known: Words
): Words[number] | undefined => known.find((word) => word === given)
