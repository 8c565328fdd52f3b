import { WebSocket } from "ws"
import type { ToVisitor } from "../../../src/http/chat/chat-frames.ts"

/** The other end of a chat socket, as a page would be. */
export interface PageSocket {
  readonly socket: WebSocket
  readonly frames: ReadonlyArray<ToVisitor>
  readonly send: (frame: unknown) => void
  /** The next frame, or one that came already, for which this is so. */
  readonly until: (is: (frame: ToVisitor) => boolean) => Promise<ToVisitor>
  /** How the socket was closed. */
  readonly closed: Promise<number>
  readonly close: () => Promise<number>
}

/** Opens a socket; with a visitor it says hello at once. */
export const openPage = async (
  url: string,
  visitor: string | undefined,
  options: { readonly company?: string; readonly headers?: Record<string, string> } = {}
): Promise<PageSocket> => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/chat/${options.company ?? "quick"}`, {
    headers: options.headers ?? {}
  })
  const frames: Array<ToVisitor> = []
  const hearers = new Set<() => void>()
  socket.on("message", (data) => {
    frames.push(JSON.parse(String(data)))
    for (const hear of hearers) hear()
  })
  const closed = new Promise<number>((resolve) => socket.once("close", resolve))
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
  const send: PageSocket["send"] = (frame) => socket.send(JSON.stringify(frame))
  if (visitor !== undefined) send({ type: "hello", visitor })
  return {
    socket,
    frames,
    send,
    closed,
    close: () => {
      socket.close()
      return closed
    },
    until: (is) =>
      new Promise((resolve) => {
        const look = () => {
          const found = frames.find(is)
          if (found === undefined) return
          hearers.delete(look)
          resolve(found)
        }
        hearers.add(look)
        look()
      })
  }
}
