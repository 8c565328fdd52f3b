import type { Json, JsonObject } from "../../eventstore/database/json.ts"

/** Equal as JSON: an undefined property is none, and the order of keys says nothing. */
export const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, n) => same(each, b[n]))
    )
  }
  const [left, right] = [a as JsonObject, b as JsonObject]
  let there = 0
  for (const key in left) {
    if (left[key] === undefined) continue
    there++
    if (!same(left[key], right[key])) return false
  }
  for (const key in right) if (right[key] !== undefined) there--
  return there === 0
}

/** A value that the candidate was given instead of the recorded one: facts that repeat it differ for no other reason. */
export interface Echo {
  /** The last key of its path. */
  readonly key: string
  readonly value: Json
}

/** What is no difference. */
export interface Tolerance {
  readonly echoes: ReadonlyArray<Echo>
  /** How much later than recorded the candidate took this step, ms: its times may be so much later. */
  readonly shiftMs: number
  /** Names that nobody looks at: `state`, a fact, job or message by its name, or a field of one, `LeadScored.open`. */
  readonly ignored: ReadonlySet<string>
}

/** Whether two pieces of data under one name say the same, as far as anybody wants to know. */
export const agree = (name: string, old: unknown, now: unknown, tolerance: Tolerance): boolean => {
  if (same(old, now)) return true
  const { echoes, shiftMs, ignored } = tolerance
  if (echoes.length === 0 && shiftMs === 0 && ignored.size === 0) return same(asJson(old), asJson(now))
  return leaves(asJson(old), asJson(now), []).every(({ path, old, now }) => {
    const key = path.findLast((each) => !/^\d+$/.test(each)) ?? ""
    return (
      ignored.has(`${name}.${path.filter((each) => !/^\d+$/.test(each)).join(".")}`) ||
      echoes.some((echo) => echo.key === key && same(echo.value, now)) ||
      (shiftMs !== 0 && typeof old === "number" && typeof now === "number" && now - old === shiftMs)
    )
  })
}

/** As it would be stored: what is no JSON becomes what JSON makes of it. */
export const asJson = (value: unknown): Json => {
  try {
    return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json)
  } catch {
    return String(value)
  }
}

interface Leaf {
  readonly path: ReadonlyArray<string>
  readonly old: Json | undefined
  readonly now: Json | undefined
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null

/** Where two values differ. */
const leaves = (
  old: Json | undefined,
  now: Json | undefined,
  path: ReadonlyArray<string>
): ReadonlyArray<Leaf> => {
  if (same(old, now)) return []
  if (!isObject(old) || !isObject(now) || Array.isArray(old) !== Array.isArray(now)) {
    return [{ path, old, now }]
  }
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
    leaves(old[key], now[key], [...path, key])
  )
}
