/** JSON in which byte arrays travel as `{ "$bytes": <base64> }` and what is undefined as nothing. */
export const stringifyWithBytes = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    // Buffers turn themselves into numbers before we see them.
    isBufferJson(each)
      ? { $bytes: Buffer.from(each.data).toString("base64") }
      : each instanceof Uint8Array
        ? { $bytes: Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString("base64") }
        : each
  ) ?? "null"

/** Reads what `stringifyWithBytes` wrote. */
export const parseWithBytes = (text: string): unknown =>
  JSON.parse(text, (_, each) =>
    typeof each === "object" && each !== null && typeof each.$bytes === "string"
      ? new Uint8Array(Buffer.from(each.$bytes, "base64"))
      : each
  )

const isBufferJson = (value: unknown): value is { readonly data: ReadonlyArray<number> } =>
  typeof value === "object" &&
  value !== null &&
  (value as { type?: unknown }).type === "Buffer" &&
  Array.isArray((value as { data?: unknown }).data)
