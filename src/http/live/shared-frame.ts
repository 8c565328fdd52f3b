import type { Frame } from "../../live/live-frames.ts"

/** A text message of the WebSocket protocol, whole and without a mask, as servers send it: RFC 6455, section 5.2. */
export const textMessage = (text: string): Buffer => {
  const bytes = Buffer.byteLength(text)
  const start = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10
  const message = Buffer.allocUnsafe(start + bytes)
  message[0] = 0x81
  if (start === 2) message[1] = bytes
  else if (start === 4) {
    message[1] = 126
    message.writeUInt16BE(bytes, 2)
  } else {
    message[1] = 127
    message.writeBigUInt64BE(BigInt(bytes), 2)
  }
  message.write(text, start)
  return message
}

const nothingJoined = { frames: [] as ReadonlyArray<Frame>, bytes: Buffer.alloc(0) }

/**
 * Frames as bytes, made once for all sockets of a server that get the same ones: `ws` would frame them anew for each of
 * hundreds. What is said within one turn of the event loop goes out together.
 */
export class SharedFrames {
  private readonly messages = new WeakMap<Frame, Buffer>()
  /** What has something to write once this turn is over. */
  private readonly unwritten = new Set<() => void>()
  private lastJoined = nothingJoined

  messageOf(frame: Frame): Buffer {
    const known = this.messages.get(frame)
    if (known !== undefined) return known
    const made = textMessage(frame.text)
    this.messages.set(frame, made)
    return made
  }

  /** The frames behind each other: a change is several frames, and the same ones for many. */
  joined(frames: ReadonlyArray<Frame>): Buffer {
    const { lastJoined } = this
    const isLast =
      frames.length === lastJoined.frames.length && frames.every((frame, n) => frame === lastJoined.frames[n])
    if (!isLast)
      this.lastJoined = { frames, bytes: Buffer.concat(frames.map((frame) => this.messageOf(frame))) }
    return this.lastJoined.bytes
  }

  /** Calls `write` when this turn of the event loop is over, once however often it is asked. */
  writeSoon(write: () => void): void {
    if (this.unwritten.size === 0) setImmediate(() => this.writeAll())
    this.unwritten.add(write)
  }

  /** Does not call `write` any more; false when it was not to be called. */
  forget(write: () => void): boolean {
    return this.unwritten.delete(write)
  }

  private writeAll() {
    const writes = [...this.unwritten]
    this.unwritten.clear()
    for (const write of writes) write()
    this.lastJoined = nothingJoined
  }
}
