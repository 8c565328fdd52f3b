/** Shorter ones cost nothing. */
const bytesMin = 1024

const name = Buffer.from('"base64"')
const quote = 0x22
const backslash = 0x5c
const spaces = new Set([0x20, 0x09, 0x0a, 0x0d])

/**
 * The JSON of a webhook without the files in it, which Evolution sends along as texts named `base64`: megabytes that
 * nobody here would look at. Works on the bytes, so that they are never decoded; all else stays as it is.
 */
export const withoutFiles = (body: Uint8Array): Uint8Array => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const kept: Array<Uint8Array> = []
  let from = 0
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + name.length)) {
    const [start, end] = textAfter(bytes, at + name.length)
    if (end - start < bytesMin) continue
    kept.push(bytes.subarray(from, start))
    from = end
    at = end
  }
  return from === 0 ? body : Buffer.concat([...kept, bytes.subarray(from)])
}

/** Where the text that is the value of this name begins and ends, without its quotes; nowhere if it is no plain text. */
const textAfter = (bytes: Buffer, after: number): readonly [number, number] => {
  const colon = pastSpaces(bytes, after)
  const start = pastSpaces(bytes, colon + 1)
  if (bytes[colon] !== 0x3a || bytes[start] !== quote) return [0, 0]
  const end = bytes.indexOf(quote, start + 1)
  const isPlain = end > 0 && !bytes.subarray(start, end).includes(backslash)
  return isPlain ? [start + 1, end] : [0, 0]
}

const pastSpaces = (bytes: Buffer, from: number): number => {
  let at = from
  while (spaces.has(bytes[at] ?? 0)) at++
  return at
}
