import { STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"

/** Answers a request for a socket with no socket; `retryAfterMs` becomes `Retry-After`, in whole seconds. */
export const refuseUpgrade = (raw: Duplex, status: number, retryAfterMs?: number): void => {
  const title = STATUS_CODES[status]!
  const body = JSON.stringify({ type: "about:blank", title, status })
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(retryAfterMs === undefined ? [] : [`retry-after: ${Math.ceil(retryAfterMs / 1000)}`]),
    "connection: close"
  ]
  raw.on("error", () => {})
  raw.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}
