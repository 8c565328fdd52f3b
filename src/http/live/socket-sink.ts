import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type { WebSocket } from "ws"
import type { Sink } from "../../live/event-follower.ts"
import { type Frame, plainFrame } from "../../live/live-frames.ts"
import { type LiveClose, liveCloses } from "./live-closes.ts"
import { liveHttpLimits } from "./live-http-limits.ts"
import type { SharedFrames } from "./shared-frame.ts"

/** What of a socket is needed here. */
export type SinkSocket = Pick<
  WebSocket,
  "readyState" | "OPEN" | "CLOSED" | "bufferedAmount" | "close" | "terminate"
>

const drainLookMs = 10

/**
 * Sends to a socket. One that does not read gets no more events for a while, and is closed if that does not help.
 * Messages are written past `ws`, which would frame them anew for each socket; so it must not compress.
 */
export const socketSink = (
  shared: SharedFrames,
  socket: SinkSocket,
  raw: Pick<Duplex, "write">,
  unreadMaxBytes: number
): Sink & { readonly close: (why: LiveClose) => void } => {
  let frames: Array<Frame> = []
  let waitingBytes = 0
  const write = () => {
    const bytes = shared.joined(frames)
    frames = []
    waitingBytes = 0
    if (socket.readyState === socket.OPEN) raw.write(bytes)
  }
  const unreadBytes = () => socket.bufferedAmount + waitingBytes
  const close = (why: LiveClose) => {
    if (socket.readyState !== socket.OPEN) return
    if (why === "restart")
      frames.push(plainFrame({ type: "closing", reason: liveCloses.restart[1], reconnectAfterMs: soon() }))
    if (shared.forget(write) || frames.length > 0) write()
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
      if (unreadBytes() > unreadMaxBytes * 2) return close("tooSlow")
      frames.push(frame)
      waitingBytes += shared.messageOf(frame).length
      shared.writeSoon(write)
    },
    isFull: () => unreadBytes() >= unreadMaxBytes,
    drained: untilDrained(
      () => socket.readyState === socket.OPEN && unreadBytes() > unreadMaxBytes / 4,
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
