import { randomBytes } from "node:crypto"
import { WebSocket } from "ws"
import type { FromPage, ToVisitor } from "../../http/chat/chat-frames.ts"

/** Who listens to a conversation. */
export interface ChatListener {
  /** Each frame as it comes, a message that came before again. */
  readonly hear: (frame: ToVisitor) => void
  /** The connection is lost and will be tried again; told once, until it is back. */
  readonly lost: (why: string) => void
  /** There is no sense in trying again. */
  readonly refused: (why: string) => void
}

/** A conversation with a server, over as many connections as it takes. */
export interface ChatConnection {
  /** Sends it until the server has stored it; gives its id. */
  readonly say: (text: string) => string
  readonly tellRead: (messageId: string) => void
  /** Messages that the server has not stored yet. */
  readonly unstored: () => number
  readonly close: () => void
}

const reconnectEveryMs = 1000
const resendAfterMs = 2000
/** What the server closes a socket with when it won't have us (RFC 6455: policy). */
const policyViolation = 1008

/** Talks with `company` at the server that `findUrl` names, which may be another after a restart. */
export const connectChat = (
  findUrl: () => string,
  company: string,
  secret: string,
  listener: ChatListener
): ChatConnection => {
  const waiting = new Map<string, FromPage>()
  let socket: WebSocket | undefined
  let isClosed = false
  let isLost = false
  let retry: NodeJS.Timeout | undefined

  const sendFrame = (frame: FromPage | { readonly type: "hello"; readonly visitor: string }) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
  }

  const hear = (frame: ToVisitor) => {
    if (frame.type === "history") {
      isLost = false
      listener.hear(frame)
      // Only now: whatever the last connection did not carry over.
      for (const message of waiting.values()) sendFrame(message)
      return
    }
    if (frame.type === "accepted") waiting.delete(frame.messageId)
    if (frame.type === "refused") return refused(frame)
    listener.hear(frame)
  }

  const refused = (frame: ToVisitor & { readonly type: "refused" }) => {
    const message = waiting.get(frame.messageId ?? "")
    if (frame.retryAfterMs === undefined) {
      waiting.delete(frame.messageId ?? "")
      return listener.hear(frame)
    }
    // Not ready yet: come again, and hear the history first.
    if (message === undefined) return setTimeout(() => socket?.close(), frame.retryAfterMs).unref()
    setTimeout(() => {
      if (waiting.has(message.messageId)) sendFrame(message)
    }, frame.retryAfterMs ?? resendAfterMs)
  }

  const lose = (why: string) => {
    if (isClosed) return
    if (!isLost) listener.lost(why)
    isLost = true
    retry = setTimeout(connect, reconnectEveryMs)
  }

  const connect = () => {
    const url = `${findUrl().replace(/^http/, "ws")}/chat/${company}`
    const mine = new WebSocket(url)
    socket = mine
    let failure = "the connection was closed"
    mine.on("open", () => sendFrame({ type: "hello", visitor: secret }))
    mine.on("message", (data) => hear(JSON.parse(String(data)) as ToVisitor))
    mine.on("unexpected-response", (_request, response) => {
      // It is starting, or has too many: it is asked again as one that can't be reached is.
      if (response.statusCode === 503) return mine.terminate()
      isClosed = true
      listener.refused(`${url} answers ${response.statusCode}`)
    })
    mine.on("error", (error) => {
      failure = error.message
    })
    mine.on("close", (code, reason) => {
      if (code === policyViolation) {
        isClosed = true
        return listener.refused(String(reason))
      }
      lose(failure)
    })
  }
  connect()

  return {
    say: (text) => {
      const messageId = randomBytes(12).toString("base64url")
      const message: FromPage = { type: "message", messageId, text }
      waiting.set(messageId, message)
      sendFrame(message)
      return messageId
    },
    tellRead: (messageId) => sendFrame({ type: "read", messageId }),
    unstored: () => waiting.size,
    close: () => {
      isClosed = true
      clearTimeout(retry)
      socket?.close()
    }
  }
}
