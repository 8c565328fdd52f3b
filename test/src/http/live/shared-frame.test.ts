import { describe, expect, it } from "vitest"
import { SharedFrames, textMessage } from "../../../../src/http/live/shared-frame.ts"

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
    const message = textMessage("a".repeat(length))
    expect([...message.subarray(0, header.length)]).toEqual(header)
    expect(message.length).toBe(header.length + length)
  })

  it("counts bytes, not characters", () => {
    const text = "não, é à vista — ¥€😀"
    const message = textMessage(text)
    expect(message[1]).toBe(Buffer.byteLength(text))
    expect(message.subarray(2).toString()).toBe(text)
  })
})

describe("frames for many sockets", () => {
  const [one, two] = [
    { type: "value", text: "1" },
    { type: "value", text: "2" }
  ]

  it("are the same bytes for all who get the same ones", () => {
    const shared = new SharedFrames()
    const bytes = shared.joined([one, two])
    expect(bytes).toEqual(Buffer.concat([textMessage("1"), textMessage("2")]))
    expect(shared.joined([one, two])).toBe(bytes)
    expect(shared.joined([two, one])).toEqual(Buffer.concat([textMessage("2"), textMessage("1")]))
    expect(new SharedFrames().joined([one, two])).not.toBe(bytes)
  })

  it("go out together once the turn is over, and not when they were taken back", async () => {
    const shared = new SharedFrames()
    const written: Array<string> = []
    const [first, second] = [() => void written.push("first"), () => void written.push("second")]
    shared.writeSoon(first)
    shared.writeSoon(second)
    shared.writeSoon(first)
    expect(shared.forget(second)).toBe(true)
    expect([shared.forget(second), ...written]).toEqual([false])
    await new Promise(setImmediate)
    expect(written).toEqual(["first"])
  })
})
