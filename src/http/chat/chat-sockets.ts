import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import { WebSocketServer } from "ws"
import { httpLimits } from "../limits.ts"
import { refuseUpgrade } from "../refuse-upgrade.ts"
import { talkWithVisitor } from "./visitor-socket.ts"

/** When all sockets are taken. */
const fullRetryMs = 5000

/**
 * Takes the upgrades of `/chat/:company`; each socket is a visitor's until it closes or the scope ends. A browser's
 * page must come from this server: a request whose `Origin` is another host is refused.
 */
export const chatSockets = Effect.gen(function* () {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: httpLimits.chatFrameMaxBytes,
    perMessageDeflate: false,
    clientTracking: true
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const socket of sockets.clients) {
        socket.close(1001, "the server stops")
        setTimeout(() => socket.terminate(), httpLimits.stopGraceMs / 2).unref()
      }
      sockets.close()
    })
  )
  const talk = yield* talkWithVisitor
  return (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    const company = /^\/chat\/([a-z0-9][a-z0-9_-]{0,62})$/.exec((request.url ?? "").split("?")[0]!)?.[1]
    if (company === undefined) return refuseUpgrade(raw, 404)
    if (!isSameOrigin(request)) return refuseUpgrade(raw, 403)
    if (sockets.clients.size >= httpLimits.chatSocketsMax) return refuseUpgrade(raw, 503, fullRetryMs)
    sockets.handleUpgrade(request, raw, head, (socket) => talk(socket, company))
  }
})

const isSameOrigin = ({ headers }: IncomingMessage): boolean => {
  // Only browsers send it; who is no browser could write anything there.
  if (headers.origin === undefined) return true
  return URL.parse(headers.origin)?.host === headers.host?.toLowerCase()
}
