import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../databases.ts"
import { type Caller, type OpenApiServer, openApiServer } from "./open-api.ts"

/** What `npm run api-fuzz` found, each as the short request that it came down to. */
describe.each(databases)("requests that once broke something, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
  })
  afterAll(() => server.close())

  it("are answered when somebody of own rows asks for what nobody owns", async () => {
    const account = await ana.ask("/api/v1/accounts", { body: { name: "Acme Ltda" } })
    const seller = await server.as("acme", "seller", "Comercial")
    expect((await seller.ask("/api/v1/accounts")).body).toEqual({ items: [], next: null })
    const path = `/api/v1/accounts/${account.body.id}`
    expect((await seller.ask(path)).status).toBe(404)
    expect((await seller.ask(`${path}/history`)).status).toBe(404)
    expect((await seller.ask(`${path}/events/AccountArchiveAsked`, { body: {} })).status).toBe(404)
  })

  it("are refused with the place of a text that no database can hold", async () => {
    const { body } = await ana.ask("/api/v1/contacts", { body: { name: "Mia", email: "mia@example.com" } })
    const hold = (raw: string) => ana.ask(`/api/v1/holds/${body.id}`, { method: "PUT", raw })
    for (const text of ["\\u0000", "x\\ud800", "\\udc00\\ud800"])
      expect(await hold(`{"reason":"${text}"}`)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: "/reason" }] }
      })
    expect(await hold('{"a/b~":[1,{"\\u0000":1}]}')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/a~1b~0/1" }] }
    })
    // A whole pair, and a backslash before "u0000", are texts like others.
    expect((await hold('{"reason":"\\ud83e\\udd8a \\\\u0000"}')).status).toBe(204)
  })

  it("have no body that counts with GET and DELETE, and JSON by any of its names with the others", async () => {
    const sent = (path: string, method: string, raw: string, type = "application/json") =>
      ana.ask(path, { method, raw, headers: { "content-type": type } })
    expect((await sent("/api/v1/me/sessions/none", "DELETE", "{")).status).toBe(404)
    const kept = await sent(
      "/api/v1/contacts",
      "POST",
      '{"name":"Bo","email":"bo@example.com"}',
      "application/vnd.x+json"
    )
    expect(kept.status).toBe(201)
    const empty = await sent("/api/v1/api-keys", "POST", "", "application/jsonp")
    expect(empty.status).toBe(422)
    expect(empty.headers.get("content-type")).toBe("application/problem+json")
  })

  it("learn nothing of a person who is being erased, when they are a form", async () => {
    const form = () =>
      server.anonymous("/public/leads", {
        body: { company: "acme", email: "gone@example.com", name: "Gone" }
      })
    expect((await form()).status).toBe(202)
    const erased = await ana.ask("/api/v1/erasures", { body: { email: "gone@example.com", reason: "asked" } })
    expect(erased.status).toBe(202)
    const answers = await Promise.all(Array.from({ length: 5 }, form))
    for (const { status, body } of answers) {
      expect([202, 503]).toContain(status)
      expect(JSON.stringify(body)).not.toContain(erased.body.leadId)
    }
  })
})
