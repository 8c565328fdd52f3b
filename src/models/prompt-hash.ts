import { createHash } from "node:crypto"

/** The same data as the same text: keys in order, no spaces, what is undefined left out. */
export const canonicalText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalText(one ?? null)).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`)
  return `{${members.join(",")}}`
}

/** SHA-256, in hex, of a request's canonical text: two requests with one hash asked for the same. */
export const promptHash = (canonical: string): string => createHash("sha256").update(canonical).digest("hex")
