import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"

const digest = (value: string) => createHash("sha256").update(value).digest()

/** Whether the given secret is ours; takes the same time wherever they differ and whatever their lengths. */
export const sameSecret = (given: string | undefined, ours: Redacted.Redacted<string>): boolean =>
  timingSafeEqual(digest(given ?? ""), digest(Redacted.value(ours))) && given !== undefined

/** The HMAC-SHA256 of the bytes, in lower-case hex. */
export const hmacHex = (bytes: Uint8Array | string, secret: Redacted.Redacted<string>): string =>
  createHmac("sha256", Redacted.value(secret)).update(bytes).digest("hex")

/** Whether `sha256=<hex>` is the HMAC-SHA256 of the raw bytes under our secret. */
export const signedBy = (
  given: string | undefined,
  bytes: Uint8Array,
  ours: Redacted.Redacted<string>
): boolean => sameSecret(given?.toLowerCase(), Redacted.make(`sha256=${hmacHex(bytes, ours)}`))
