import { describe, expect, test } from "vitest"
import type { ActorState } from "../../../../actors/machine/actor-state.ts"
import { stepInputOf } from "../../../../actors/machine/live-actor.ts"
import { possibleEvents } from "../../../../actors/machine/possible-events.ts"
import { prepare } from "../../../../actors/machine/running-machine.ts"
import { takeStep } from "../../../../actors/machine/step.ts"
import { machines } from "../../../../machines/index.ts"
import { actors } from "../../../../projections/actors.ts"
import { standingOf } from "../../../../src/api/machines/actor-standing.ts"
import { goldenHistories, rowsOf } from "../../../projections/folding.ts"

const machineOf = (name: string) => {
  const listed = machines.find(({ machine }) => machine.id === name)!
  return { listed, running: prepare(listed.machine) }
}

/** Every event would fold each history as often as it is long. */
const cutEvery = 7

describe("a row tells where its actor stands as the actor itself does, wherever its history is cut", () => {
  test.each(goldenHistories)("$name", ({ events, machine }) => {
    const { listed, running } = machineOf(machine)
    let state: ActorState | undefined
    for (const [n, { kind, type, data, version, recordedAt }] of events.entries()) {
      if (kind === "emitted") continue
      state = takeStep(running, state, version, stepInputOf(type, data), recordedAt).state
      if (n % cutEvery > 0 && n < events.length - 2) continue
      const [row] = rowsOf(actors, events.slice(0, n + 1))
      const snapshot = row!.snapshot as string
      expect(standingOf(listed, { machineVersion: running.version, snapshot })).toEqual({
        value: state.snapshot.value,
        status: state.snapshot.status,
        can: possibleEvents(listed, running, state.snapshot)
      })
    }
  })
})

test("what another version of the machine left is the engine's to tell", () => {
  const { listed } = machineOf("deal")
  const [row] = rowsOf(actors, goldenHistories.find(({ machine }) => machine === "deal")!.events)
  expect(
    standingOf(listed, { machineVersion: "0.0.1+00000000", snapshot: row!.snapshot as string })
  ).toBeUndefined()
})
