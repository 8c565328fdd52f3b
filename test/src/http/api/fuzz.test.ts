import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../../databases.ts"
import { eventually } from "../open-server.ts"
import { type FuzzRequest, fuzzer, randomFrom } from "./fuzz-requests.ts"
import { type Answer, type Caller, type OpenApiServer, openApiServer } from "./open-api.ts"

/** `CENTURION_FUZZ_REQUESTS=20000` for the long run; `CENTURION_FUZZ_SEED` repeats one. */
const requests = Number(process.env.CENTURION_FUZZ_REQUESTS ?? 400)
const seed = Number(process.env.CENTURION_FUZZ_SEED ?? 1)
const atOnce = 8

/** Would end the caller, or the company that is looked at. */
const leaveOut = new Set([
  "me.logout",
  "me.endSession",
  "me.endOtherSessions",
  "me.changePassword",
  "company.change",
  "keys.revoke",
  "users.endSessions",
  "users.suspend",
  "users.remove",
  "users.setRoles"
])
const canary = "canary-of-globex"

describe.each(databases)("requests that are made up from the OpenAPI document, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
  }, 120_000)
  afterAll(() => server.close())

  /** Things of both companies; those of globex carry the canary. */
  const fill = async () => {
    const gus = await server.as("globex", "gus", "Admin")
    const ids: Array<string> = []
    for (const [who, name] of [
      [ana, "Mia"],
      [gus, canary]
    ] as const) {
      const contact = await who.ask("/api/v1/contacts", { body: { name, email: `${name}@example.com` } })
      const lead = await who.ask("/api/v1/leads", {
        body: { name, email: `${name}2@example.com`, source: name }
      })
      const account = await who.ask("/api/v1/accounts", { body: { name } })
      const note = { body: { text: name, about: "contact" } }
      await who.ask(`/api/v1/contacts/${contact.body.id}/events/NoteWriteAsked`, note)
      ids.push(contact.body.id, lead.body.id, account.body.id)
    }
    return [...ids, "lead", "deal", "contact", "conversation", "acme", "globex", gus.id]
  }

  it("are never answered with a defect, always with problem details, and never show another company", async () => {
    const ids = await fill()
    const key = await ana.ask("/api/v1/api-keys", {
      body: { name: "fuzz", roles: ["Admin"], perMinute: 100_000, perHour: 6_000_000 }
    })
    expect(key.status).toBe(200)
    const document = (await server.anonymous("/openapi.json")).body
    const random = randomFrom(seed)
    const next = fuzzer(document, ids, random)
    const wrong: Array<readonly [FuzzRequest, number, unknown]> = []
    const statuses = new Map<number, number>()
    const seen = (request: FuzzRequest, { status, headers, body }: Answer) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const isProblem = headers.get("content-type") === "application/problem+json"
      const isFine = status < 400 || (isProblem && (status < 500 || status === 503))
      // What was sent may come back in an error; what was stored of globex may not.
      const shows = JSON.stringify(body ?? "").includes(canary) && !JSON.stringify(request).includes(canary)
      if (!isFine || shows) wrong.push([request, status, body])
    }
    let left = requests
    const work = async () => {
      while (left-- > 0) {
        const request = next(leaveOut)
        const { method, path, raw } = request
        const authorization = `Bearer ${request.operation.startsWith("me.") ? ana.token : key.body.key}`
        const sent = {
          method,
          headers: { authorization, ...request.headers },
          ...(raw === undefined ? {} : { raw })
        }
        seen(request, await server.anonymous(path, sent))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    console.log("answers by status:", Object.fromEntries([...statuses].sort()))
    expect(wrong.slice(0, 5)).toEqual([])
    expect(statuses.get(200)).toBeGreaterThan(0)
    // It still works, and the log tells of no defect.
    await eventually(async () => (await ana.ask("/api/v1/deals")).status === 200)
    expect(server.logs.filter((line) => line.includes(" broke"))).toEqual([])
  }, 1_800_000)
})
