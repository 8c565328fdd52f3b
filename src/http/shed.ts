import type { IncomingMessage, ServerResponse } from "node:http"
import { frameAllowance } from "./chat/frame-allowance.ts"
import type { App } from "./http-server.ts"
import { httpLimits } from "./limits.ts"
import { refuseUpgrade } from "./refuse-upgrade.ts"

const body = JSON.stringify({
  type: "about:blank",
  title: "Service Unavailable",
  status: 503,
  detail: "more comes in than can be done in time"
})
const headers = {
  "content-type": "application/problem+json",
  "content-length": Buffer.byteLength(body),
  "cache-control": "no-store",
  "retry-after": String(Math.ceil(httpLimits.overloadedRetryMs / 1000))
}

/** Whoever watches or looks after the server is answered whatever comes. */
const isWatching = ({ url = "" }: IncomingMessage): boolean =>
  /^\/(?:readyz|metrics|health\/integrations|_engine)(?:[/?]|$)/.test(url)

/**
 * Answers with 503 and `Retry-After`, before anything of a request is read, while the server is not open. Those who
 * come again at once, by thousands, are kept waiting: else nothing but refusals would be done.
 */
export const shedding = (app: App, isOpen: () => boolean): App => {
  const atOnce = frameAllowance(httpLimits.shedPerSecond, httpLimits.shedPerSecond, () => performance.now())
  const soon = (answer: () => void) => {
    if (atOnce.take()) return answer()
    setTimeout(answer, Math.random() * httpLimits.shedWithinMs)
  }
  return {
    request: (request, response) => {
      if (isOpen() || isWatching(request)) return app.request(request, response)
      soon(() => refuse(response))
    },
    upgrade: (request, raw, head) => {
      if (isOpen()) return app.upgrade(request, raw, head)
      soon(() => refuseUpgrade(raw, 503, httpLimits.overloadedRetryMs))
    }
  }
}

const refuse = (response: ServerResponse): void => {
  if (!response.destroyed) response.writeHead(503, headers).end(body)
}
