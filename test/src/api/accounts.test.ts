import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../databases.ts"
import { type Caller, type OpenApiServer, openApiServer } from "./open-api.ts"

const password = "correct horse battery"

describe.each(databases)("accounts by HTTP, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  let gus: Caller
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
    gus = await server.as("globex", "gus", "Admin")
  })
  afterAll(() => server.close())

  const login = (body: object) => server.anonymous("/api/v1/auth/login", { body })
  const withToken = (token: string, path: string, method = "GET") =>
    server.anonymous(path, { method, headers: { authorization: `Bearer ${token}` } })

  it("logs in, refreshes once, and ends the session of a token that comes twice", async () => {
    const first = await login({ email: "ana@example.com", password })
    expect(first).toMatchObject({
      status: 200,
      body: {
        tokens: { company: "acme" },
        user: { email: "ana@example.com" },
        memberships: [{ company: "acme" }]
      }
    })
    expect(first.headers.get("cache-control")).toBe("no-store")
    const { accessToken, refreshToken } = first.body.tokens
    expect((await withToken(accessToken, "/api/v1/me")).body).toMatchObject({
      kind: "user",
      company: "acme",
      may: { crm: { read: "all", write: "all" } }
    })
    const refresh = (refreshToken: string) =>
      server.anonymous("/api/v1/auth/refresh", { body: { refreshToken } })
    const next = await refresh(refreshToken)
    expect(next.status).toBe(200)
    expect((await refresh(refreshToken)).status).toBe(401)
    expect((await refresh(next.body.refreshToken)).status).toBe(401)
  })

  it("refuses wrong passwords alike, whoever they are for, and says how long to wait after a few", async () => {
    const wrong = await login({ email: "nobody@example.com", password: "wrong wrong wrong" })
    expect(wrong).toMatchObject({ status: 401 })
    expect((await login({ email: "gus@example.com", password: "wrong wrong wrong" })).body).toEqual(
      wrong.body
    )
    const tries = await Promise.all(
      Array.from({ length: 8 }, () => login({ email: "gus@example.com", password: "wrong wrong wrong" }))
    )
    const tooOften = tries.find(({ status }) => status === 429)!
    expect(Number(tooOften.headers.get("retry-after"))).toBeGreaterThan(0)
    expect((await login({ email: "x" })).body.errors).toMatchObject([{ pointer: "/password" }])
  })

  it("logs out, lists sessions and ends them", async () => {
    const one = await server.as("acme", "sue", "Diretor")
    const two = await server.as("acme", "sue", "Diretor")
    const { items } = (await one.ask("/api/v1/me/sessions")).body
    expect(items).toHaveLength(2)
    const other = items.find(({ current }: { current: boolean }) => !current)
    expect((await gus.ask(`/api/v1/me/sessions/${other.id}`, { method: "DELETE" })).status).toBe(404)
    expect((await one.ask(`/api/v1/me/sessions/${other.id}`, { method: "DELETE" })).status).toBe(204)
    expect((await one.ask("/api/v1/auth/logout", { method: "POST" })).status).toBe(204)
    expect((await one.ask("/api/v1/me")).status).toBe(401)
    expect((await two.ask("/api/v1/me")).status).toBe(401)
  })

  it("invites somebody, who accepts with a password and comes in", async () => {
    const invited = await ana.ask("/api/v1/invitations", {
      body: { email: "new@example.com", roles: ["Comercial"] }
    })
    expect(invited).toMatchObject({ status: 200, body: { token: expect.stringMatching(/^centi_/) } })
    const { token } = invited.body
    expect((await gus.ask("/api/v1/invitations")).body.items).toEqual([])
    expect((await server.anonymous("/api/v1/auth/invitations/look", { body: { token } })).body).toMatchObject(
      {
        company: "acme",
        hasAccount: false
      }
    )
    const accept = (password: string) =>
      server.anonymous("/api/v1/auth/invitations/accept", { body: { token, password, name: "New" } })
    expect((await accept("short")).status).toBe(422)
    expect((await accept(password)).status).toBe(200)
    expect((await accept(password)).status).toBe(409)
    expect((await login({ email: "new@example.com", password })).status).toBe(200)
  })

  it("manages the company's users and nobody else's", async () => {
    const joe = await server.as("acme", "joe", "Comercial")
    const users = await ana.ask("/api/v1/users?limit=200")
    expect(users.body.items.map(({ email }: { email: string }) => email)).toEqual(
      expect.arrayContaining(["ana@example.com", "joe@example.com"])
    )
    expect(JSON.stringify(users.body)).not.toMatch(/argon2|gus@/)
    const roles = (who: Caller, id: string, roles: ReadonlyArray<string>) =>
      who.ask(`/api/v1/users/${id}/roles`, { method: "PUT", body: { roles } })
    expect((await roles(gus, joe.id, ["Admin"])).status).toBe(404)
    expect((await roles(joe, joe.id, ["Admin"])).status).toBe(403)
    expect((await roles(ana, joe.id, ["super_admin"])).status).toBe(403)
    expect((await roles(ana, joe.id, ["boss"])).body.errors[0].pointer).toMatch(/^\/roles\/0/)
    expect((await roles(ana, joe.id, ["Diretor"])).status).toBe(204)
    expect((await ana.ask(`/api/v1/users/${joe.id}/suspend`, { method: "POST" })).status).toBe(204)
    expect((await joe.ask("/api/v1/me")).status).toBe(401)
    expect((await ana.ask("/api/v1/roles")).body.items[0]).toMatchObject({
      role: "Admin",
      modules: { crm: "RW" }
    })
  })

  it("makes API keys that are shown once, narrowed, held to their limits, and revoked", async () => {
    const made = await ana.ask("/api/v1/api-keys", {
      body: { name: "sync", roles: ["Agente_IA"], scopes: ["crm:read"], perMinute: 5 }
    })
    expect(made).toMatchObject({ status: 200, body: { key: expect.stringMatching(/^cent_/) } })
    const { id, key } = made.body
    const listed = await ana.ask("/api/v1/api-keys")
    expect(listed.body.items).toMatchObject([{ id, name: "sync", perMinute: 5 }])
    expect(JSON.stringify(listed.body)).not.toContain(key)
    expect((await gus.ask("/api/v1/api-keys")).body.items).toEqual([])
    const first = await withToken(key, "/api/v1/deals")
    expect(first.status).toBe(200)
    expect(first.headers.get("ratelimit-limit")).toBe("5")
    expect(first.headers.get("ratelimit-remaining")).toBe("4")
    // Told in every answer: whoever is refused asks again.
    const refused = await withToken(key, "/api/v1/conversations")
    expect(refused.status).toBe(403)
    expect(refused.headers.get("ratelimit-remaining")).toBe("3")
    expect(refused.headers.get("cache-control")).toBe("no-store")
    expect((await withToken(key, "/api/v1/me/sessions")).status).toBe(403)
    const more = await Promise.all(Array.from({ length: 4 }, () => withToken(key, "/api/v1/leads")))
    const tooOften = more.find(({ status }) => status === 429)!
    expect(tooOften.body).toMatchObject({ status: 429, title: "Too Many Requests" })
    expect(Number(tooOften.headers.get("retry-after"))).toBeGreaterThan(0)
    expect((await gus.ask(`/api/v1/api-keys/${id}`, { method: "DELETE" })).status).toBe(404)
    expect((await ana.ask(`/api/v1/api-keys/${id}`, { method: "DELETE" })).status).toBe(204)
    expect((await withToken(key, "/api/v1/leads")).status).toBe(401)
  })

  it("counts who has no credentials by address", async () => {
    const answers = []
    for (let n = 0; n < 110; n++) answers.push(await withToken("cent_nonsense", "/api/v1/leads"))
    expect(answers[0]!.status).toBe(401)
    expect(answers.at(-1)!.status).toBe(429)
    expect((await ana.ask("/api/v1/me")).status).toBe(200)
  })
})
