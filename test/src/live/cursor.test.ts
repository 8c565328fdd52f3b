import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  boardCursor,
  readBoardCursor,
  readStreamCursor,
  readTopicsCursor,
  streamCursor,
  topicsCursor
} from "../../../src/live/cursor.ts"

const position = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const vector = fc.dictionary(fc.integer({ min: 1, max: 64 }).map(String), position)

describe("cursors", () => {
  test("come back as they were given", () => {
    fc.assert(
      fc.property(position, vector, (version, positions) => {
        expect(readStreamCursor(streamCursor(version))).toBe(version)
        const of = new Map(Object.entries(positions).map(([name, at]) => [Number(name), at]))
        expect(readBoardCursor(boardCursor(of))).toEqual(of)
        const topics = new Map([["board:deals", boardCursor(of)]])
        expect(readTopicsCursor(topicsCursor(topics))).toEqual(topics)
      })
    )
  })

  test("have no character that an address, a header or JSON would change", () => {
    fc.assert(fc.property(position, (version) => void expect(streamCursor(version)).toMatch(/^[\w-]+$/)))
  })

  test("of 64 partitions fit into what a client may send", () => {
    const of = new Map(Array.from({ length: 64 }, (_, n) => [n + 1, 1_000_000_000 + n] as const))
    expect(readBoardCursor(boardCursor(of))).toEqual(of)
  })

  test("start is before the first event of a stream", () => {
    expect(readStreamCursor("start")).toBe(0)
    expect(readBoardCursor("start")).toBeUndefined()
  })

  test("what is none is not read, whatever it holds", () => {
    const of = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
    const wrong = [
      ...["", "!", "e", "null", "a".repeat(100_000)],
      ...[null, 1, [], {}, { v: "1" }, { v: -1 }, { v: 1.5 }, { v: null }, { v: 1e300 }].map(of),
      ...[{ p: 1 }, { p: { 1: 1 } }, { p: [[0, 1]] }, { p: [["1", 1]] }, { p: [[1, -1]] }, { p: [[1]] }].map(
        of
      ),
      of({
        p: [
          [1, 1],
          [1, 2]
        ]
      }),
      ...[{ t: 1 }, { t: { a: 1 } }].map(of)
    ]
    for (const text of wrong)
      expect(
        [readStreamCursor(text), readBoardCursor(text), readTopicsCursor(text)],
        text.slice(0, 50)
      ).toEqual([undefined, undefined, undefined])
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        readStreamCursor(text)
        readBoardCursor(text)
        readTopicsCursor(text)
      })
    )
  })

  test("a cursor of a stream is none of a board", () => {
    expect(readBoardCursor(streamCursor(3))).toBeUndefined()
    expect(readStreamCursor(boardCursor(new Map([[1, 1]])))).toBeUndefined()
  })
})
