import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../../databases.ts"
import { type Answer, type Caller, type OpenApiServer, openApiServer } from "../open-api.ts"

describe.each(databases)("what people type, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  let gus: Caller
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
    gus = await server.as("globex", "gus", "Admin")
  })
  afterAll(() => server.close())

  const shown = (answer: Answer) => ({
    headers: { "centurion-wait-for": answer.headers.get("centurion-wait-for")! }
  })

  it("loses no form for its dress, and sees one person in it", async () => {
    const zeca = { company: "globex", phone: "+351 912 345 678" }
    for (const dress of [
      { ...zeca, email: "", name: " " },
      { ...zeca, phone: "  (+351) 91-23-45-67-8 ", email: null, role: "\u200b" },
      { ...zeca, phone: 351912345678, form: { agrees: true, size: 3, why: null, wants: ["a", "b"] } },
      { company: " globex ", email: " Zeca@Example.com ", phone: "" }
    ])
      expect(await server.anonymous("/public/leads", { body: dress })).toMatchObject({ status: 202 })
    const found = await gus.ask("/api/v1/contacts", { body: { email: "zeca@example.com", phone: "" } })
    expect(found.status).toBe(409)
    const known = await gus.ask("/api/v1/contacts", { body: { phone: "351912345678", name: "Zeca" } })
    expect(known.status).toBe(409)
    const history = await gus.ask(`/api/v1/leads/${known.body.id}/history`)
    const forms = history.body.items.filter(({ type }: { type: string }) => type === "LeadSubmitted")
    expect(forms.map(({ data }: { data: { form: object } }) => data.form)).toEqual([
      { phone: "+351 912 345 678" },
      { phone: "(+351) 91-23-45-67-8" },
      { phone: "351912345678", agrees: "true", size: "3", wants: "a, b" }
    ])
  })

  it("takes the same text in another form of Unicode as the same", async () => {
    const [composed, decomposed] = ["Ação".normalize("NFC"), "Ação".normalize("NFD")]
    const { body } = await ana.ask("/api/v1/contacts", {
      body: { email: "tag@example.com", name: decomposed }
    })
    const tell = (type: string, tag: string) =>
      ana.ask(`/api/v1/contacts/${body.id}/events/${type}`, { body: { tag } })
    expect((await tell("TagAddAsked", decomposed)).status).toBe(200)
    const tagged = await tell("TagAddAsked", composed)
    const tags = await ana.ask(`/api/v1/tags?tag=${encodeURIComponent(decomposed)}`, shown(tagged))
    expect(tags.body.items).toHaveLength(1)
    expect(JSON.stringify((await ana.ask(`/api/v1/contacts/${body.id}`)).body)).not.toContain(decomposed)
  })

  it("knows a contact by what it was changed to, which is nobody else's", async () => {
    const create = async (body: object) => (await ana.ask("/api/v1/contacts", { body })).body.id as string
    const [a, b] = [await create({ phone: "+5511900000201" }), await create({ email: "b@example.com" })]
    const describeAs = (id: string, body: object) =>
      ana.ask(`/api/v1/contacts/${id}/events/ContactDescribeAsked`, { body })
    expect((await describeAs(a, { email: "B@example.com" })).status).toBe(409)
    expect((await describeAs(b, { phone: "(11) 90000-0201" })).status).toBe(409)
    expect((await describeAs(a, { email: "a@example.com", phone: "11900000201" })).status).toBe(200)
    expect((await describeAs(b, { email: "a@example.com" })).status).toBe(409)
    expect((await describeAs(b, { email: "b@example.com", name: "Bea", phone: null })).status).toBe(200)
    expect(await ana.ask("/api/v1/contacts", { body: { email: "a@example.com" } })).toMatchObject({
      status: 409,
      body: { id: a }
    })
    const erased = await ana.ask("/api/v1/erasures", { body: { phone: "(11) 90000-0201", reason: "asked" } })
    expect(erased.body.leadId ?? erased.status).toBe(erased.body.leadId === undefined ? 202 : a)
  })
})
