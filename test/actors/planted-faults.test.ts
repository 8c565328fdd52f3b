import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { findParting, type Parting } from "./law-of-equivalence.ts"
import { movesOf } from "./moves.ts"
import { faults } from "./planted-faults.ts"
import { shapes } from "./shapes/all.ts"

const runs = 400

beforeAll(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {})
})
afterAll(() => {
  vi.restoreAllMocks()
})

describe("the law of equivalence finds a planted fault", () => {
  const cases = faults.flatMap((fault) => fault.shapes.map((id) => [fault.says, id, fault] as const))

  it.each(cases)("%s: seen by %s", async (_, id, fault) => {
    const shape = shapes.find((each) => each.machine.id === id)!
    const partings: Array<Parting> = []
    await fc.check(
      fc.asyncProperty(movesOf(shape), async (moves) => {
        const parting = await findParting(shape, moves, "kept", fault.step)
        if (parting !== undefined) partings.push(parting)
        return parting === undefined
      }),
      { numRuns: runs, endOnFailure: true }
    )
    expect(partings.flatMap((parting) => Object.keys(parting.engine))).toContain(fault.seenIn)
  })
})
