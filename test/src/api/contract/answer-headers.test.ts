import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../../databases.ts"
import { type Caller, type OpenApiServer, openApiServer } from "../open-api.ts"

describe.each(databases)("headers of answers, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
  })
  afterAll(() => server.close())

  it("name every request, by the client's own name when it is one", async () => {
    const idFor = async (path: string, given?: string) =>
      (await ana.ask(path, given === undefined ? {} : { headers: { "x-request-id": given } })).headers.get(
        "x-request-id"
      )
    expect(await idFor("/api/v1/deals", "my-request:7")).toBe("my-request:7")
    expect(await idFor("/api/v1/deals/none", "my-request:7")).toBe("my-request:7")
    for (const given of [undefined, "", "two words", "x".repeat(129), "<b>"])
      expect(await idFor("/api/v1/deals", given)).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idFor("/api/v1/deals")).not.toBe(await idFor("/api/v1/deals"))
  })

  it("say where each new thing is read", async () => {
    for (const [list, body] of [
      ["contacts", { name: "Lo", email: "lo@example.com" }],
      ["leads", { email: "la@example.com" }],
      ["accounts", { name: "Lo Ltda" }]
    ] as const) {
      const made = await ana.ask(`/api/v1/${list}`, { body })
      expect(made.headers.get("location")).toBe(`/api/v1/${list}/${made.body.id}`)
      expect((await ana.ask(made.headers.get("location")!)).body.id).toBe(made.body.id)
    }
  })
})
