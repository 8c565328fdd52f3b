import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type { WebSocket } from "ws"
import type { Sink } from "../../live/event-follower.ts"
import { plainFrame } from "../../live/live-frames.ts"
import { type LiveClose, liveCloses } from "./live-closes.ts"
import { liveHttpLimits } from "./live-http-limits.ts"

/** What of a socket is needed here. */
export type SinkSocket = Pick<
  WebSocket,
  "readyState" | "OPEN" | "CLOSED" | "bufferedAmount" | "send" | "close" | "terminate"
>

const drainLookMs = 10

/**
 * What is written to a connection within one turn of the event loop goes out together: a change is several frames, for
 * hundreds of clients.
 */
const gathered = (raw: Pick<Duplex, "cork" | "uncork">) => {
  let isCorked = false
  return (write: () => void) => {
    if (!isCorked) {
      isCorked = true
      raw.cork()
      setImmediate(() => {
        isCorked = false
        raw.uncork()
      })
    }
    write()
  }
}

/** Sends to a socket. One that does not read gets no more events for a while, and is closed if that does not help. */
export const socketSink = (
  socket: SinkSocket,
  raw: Pick<Duplex, "cork" | "uncork">,
  unreadMaxBytes: number
): Sink & { readonly close: (why: LiveClose) => void } => {
  const together = gathered(raw)
  const close = (why: LiveClose) => {
    if (socket.readyState !== socket.OPEN) return
    if (why === "restart") {
      const frame = plainFrame({ type: "closing", reason: liveCloses.restart[1], reconnectAfterMs: soon() })
      socket.send(frame.bytes, { binary: false })
    }
    const [code, reason] = liveCloses[why]
    socket.close(code, reason)
    // Whoever does not read does not hear of it either.
    setTimeout(() => {
      if (socket.readyState !== socket.CLOSED) socket.terminate()
    }, liveHttpLimits.closeGraceMs).unref()
  }
  return {
    close,
    send: (frame) => {
      if (socket.readyState !== socket.OPEN) return
      // Events wait for room; what else there is to say is little.
      if (socket.bufferedAmount > unreadMaxBytes * 2) return close("tooSlow")
      together(() => socket.send(frame.bytes, { binary: false }))
    },
    isFull: () => socket.bufferedAmount >= unreadMaxBytes,
    drained: untilDrained(
      () => socket.readyState === socket.OPEN && socket.bufferedAmount > unreadMaxBytes / 4,
      () => close("tooSlow")
    )
  }
}

/** Waits until nothing holds up any more; gives up on one who does not read. */
export const untilDrained = (isHeldUp: () => boolean, giveUp: () => void): Effect.Effect<void> =>
  Effect.suspend(() => {
    const until = performance.now() + liveHttpLimits.slowMaxMs
    return Effect.gen(function* () {
      while (isHeldUp()) {
        if (performance.now() > until) return giveUp()
        yield* Effect.sleep(drainLookMs)
      }
    })
  })

/** Not all at once. */
const soon = () =>
  Math.round(
    liveHttpLimits.reconnectMinMs +
      Math.random() * (liveHttpLimits.reconnectMaxMs - liveHttpLimits.reconnectMinMs)
  )
