import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { runsOf } from "../runs.ts"
import { findParting, findReplayDifference } from "./law-of-equivalence.ts"
import { movesOf } from "./moves.ts"
import { shapes } from "./shapes/all.ts"

const runs = runsOf({ short: 60, inProofs: 1_000 })

beforeAll(() => {
  // XState warns of each event sent to an actor that has ended; that is part of many histories here.
  vi.spyOn(console, "warn").mockImplementation(() => {})
})
afterAll(() => {
  vi.restoreAllMocks()
})

describe("the law of equivalence", () => {
  it.each(shapes.map((shape) => [shape.machine.id, shape] as const))(
    "%s, stopped and loaded between every two events, does what XState's interpreter does",
    async (_, shape) => {
      await fc.assert(
        fc.asyncProperty(movesOf(shape), async (moves) => {
          expect(await findParting(shape, moves, "loaded")).toBeUndefined()
        }),
        { numRuns: runs }
      )
    }
  )

  it.each(shapes.map((shape) => [shape.machine.id, shape] as const))(
    "%s, kept in memory, does what XState's interpreter does, and its replay emits what it emitted",
    async (_, shape) => {
      await fc.assert(
        fc.asyncProperty(movesOf(shape), async (moves) => {
          expect(await findParting(shape, moves, "kept")).toBeUndefined()
          expect(await findReplayDifference(shape, moves, "kept")).toBeUndefined()
        }),
        { numRuns: runs }
      )
    }
  )
})
