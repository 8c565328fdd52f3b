import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import { WebSocketServer } from "ws"
import { Settings } from "../../config.ts"
import { addressGroup } from "../../redis/address-group.ts"
import { clientAddress } from "../client-address.ts"
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
  const { trustedProxies } = yield* Settings
  const open = socketCounts()
  return (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    const company = /^\/chat\/([a-z0-9][a-z0-9_-]{0,62})$/.exec((request.url ?? "").split("?")[0]!)?.[1]
    if (company === undefined) return refuseUpgrade(raw, 404)
    if (!isSameOrigin(request)) return refuseUpgrade(raw, 403)
    const address = clientAddress(request, trustedProxies)
    const [ofAddress, ofCompany] = [`address ${addressGroup(address)}`, `company ${company}`]
    if (open.of(ofAddress) >= httpLimits.chatSocketsPerAddress) return refuseUpgrade(raw, 429, fullRetryMs)
    const isFull = sockets.clients.size >= httpLimits.chatSocketsMax
    if (isFull || open.of(ofCompany) >= httpLimits.chatSocketsPerCompany)
      return refuseUpgrade(raw, 503, fullRetryMs)
    sockets.handleUpgrade(request, raw, head, (socket) => {
      for (const key of [ofAddress, ofCompany]) {
        open.add(key, 1)
        socket.once("close", () => open.add(key, -1))
      }
      talk(socket, company, address)
    })
  }
})

/** How many sockets are open, by whatever they are counted by. */
const socketCounts = () => {
  const counts = new Map<string, number>()
  const of = (key: string) => counts.get(key) ?? 0
  return {
    of,
    add: (key: string, more: number) => {
      const now = of(key) + more
      if (now === 0) counts.delete(key)
      else counts.set(key, now)
    }
  }
}

const isSameOrigin = ({ headers }: IncomingMessage): boolean => {
  // Only browsers send it; who is no browser could write anything there.
  if (headers.origin === undefined) return true
  return URL.parse(headers.origin)?.host === headers.host?.toLowerCase()
}
