import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import { WebSocketServer } from "ws"
import { LiveClients } from "./live-clients.ts"
import { liveHttpLimits } from "./live-http-limits.ts"
import { serveLiveSocket } from "./live-socket.ts"

/** Where live updates are to be had by WebSocket. */
export const livePath = "/api/v1/live"

/** Whether an upgrade is for us. */
export const isLiveUpgrade = ({ url = "" }: IncomingMessage): boolean => url.split("?")[0] === livePath

/**
 * Takes the upgrades of `/api/v1/live`. Any page may connect: nothing that a browser sends by itself lets anybody in.
 * When the scope ends, all sockets and streams are told to come back later.
 */
export const liveSockets = Effect.gen(function* () {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: liveHttpLimits.frameMaxBytes,
    perMessageDeflate: false,
    clientTracking: false
  })
  const clients = yield* LiveClients
  yield* Effect.addFinalizer(() => Effect.sync(() => clients.closeAll()))
  const serve = yield* serveLiveSocket
  return (request: IncomingMessage, raw: Duplex, head: Buffer) =>
    sockets.handleUpgrade(request, raw, head, (socket) => serve(socket, request, raw))
})
