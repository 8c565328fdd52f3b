import { describe, expect, it } from "vitest"
import { runsOf } from "../runs.ts"
import { runSeed, type SeedOptions } from "./run-seed.ts"
import { type FaultPlace, faultsNamed } from "./world/faults.ts"
import { type PlantName, plantNames, plants } from "./world/plants.ts"

/** `npm run simulate` runs more of them beside the tests. */
const seeds = runsOf({ short: 20, inProofs: 200 })
const small: SeedOptions = { seed: 1, leads: 3, days: 2, faults: faultsNamed("all") }

describe("the simulator", () => {
  it("gives the same history for the same seed, to the last event, and another for another", () => {
    const [first, again, other] = [5, 5, 6].map((seed) => runSeed({ ...small, seed }))
    expect(again).toEqual(first)
    expect(first!.events).toBeGreaterThan(50)
    expect(Object.keys(first!.faults).length).toBeGreaterThan(0)
    expect(other!.hash).not.toBe(first!.hash)
  })

  it("finds no promise broken, whatever goes wrong", () => {
    const results = Array.from({ length: seeds }, (_, n) => runSeed({ ...small, seed: 100 + n }))
    expect(results.filter(({ findings }) => findings.length > 0)).toEqual([])
    const places = new Set(results.flatMap(({ faults }) => Object.keys(faults)))
    expect(places.size).toBeGreaterThan(20)
  })

  it("lets weeks go by in a moment when nothing goes wrong", () => {
    const { findings, virtualMs, inbound, outbound } = runSeed({
      ...small,
      leads: 10,
      days: 21,
      faults: new Set()
    })
    expect(findings).toEqual([])
    expect(virtualMs).toBeGreaterThanOrEqual(21 * 86_400_000)
    expect(Math.min(inbound, outbound)).toBeGreaterThan(20)
  })
})

/** What must go wrong for the planted fault to show, and within how many seeds it must be found. */
const found: Readonly<
  Record<PlantName, { readonly faults: ReadonlyArray<FaultPlace>; readonly seeds: number }>
> = {
  attemptUnwritten: { faults: ["crashAfterSend", "sendAnswerLost"], seeds: 40 },
  keysUnchecked: { faults: ["webhookAgain", "webhookAnswerLost"], seeds: 10 },
  fenceOff: { faults: ["freeze", "storeSlow"], seeds: 40 },
  answeredBeforeCommit: { faults: ["commitUnknown"], seeds: 20 },
  timerStays: { faults: ["restartAll", "stop"], seeds: 20 },
  messageTwice: { faults: ["crashAfterCommit", "restartAll"], seeds: 40 },
  staleSnapshot: { faults: ["smallCache", "restartAll"], seeds: 20 },
  timerForgotten: { faults: ["restartAll", "stop"], seeds: 20 },
  providerIgnoresKeys: { faults: ["sendAnswerLost", "crashAfterSend"], seeds: 20 },
  sendsAgain: { faults: ["sendAnswerLost", "crashAfterSend"], seeds: 20 },
  receiptsBlind: { faults: ["sendAnswerLost", "crashAfterSend"], seeds: 20 }
}

describe("a planted fault", () => {
  it.each(plantNames)("is found: %s", (name) => {
    const { faults, seeds } = found[name]
    const options = { ...small, leads: 4, faults: new Set(faults) }
    let tried = 0
    while (tried < seeds) {
      tried++
      if (runSeed({ ...options, seed: tried, plant: plants[name] }).findings.length === 0) continue
      // It was the planted fault: without it the same seed breaks nothing.
      expect(runSeed({ ...options, seed: tried }).findings).toEqual([])
      return
    }
    expect.fail(`${name} was not found in ${seeds} seeds`)
  })
})
