import { expect, it } from "vitest"
import { describePostgres } from "../../databases.ts"
import { proveProjections } from "./proof.ts"

describePostgres("read models whose follower is killed", () => {
  it("are what history says, built anew or not, beside eight writers, refusals and long transactions", async () => {
    const proof = await proveProjections(4, 7)
    expect(proof).toMatchObject({ kills: 4, differing: [], parked: 0 })
    expect(proof.events).toBeGreaterThan(500)
    expect(proof.rows).toBeGreaterThan(500)
  })
})
