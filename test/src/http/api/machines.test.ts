import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../../databases.ts"
import { type Caller, type OpenApiServer, openApiServer } from "./open-api.ts"

const opened = { type: "DealOpenAsked", leadId: "d1", score: 80, by: "engine", reason: "qualified", at: 0 }

describe.each(databases)("resources of machines, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  let other: Caller
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
    other = await server.as("globex", "gus", "Admin")
  }, 60_000)
  afterAll(() => server.close())

  const open = async (company: string, id: string) => {
    const { engine } = await server.parts()
    const event = { ...opened, leadId: id }
    return server.run(engine.deliver({ company, machine: "deal", id }, event, { principal: "engine" }))
  }

  it("moves a deal as its machine allows, and shows what it allows then", async () => {
    await open("acme", "d1")
    const before = await ana.ask("/api/v1/deals/d1")
    expect(before).toMatchObject({ status: 200, body: { id: "d1", machine: "deal", version: 3 } })
    expect(before.body.can[0]).toEqual({
      event: "DealMoveAsked",
      values: { to: ["discovery", "proposal", "negotiation"] }
    })
    const etag = before.headers.get("etag")!
    const moved = await ana.ask("/api/v1/deals/d1/events/DealMoveAsked", {
      body: { to: "proposal", reason: "they asked for one" },
      headers: { "if-match": etag }
    })
    expect(moved).toMatchObject({ status: 200, body: { id: "d1", version: 5, duplicate: false } })
    const seen = await ana.ask("/api/v1/deals", {
      headers: { "centurion-wait-for": moved.headers.get("centurion-wait-for")! }
    })
    expect(seen.body).toMatchObject({ items: [{ dealId: "d1", stage: "proposal", by: `person:${ana.id}` }] })
  })
})
