/** What stands for bytes, with one `$` more for every time that data of its own has such a key. */
const bytesKey = /^\$+bytes$/

/** JSON in which byte arrays travel as `{ "$bytes": <base64> }` and what is undefined as nothing. */
export const stringifyWithBytes = (value: unknown): string =>
  JSON.stringify(value, function (this: Record<string, unknown>, key, seen) {
    // Buffers have turned themselves into numbers by now; what they were still stands in their place.
    const each = this[key]
    if (each instanceof Uint8Array) {
      return { $bytes: Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString("base64") }
    }
    return renamed(seen, (name) => `$${name}`)
  }) ?? "null"

/** Reads what `stringifyWithBytes` wrote. */
export const parseWithBytes = (text: string): unknown =>
  JSON.parse(text, (_, each) => {
    if (typeof each !== "object" || each === null) return each
    if (typeof each.$bytes === "string") return new Uint8Array(Buffer.from(each.$bytes, "base64"))
    return renamed(each, (name) => name.slice(1))
  })

/** An object with the keys that could be taken for ours renamed; anything else as it is. */
const renamed = (value: unknown, rename: (key: string) => string): unknown => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  if (!Object.keys(value).some((key) => bytesKey.test(key))) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [bytesKey.test(key) ? rename(key) : key, each])
  )
}
