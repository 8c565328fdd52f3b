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
/** What the server closes a socket with when it won't have us (RFC 6455: policy). */
const policyViolation = 1008

/** Talks with `company` at the server that `findUrl` names, which may be another after a restart. */
export const connectChat = (
  findUrl: () => string,
  company: string,
  secret: string,
  listener: ChatListener
): ChatConnection =>
  new Connections(() => `${findUrl().replace(/^http/, "ws")}/chat/${company}`, secret, listener)

class Connections implements ChatConnection {
  private readonly findUrl: () => string
  private readonly secret: string
  private readonly listener: ChatListener
  private readonly waiting = new Map<string, FromPage>()
  private socket: WebSocket | undefined
  private isClosed = false
  private isLost = false
  private retry: NodeJS.Timeout | undefined

  constructor(findUrl: () => string, secret: string, listener: ChatListener) {
    this.findUrl = findUrl
    this.secret = secret
    this.listener = listener
    this.connect()
  }

  say(text: string): string {
    const messageId = randomBytes(12).toString("base64url")
    const message: FromPage = { type: "message", messageId, text }
    this.waiting.set(messageId, message)
    this.sendFrame(message)
    return messageId
  }

  tellRead(messageId: string): void {
    this.sendFrame({ type: "read", messageId })
  }

  unstored(): number {
    return this.waiting.size
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.retry)
    this.socket?.close()
  }

  private sendFrame(frame: FromPage | { readonly type: "hello"; readonly visitor: string }) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame))
  }

  private hear(frame: ToVisitor) {
    if (frame.type === "history") {
      this.isLost = false
      this.listener.hear(frame)
      // Only now: whatever the last connection did not carry over.
      for (const message of this.waiting.values()) this.sendFrame(message)
      return
    }
    if (frame.type === "accepted") this.waiting.delete(frame.messageId)
    if (frame.type === "refused") return this.refused(frame)
    this.listener.hear(frame)
  }

  private refused(frame: ToVisitor & { readonly type: "refused" }) {
    const message = this.waiting.get(frame.messageId ?? "")
    if (frame.retryAfterMs === undefined) {
      this.waiting.delete(frame.messageId ?? "")
      return this.listener.hear(frame)
    }
    // Not ready yet: come again, and hear the history first.
    if (message === undefined) return void setTimeout(() => this.socket?.close(), frame.retryAfterMs).unref()
    setTimeout(() => {
      if (this.waiting.has(message.messageId)) this.sendFrame(message)
    }, frame.retryAfterMs)
  }

  private lose(why: string) {
    if (this.isClosed) return
    if (!this.isLost) this.listener.lost(why)
    this.isLost = true
    this.retry = setTimeout(() => this.connect(), reconnectEveryMs)
  }

  private connect() {
    const url = this.findUrl()
    const mine = new WebSocket(url)
    this.socket = mine
    let failure = "the connection was closed"
    mine.on("open", () => this.sendFrame({ type: "hello", visitor: this.secret }))
    mine.on("message", (data) => this.hear(JSON.parse(String(data)) as ToVisitor))
    mine.on("unexpected-response", (_request, response) => {
      this.isClosed = true
      this.listener.refused(`${url} answers ${response.statusCode}`)
    })
    mine.on("error", (error) => {
      failure = error.message
    })
    mine.on("close", (code, reason) => {
      if (code === policyViolation) {
        this.isClosed = true
        return this.listener.refused(String(reason))
      }
      this.lose(failure)
    })
  }
}
