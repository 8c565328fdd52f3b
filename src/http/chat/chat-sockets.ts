import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import { WebSocketServer } from "ws"
import { httpLimits } from "../limits.ts"
import { talkWithVisitor } from "./visitor-socket.ts"

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
    if (company === undefined) return refuse(raw, 404, "Not Found")
    if (!isSameOrigin(request)) return refuse(raw, 403, "Forbidden")
    if (sockets.clients.size >= httpLimits.chatSocketsMax) return refuse(raw, 503, "Service Unavailable")
    sockets.handleUpgrade(request, raw, head, (socket) => talk(socket, company))
  }
})

const isSameOrigin = ({ headers }: IncomingMessage): boolean => {
  // Only browsers send it; who is no browser could write anything there.
  if (headers.origin === undefined) return true
  return URL.parse(headers.origin)?.host === headers.host?.toLowerCase()
}

const refuse = (raw: Duplex, status: number, title: string): void => {
  const body = JSON.stringify({ type: "about:blank", title, status })
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(status === 503 ? ["retry-after: 5"] : []),
    "connection: close"
  ]
  raw.on("error", () => {})
  raw.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}
