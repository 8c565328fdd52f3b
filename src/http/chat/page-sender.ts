import type { WebSocket } from "ws"
import { httpLimits } from "../limits.ts"
import type { ToVisitor } from "./chat-frames.ts"

/** What of a socket is needed here. */
export type SendingSocket = Pick<WebSocket, "readyState" | "OPEN" | "bufferedAmount" | "send" | "terminate">

/**
 * Sends to a page. One that does not read is closed: it comes back and reads the history. What the channel has given
 * and the stream then tells again goes out once.
 */
export const pageSender = (socket: SendingSocket) => {
  const sent = new Set<string>()
  return (frame: ToVisitor) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > httpLimits.chatUnreadMaxBytes) return socket.terminate()
    if (frame.type === "message") {
      if (sent.has(frame.messageId)) return
      sent.add(frame.messageId)
      if (sent.size > httpLimits.chatHistoryLinesMax) sent.delete(sent.values().next().value!)
    }
    socket.send(JSON.stringify(frame))
  }
}

/** Asks now and then whether the other end still lives, and ends a socket whose other end does not; gives the stop. */
export const watchPulse = (socket: Pick<WebSocket, "on" | "ping" | "terminate">): (() => void) => {
  let answered = true
  socket.on("pong", () => {
    answered = true
  })
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, httpLimits.chatPingEveryMs)
  return () => clearInterval(timer)
}
