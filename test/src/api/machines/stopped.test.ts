import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventStore } from "../../../../eventstore/log/event-store.ts"
import { databases } from "../../../databases.ts"
import { type Caller, type OpenApiServer, openApiServer } from "../open-api.ts"

describe.each(databases)("stopped actors, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
  })
  afterAll(() => server.close())

  it("are listed for the company's own, and for nobody who may not see the engine", async () => {
    const store = await server.service(EventStore)
    const at = { partition: 1, version: 7, machineVersion: "1.0.0+1", message: "not for the API" }
    const notes = [
      { ...at, company: "acme", stream: "deal/d9", status: "parked", reason: "history" },
      { ...at, company: "acme", stream: "lead/a/b", status: "error", reason: "threw" },
      { ...at, company: "globex", stream: "deal/d9", status: "error", reason: "threw" }
    ] as const
    for (const note of notes) await server.run(store.noteStopped(note))
    const all = await ana.ask("/api/v1/stopped-actors")
    expect(all.body.items.map(({ since: _, ...item }: { since: string }) => item)).toEqual([
      { machine: "lead", id: "a/b", status: "error", reason: "threw", version: 7, machineVersion: "1.0.0+1" },
      {
        machine: "deal",
        id: "d9",
        status: "parked",
        reason: "history",
        version: 7,
        machineVersion: "1.0.0+1"
      }
    ])
    const parked = await ana.ask("/api/v1/stopped-actors?status=parked")
    expect(parked.body.items).toMatchObject([{ id: "d9" }])
    expect(await ana.ask("/api/v1/stopped-actors?status=done")).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: "status", detail: "one of error, parked is expected" }] }
    })
    const seller = await server.as("acme", "seller", "Comercial")
    expect((await seller.ask("/api/v1/stopped-actors")).status).toBe(403)
    const see = (path: string, body: unknown, who = ana) =>
      who.ask(`/api/v1/stopped-actors/${path}/orders`, { body })
    const retry = { order: "retry", reason: "mended" }
    expect((await see("deal/d9", retry, seller)).status).toBe(403)
    expect((await see("deal/none", retry)).status).toBe(404)
    expect((await see("deal/d9", { ...retry, order: "forget" })).status).toBe(422)
    expect((await see("deal/d9", retry)).status).toBe(202)
    const asked = await server.run(store.listStopped("acme", "parked", 10))
    // The engine of the server may have done it already: there is no such deal.
    for (const each of asked) expect([null, "retry"]).toContain(each.asked)
    expect((await server.run(store.listStopped("globex", null, 10)))[0]?.asked).toBeNull()
    await server.run(store.clearStopped("acme", "lead/a/b"))
    expect((await ana.ask("/api/v1/stopped-actors?status=error")).body.items).toEqual([])
  })
})
