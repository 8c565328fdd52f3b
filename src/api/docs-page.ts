import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import * as Layer from "effect/Layer"

/** Nothing of the page comes from elsewhere, and nothing goes there: no fonts, no proxy, no telemetry. */
const scalar = {
  withDefaultFonts: false,
  proxyUrl: "",
  telemetry: false,
  hideClientButton: true
}

/** Only the page's own scripts run, by their hashes; it styles itself, and talks to this server only. */
const policyOf = (html: string): string => {
  const hashes = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash("sha256").update(script!).digest("base64")}'`
  )
  return [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "font-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}

/** `GET /docs`: the API to read and try, without anything from the network. */
export const docsPage = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
) => {
  let known: HttpServerResponse.HttpServerResponse | undefined
  const guarded = HttpRouter.middleware((answering) =>
    Effect.map(answering, (response) => {
      if (known !== undefined) return known
      const html = response.body._tag === "Uint8Array" ? Buffer.from(response.body.body).toString("utf8") : ""
      known = HttpServerResponse.setHeaders(response, {
        "content-security-policy": policyOf(html),
        "cache-control": "no-cache",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff"
      })
      return known
    })
  )
  return HttpApiScalar.layer(api, { path: "/docs", scalar }).pipe(Layer.provide(guarded.layer))
}
