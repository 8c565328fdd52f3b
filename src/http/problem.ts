import { STATUS_CODES } from "node:http"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** An answer that says what is wrong, as RFC 9457 writes it; `retryAfterMs` becomes `Retry-After`, in whole seconds. */
export const problem = (
  status: number,
  detail: string,
  more: {
    readonly retryAfterMs?: number
    readonly headers?: Readonly<Record<string, string>>
    /** Members of its own, beside the standard ones. */
    readonly members?: Readonly<Record<string, unknown>>
  } = {}
): HttpServerResponse.HttpServerResponse => {
  const title = STATUS_CODES[status] ?? "Error"
  const retryAfter =
    more.retryAfterMs === undefined
      ? {}
      : { "retry-after": String(Math.max(1, Math.ceil(more.retryAfterMs / 1000))) }
  const body = JSON.stringify({ type: "about:blank", title, status, detail, ...more.members })
  return HttpServerResponse.text(body, {
    status,
    contentType: "application/problem+json",
    headers: { "cache-control": "no-store", ...retryAfter, ...more.headers }
  })
}
