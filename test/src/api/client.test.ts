import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Engine } from "../../../actors/engine/engine.ts"
import { databases } from "../../databases.ts"
import { misfit } from "../../proofs/api/fits-schema.ts"
import { type OpenApiDocument, operationsOf } from "../../proofs/api/open-api-document.ts"
import { type GeneratedClient, generateClient } from "./generated-client.ts"
import { type Caller, type OpenApiServer, openApiServer } from "./open-api.ts"

describe.each(databases)("a client that is made from the OpenAPI document, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  let client: GeneratedClient
  let document: OpenApiDocument
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
    document = (await server.anonymous("/openapi.json")).body
    client = generateClient(document, server.url, ana.token)
  })
  afterAll(() => server.close())

  const openDeal = async (id: string) => {
    const engine = await server.service(Engine)
    const event = { type: "DealOpenAsked", leadId: id, score: 80, by: "engine", reason: "qualified", at: 0 }
    await server.run(engine.deliver({ company: "acme", machine: "deal", id }, event, { principal: "engine" }))
  }

  it("lists leads, reads one, moves its deal, sees that the second move comes too late, and reads what it wrote", async () => {
    const made = await client["create.lead"]!({
      body: { name: "Rui Lima", email: "rui@example.com", source: "crm" },
      "Idempotency-Key": "lead-of-rui"
    })
    expect(made.status).toBe(201)
    const waitFor = made.headers.get("centurion-wait-for")!
    const leads = await client["leads.list"]!({ limit: 10, sort: "-createdAt", source: "crm", waitFor })
    expect(leads.body.items).toMatchObject([{ leadId: made.body.id, source: "crm" }])
    const lead = await client["leads.read"]!({ id: made.body.id })
    expect(lead.body).toMatchObject({ id: made.body.id, machine: "lead" })

    await openDeal(made.body.id)
    const deal = await client["deals.read"]!({ id: made.body.id })
    expect(deal.body.can[0]).toMatchObject({ event: "DealMoveAsked" })
    const etag = deal.headers.get("etag")!
    const move = (to: string) =>
      client["deals.DealMoveAsked"]!({
        id: made.body.id,
        "If-Match": etag,
        body: { to, reason: "they asked for it" }
      })
    const moved = await move("proposal")
    expect(moved.status).toBe(200)
    const late = await move("negotiation")
    expect(late).toMatchObject({ status: 412, body: { title: "Precondition Failed" } })
    expect(late.headers.get("etag")).toBe(moved.headers.get("etag"))

    const shown = await client["deals.list"]!({
      stage: "proposal",
      waitFor: moved.headers.get("centurion-wait-for")!
    })
    expect(shown.body.items).toMatchObject([{ dealId: made.body.id, stage: "proposal" }])
    const again = await client["deals.read"]!({ id: made.body.id })
    expect(again.body).toMatchObject({ version: moved.body.version, state: { open: "proposal" } })
  })

  it("gets from every operation that reads and needs no id what the document says, and no other shape", async () => {
    const wrong: Array<string> = []
    for (const { id, method, path, responses } of operationsOf(document)) {
      if (method !== "GET" || path.includes("{") || id === "history.why") continue
      const { status, body } = await client[id]!()
      const schema = responses[String(status)]?.content?.["application/json"]?.schema
      if (status === 403 && id.startsWith("installation.")) continue
      if (status !== 200 || schema === undefined) wrong.push(`${id}: ${status}`)
      else wrong.push(...[misfit(document, schema, body)].filter((each) => each !== undefined))
    }
    expect(wrong).toEqual([])
  })
})
