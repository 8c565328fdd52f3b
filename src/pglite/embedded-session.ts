import { Duplex } from "node:stream"

/** What a session needs of the one engine behind it. */
export interface EmbeddedBackend {
  /** Waits until no other session is open, and makes the engine as it is after a fresh login. */
  readonly open: () => Promise<void>
  /** Gives whole protocol messages to the engine; its answers come piece by piece. */
  readonly exec: (messages: Uint8Array, answer: (bytes: Uint8Array) => void) => Promise<void>
  /** Takes the role until the session ends. */
  readonly setRole: (role: string) => Promise<void>
  readonly close: () => Promise<void>
}

const protocolVersion = 196_608
const sslRequest = 80_877_103
const cancelRequest = 80_877_102
const terminate = "X".charCodeAt(0)

/**
 * One login to the embedded database, as a stream of the Postgres protocol without a socket: nobody else can reach
 * it. PGlite knows one session and no startup parameters, so sessions take turns and the role is set by hand.
 */
export class EmbeddedSession extends Duplex {
  private readonly backend: EmbeddedBackend
  private rest: Buffer = Buffer.alloc(0)
  private begun = false
  private opened = false

  constructor(backend: EmbeddedBackend) {
    super({ allowHalfOpen: false })
    this.backend = backend
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    this.takeMessages().then(
      () => done(),
      (error) => done(error instanceof Error ? error : new Error(String(error)))
    )
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const closed = this.opened ? this.backend.close() : Promise.resolve()
    this.opened = false
    closed.then(
      () => done(error),
      () => done(error)
    )
  }

  private async takeMessages(): Promise<void> {
    if (!this.begun && !(await this.begin())) return
    const end = endOfWholeMessages(this.rest)
    if (end === 0) return
    const messages = this.rest.subarray(0, end)
    this.rest = this.rest.subarray(end)
    // `Terminate` ends the session, never the engine.
    const last = lastMessage(messages)
    const terminated = messages[last] === terminate
    const given = terminated ? messages.subarray(0, last) : messages
    if (given.length > 0) await this.answerTo(given)
    if (terminated) this.push(null)
  }

  /** The messages without a type byte that begin a session; true once it has begun. */
  private async begin(): Promise<boolean> {
    if (this.rest.length < 8) return false
    const length = this.rest.readInt32BE(0)
    if (this.rest.length < length) return false
    const code = this.rest.readInt32BE(4)
    const startup = this.rest.subarray(0, length)
    this.rest = this.rest.subarray(length)
    if (code === sslRequest) {
      this.push("N")
      return this.begin()
    }
    if (code === cancelRequest) {
      // A statement runs to its end here: nothing else could run meanwhile anyway.
      this.push(null)
      return false
    }
    if (code !== protocolVersion) throw new Error(`the embedded database speaks no protocol ${code}`)
    this.begun = true
    await this.backend.open()
    if (this.destroyed) {
      await this.backend.close()
      return false
    }
    this.opened = true
    const role = parameterOf(startup, "role")
    if (role !== undefined) await this.backend.setRole(role)
    await this.answerTo(startup)
    return true
  }

  private answerTo(messages: Buffer): Promise<void> {
    return this.backend.exec(messages, (bytes) => {
      // The engine uses its memory again for the next answer.
      if (!this.destroyed) this.push(Buffer.from(bytes))
    })
  }
}

/** Where the last whole message ends; 0 when there is none yet. */
const endOfWholeMessages = (bytes: Buffer): number => {
  let end = 0
  while (end + 5 <= bytes.length) {
    const next = end + 1 + bytes.readInt32BE(end + 1)
    if (next > bytes.length) return end
    end = next
  }
  return end
}

/** Where the last of some whole messages begins. */
const lastMessage = (messages: Buffer): number => {
  let begin = 0
  while (true) {
    const next = begin + 1 + messages.readInt32BE(begin + 1)
    if (next >= messages.length) return begin
    begin = next
  }
}

const parameterOf = (startup: Buffer, name: string): string | undefined => {
  const words = startup.subarray(8).toString("utf8").split("\u0000")
  for (let place = 0; place + 1 < words.length; place += 2) {
    if (words[place] === name) return words[place + 1]
  }
  return undefined
}
