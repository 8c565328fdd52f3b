import { expect, it } from "vitest"
import { describePostgres } from "../../databases.ts"
import { proveWebhooks } from "./proof.ts"

describePostgres("forged and malformed webhooks", () => {
  it("change nothing, are all answered, and leave the server ready", async () => {
    const proof = await proveWebhooks(5_000, 11)
    expect(proof).toMatchObject({ sent: 5_000, broken: [], alive: true })
    expect(proof.events[1]).toBe(proof.events[0])
    expect(
      Object.keys(proof.statuses).filter((status) => !/^(200|400|401|413|426|429) /.test(status))
    ).toEqual([])
  })
})
