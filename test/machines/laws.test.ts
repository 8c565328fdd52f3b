import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { conversationMachine } from "../../machines/conversation/machine.ts"
import { runsOf } from "../runs.ts"
import { beginForLaws, randomMovesOf } from "./conversation-moves.ts"
import { explore } from "./conversation-paths.ts"
import type { Drive } from "./drive.ts"
import { fitsItsSchemas, isPlainJson } from "./fits.ts"
import { brokenLaw, laws, story } from "./laws.ts"
import { plantedFaults, takenAway } from "./planted-faults.ts"

const minute = 60_000
/** One follow-up in a silence and a first contact that waits for a yes: all states, and few enough of them. */
const forGraph = { followUpAfterMs: [minute], approveFirstContact: true }
const forWalks = { followUpAfterMs: [minute, 2 * minute, 3 * minute] }

const numRuns = runsOf({ short: 300, inProofs: 10_000 })

const walks = fc.record({
  approveFirstContact: fc.boolean(),
  choices: fc.array(fc.nat(), { minLength: 15, maxLength: 50, size: "max" })
})

type Walk = typeof walks extends fc.Arbitrary<infer Value> ? Value : never

const walk = (first: Drive, { choices }: Walk, look: (drive: Drive) => void): Drive =>
  choices.reduce((drive, choice) => {
    const moves = randomMovesOf(drive)
    const next = moves[choice % moves.length]!.take(drive)
    look(next)
    return next
  }, first)

describe("the laws of a conversation", () => {
  it("hold on every path of the chart, with its jobs and timers", () => {
    const { states, paths, values, broken } = explore(conversationMachine, forGraph)
    console.log(`xstate/graph: ${states} states, ${paths} paths, ${Object.keys(laws).length} laws`)
    expect(broken).toBeUndefined()
    // All of them but `personOwned.untilReturned`: here a person's time always ends.
    expect(values.size).toBe(18)
  })

  it("hold on random walks, with timers and results of jobs in any order", () => {
    const resting = new Set<string>()
    let steps = 0
    fc.assert(
      fc.property(walks, (each) => {
        const first = beginForLaws(conversationMachine, { ...forWalks, ...each })
        const end = walk(first, each, (drive) => {
          steps++
          resting.add(JSON.stringify(drive.snapshot.value))
          isPlainJson(drive)
          fitsItsSchemas(drive)
        })
        const broken = brokenLaw(end.steps)
        if (broken !== undefined) throw new Error(`${broken.law}: ${broken.at}\n${story(end.steps)}`)
      }),
      { numRuns }
    )
    console.log(`fast-check: ${numRuns} walks, ${steps} steps, ${resting.size} states rested in`)
    expect(resting.size).toBeGreaterThan(12)
  })

  it("each have a fault that breaks them", () => {
    expect(new Set(plantedFaults.map(({ law }) => law))).toEqual(new Set(Object.keys(laws)))
    expect(Object.values(takenAway)).not.toContain(undefined)
  })
})

describe.each(plantedFaults)("the fault that $fault", ({ law, machine }) => {
  it("is found on the paths of the chart", () => {
    expect(explore(machine, forGraph, [law]).broken).toMatchObject({ law })
  })

  it("is found by a random walk", () => {
    let found: string | undefined
    const result = fc.check(
      fc.property(walks, (each) => {
        const first = beginForLaws(machine, { ...forWalks, ...each })
        const { steps } = walk(first, each, () => {})
        const check = laws[law]!(steps)
        found ??= check
        return check === undefined
      }),
      { numRuns: 2_000, endOnFailure: true }
    )
    expect({ failed: result.failed, found: found !== undefined }).toEqual({ failed: true, found: true })
  })
})
