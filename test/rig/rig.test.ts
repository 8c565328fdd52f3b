import { expect, it } from "vitest"
import { describePostgres } from "../databases.ts"
import { faultsOf } from "./rig-checks.ts"
import { runRig } from "./rig-run.ts"

const kills = 10
const mostMs = 240_000

describePostgres("the engine, killed again and again under load", (kind) => {
  it(
    "loses nothing that was acknowledged, and sends, stores and fires nothing twice",
    async () => {
      const database = await kind.make()
      try {
        const options = {
          kills,
          conversations: 200,
          burstsPerSecond: 25,
          seed: 20_260_105,
          progress: () => {}
        }
        const counts = await runRig(database, options)
        expect(faultsOf(counts)).toEqual([])
        // A run in which little happened shows little.
        expect(counts.messages).toBeGreaterThan(300)
        expect(counts.sent).toBeGreaterThan(100)
        expect(counts.reminders).toBeGreaterThan(20)
      } finally {
        await database.drop()
      }
    },
    mostMs
  )
})
