import { join } from "node:path"
import { expect, it } from "vitest"
import { Replayer } from "../../actors/replay/replay.ts"
import { machines } from "../../machines/index.ts"
import { registerListed } from "./check-goldens.ts"
import { readGoldens, storedEvents } from "./golden-files.ts"

it("lead 1.1.0 draws the same facts from every history of 1.0.0, so that leads under way move to it as they are", () => {
  const registered = registerListed(machines.find(({ machine }) => machine.id === "lead")!)
  const golden = readGoldens(join(import.meta.dirname)).find(
    ({ machine, version }) => machine === "lead" && version === "1.0.0"
  )!
  const replayed = golden.histories.map(({ events }) => {
    const replayer = new Replayer(registered)
    for (const event of storedEvents("lead", golden.release.versions.at(-1)!, events)) replayer.take(event)
    return replayer.finish()
  })
  expect(replayed.map(({ differing, stopped }) => [differing, stopped])).toEqual(
    golden.histories.map(() => [0, undefined])
  )
  expect(replayed.reduce((sum, { agreed }) => sum + agreed, 0)).toBeGreaterThan(20)
})
