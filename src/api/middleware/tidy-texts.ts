import { looksEmpty } from "../../channels/clean-text.ts"

/** Nobody changes a secret under somebody's fingers. */
const secrets: ReadonlySet<string> = new Set(["password", "current", "next"])

/**
 * The value with its texts composed (NFC), so that the same text is the same whoever typed it, and with those empty
 * that nobody could see; the value itself when nothing changes.
 */
export const tidyTexts = (value: unknown): unknown => {
  if (typeof value === "string") return looksEmpty(value) ? "" : value.normalize("NFC")
  if (typeof value !== "object" || value === null) return value
  const before = Object.entries(value)
  const after = before.map(([name, each]) => [name, secrets.has(name) ? each : tidyTexts(each)] as const)
  if (after.every(([, each], at) => each === before[at]?.[1])) return value
  return Array.isArray(value) ? after.map(([, each]) => each) : Object.fromEntries(after)
}

/** What people filled in: a field that is empty was not, blanks around a text are nobody's, a number is its digits. */
export const filledIn = (value: unknown): unknown => {
  if (typeof value === "number" || typeof value === "boolean") return String(value)
  if (typeof value === "string") return value.trim()
  if (Array.isArray(value))
    return value
      .map(filledIn)
      .filter((each) => each !== "")
      .join(", ")
  if (typeof value !== "object" || value === null) return value
  const filled = Object.entries(value).map(([name, each]) => [name, filledIn(each)] as const)
  return Object.fromEntries(filled.filter(([, each]) => each !== "" && each !== null))
}
