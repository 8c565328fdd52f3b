/** A field of an unknown value; undefined when it is not an object, has no such field of its own, or it is null. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? ((value as Readonly<Record<string, unknown>>)[name] ?? undefined)
    : undefined

/** The text at a path; a number is its digits, all else and blanks are none. */
export const textAt = (value: unknown, ...path: ReadonlyArray<string>): string | undefined => {
  const found = path.reduce<unknown>(field, value)
  if (typeof found === "number") return String(found)
  return typeof found === "string" && found.trim() !== "" ? found : undefined
}

/** A number, digits with or without a fraction, or a 64-bit integer in two halves; undefined for all else. */
export const numberOf = (given: unknown): number | undefined => {
  if (typeof given === "number") return Number.isFinite(given) ? given : undefined
  if (typeof given === "string")
    return /^\s*-?\d{1,20}(\.\d{1,20})?\s*$/.test(given) ? Number(given) : undefined
  const [low, high] = [field(given, "low"), field(given, "high")]
  const isPair = typeof low === "number" && typeof high === "number"
  return isPair && Number.isFinite(high) ? high * 2 ** 32 + (low >>> 0) : undefined
}

const durationMaxSeconds = 24 * 60 * 60

/** A length in seconds; undefined for one that can't be. */
export const durationOf = (given: unknown): number | undefined => {
  const seconds = numberOf(given)
  return seconds !== undefined && seconds >= 0 && seconds <= durationMaxSeconds ? seconds : undefined
}
