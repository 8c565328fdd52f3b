import { describe, expect, it } from "vitest"
import { Frame } from "../../../src/live/live-frames.ts"

/** The header as section 5.2 of RFC 6455 draws it: a whole text message, its length in 7, 16 or 64 bits. */
const headers = [
  [0, [0x81, 0]],
  [125, [0x81, 125]],
  [126, [0x81, 126, 0, 126]],
  [65_535, [0x81, 126, 0xff, 0xff]],
  [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]]
] as const

describe("a frame as a message of the WebSocket protocol", () => {
  it.each(headers)("tells the length of %i bytes", (length, header) => {
    const { message } = new Frame("value", "a".repeat(length))
    expect([...message.subarray(0, header.length)]).toEqual(header)
    expect(message.length).toBe(header.length + length)
  })

  it("counts bytes, not characters", () => {
    const text = "não, é à vista — ¥€😀"
    const { message } = new Frame("value", text)
    expect(message[1]).toBe(Buffer.byteLength(text))
    expect(message.subarray(2).toString()).toBe(text)
  })
})
