import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../../../databases.ts"
import { eventually } from "../../http/open-server.ts"
import { type Answer, type Caller, type OpenApiServer, openApiServer } from "../open-api.ts"

const reason = "they asked for it"
const many = 25

describe.each(databases)("contacts, leads and what is told of them, on $name", (kind) => {
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
  const idsOf = (answer: Answer): ReadonlyArray<string> =>
    answer.body.items.map(({ leadId }: { leadId: string }) => leadId)

  it("pages through a list without gaps or doubles, whatever the order and the size of a page", async () => {
    let last: Answer | undefined
    for (let n = 0; n < many; n++)
      last = await ana.ask("/api/v1/leads", {
        body: { email: `lead${n}@example.com`, source: n % 2 ? "form" : "crm" }
      })
    expect(last).toMatchObject({ status: 201, body: { duplicate: false } })
    // Leads live in several partitions: each must show its last.
    await eventually(async () => (await ana.ask("/api/v1/leads?limit=200")).body.items.length >= many)
    const whole = idsOf(await ana.ask("/api/v1/leads?limit=200&sort=-createdAt"))
    for (const [sort, limit] of [
      ["-createdAt", 7],
      ["createdAt", 7],
      ["score", 4],
      ["-state", 10]
    ] as const) {
      const found: Array<string> = []
      let cursor = ""
      do {
        const page = await ana.ask(`/api/v1/leads?sort=${sort}&limit=${limit}${cursor}`)
        expect(page.body.items.length).toBeLessThanOrEqual(limit)
        found.push(...idsOf(page))
        cursor = page.body.next === null ? "" : `&cursor=${page.body.next}`
      } while (cursor !== "")
      expect(found).toHaveLength(whole.length)
      expect(new Set(found)).toEqual(new Set(whole))
      if (sort === "-createdAt") expect(found).toEqual(whole)
      if (sort === "createdAt") expect(found).toEqual([...whole].reverse())
    }
    const forms = await ana.ask("/api/v1/leads?source=form&limit=200")
    expect(forms.body.items).toHaveLength(12)
    expect((await ana.ask("/api/v1/leads?source=' or 1=1 --")).body.items).toEqual([])
    expect((await ana.ask("/api/v1/leads?state=new;drop table leads")).status).toBe(400)
    expect((await gus.ask("/api/v1/leads")).body).toEqual({ items: [], next: null })
    const altered = `${(await ana.ask("/api/v1/leads?limit=1")).body.next.slice(0, -4)}AAAA`
    expect((await ana.ask(`/api/v1/leads?cursor=${altered}`)).status).toBe(400)
  })

  it("takes the same person as the same lead, and never lets a form change what is known", async () => {
    const form = (body: object, headers = {}) => server.anonymous("/public/leads", { body, headers })
    const first = await form({
      company: "globex",
      name: "Rui",
      phone: "+55 11 98888-7777",
      email: "rui@example.com"
    })
    expect(first).toMatchObject({ status: 202, body: { received: true } })
    expect(first.headers.get("access-control-allow-origin")).toBe("*")
    const again = await form({
      company: "globex",
      name: "Somebody else",
      phone: "5511988887777",
      form: { a: "b" }
    })
    expect(again.body).toEqual(first.body)
    const leads = await eventually(async () => {
      const found = await gus.ask("/api/v1/leads")
      return found.body.items.length === 1 && found.body.items[0].version >= 5 && found
    })
    const { leadId } = leads.body.items[0]
    const contact = await eventually(async () => {
      const found = await gus.ask(`/api/v1/contacts/${leadId}`)
      return found.body?.row && found
    })
    expect(contact.body.row).toMatchObject({ name: "Rui", email: "rui@example.com" })
    const history = await gus.ask(`/api/v1/leads/${leadId}/history`)
    expect(history.body.items.map(({ type }: { type: string }) => type)).toEqual(
      expect.arrayContaining(["LeadSubmitted", "LeadCaptured"])
    )
    expect(JSON.stringify(history.body)).toContain("Somebody else")
    // Another company's form finds nobody.
    expect((await form({ company: "acme", phone: "5511988887777", name: "Rui" })).status).toBe(202)
  })

  it("refuses forms that name no company, no way to answer, or too much, and thanks robots", async () => {
    const form = (body: object) => server.anonymous("/public/leads", { body })
    expect((await form({ email: "x@example.com" })).body.errors).toMatchObject([{ pointer: "/company" }])
    // As if there were one: else strangers would learn which there are.
    expect(await form({ company: "nosuch", email: "x@example.com" })).toMatchObject({
      status: 202,
      body: { received: true }
    })
    expect(server.logs.some((line) => line.includes('there is no company \\"nosuch\\"'))).toBe(true)
    expect((await form({ company: "acme", name: "X" })).status).toBe(422)
    const robot = await form({ company: "acme", email: "robot@example.com", website: "https://spam.example" })
    expect(robot).toMatchObject({ status: 202, body: { received: true } })
    expect((await ana.ask("/api/v1/erasures", { body: { email: "robot@example.com", reason } })).status).toBe(
      404
    )
    const preflight = await server.anonymous("/public/leads", { method: "OPTIONS" })
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([204, "POST"])
    let last: Answer | undefined
    for (let n = 0; n < 12; n++) last = await form({ company: "acme", email: `many${n}@example.com` })
    expect(last!.status).toBe(429)
    expect(last!.headers.get("access-control-allow-origin")).toBe("*")
  })

  it("keeps contacts with tags, notes and activities, and accounts", async () => {
    const made = await ana.ask("/api/v1/contacts", { body: { name: "Mia", email: "mia@example.com" } })
    expect(made).toMatchObject({ status: 201, body: { version: 3 } })
    const { id } = made.body
    const tell = (type: string, body: object) => ana.ask(`/api/v1/contacts/${id}/events/${type}`, { body })
    expect((await tell("TagAddAsked", { tag: "vip" })).status).toBe(200)
    expect((await tell("NoteWriteAsked", { text: "likes tea", about: "contact" })).status).toBe(200)
    const last = await tell("ActivityLogAsked", { kind: "call", title: "first call", done: true })
    expect(last.status).toBe(200)
    const read = await ana.ask(`/api/v1/contacts/${id}`, shown(last))
    expect(read.body.row).toMatchObject({ name: "Mia", tags: ["vip"], notes: 1, openTasks: 0 })
    expect((await ana.ask(`/api/v1/notes?contactId=${id}`)).body.items).toMatchObject([{ text: "likes tea" }])
    expect((await ana.ask(`/api/v1/tasks?contactId=${id}&isDone=true`)).body.items).toHaveLength(1)
    expect((await tell("TagAddAsked", { tag: "" })).status).toBe(422)
    expect((await gus.ask(`/api/v1/notes?contactId=${id}`)).body.items).toEqual([])
    expect(await ana.ask("/api/v1/contacts", { body: { email: "MIA@example.com" } })).toMatchObject({
      status: 409,
      body: { id }
    })
    const account = await ana.ask("/api/v1/accounts", { body: { name: "Acme Ltda" } })
    expect(account.status).toBe(201)
    expect((await tell("AccountLinkAsked", { accountId: account.body.id })).status).toBe(200)
    expect((await ana.ask(`/api/v1/accounts/${account.body.id}`, shown(account))).body.row).toMatchObject({
      name: "Acme Ltda"
    })
  })

  it("counts what is going on, and keeps it for a while", async () => {
    const overview = await ana.ask("/api/v1/analytics/overview")
    expect(overview).toMatchObject({
      status: 200,
      body: { leads: { all: expect.any(Number) }, deals: { open: 0 } }
    })
    expect((await ana.ask("/api/v1/analytics/overview")).body.asOf).toBe(overview.body.asOf)
    expect((await gus.ask("/api/v1/analytics/overview")).body.leads.all).toBe(1)
    const funnel = await ana.ask("/api/v1/analytics/series/funnel-by-day?from=2020-01-01&to=2100-01-01")
    expect(funnel.body).toMatchObject({
      name: "funnel-by-day",
      items: [{ leads: expect.any(Number), nowNew: expect.any(Number) }]
    })
    expect((await ana.ask("/api/v1/analytics/series/funnel-by-day?to=2020-01-01")).body.items).toEqual([])
    expect((await ana.ask("/api/v1/analytics/series/funnel-by-day?from=' or 1=1")).status).toBe(400)
    expect((await ana.ask("/api/v1/analytics/series/pg_user")).status).toBe(404)
    for (const { name } of [
      { name: "conversion" },
      { name: "cohorts-by-week" },
      { name: "response-times" },
      { name: "costs-by-day" },
      { name: "cost-per-outcome" },
      { name: "daily-activity" },
      { name: "follow-up-effect" },
      { name: "channel-status" }
    ])
      expect([name, (await ana.ask(`/api/v1/analytics/series/${name}`)).status]).toEqual([name, 200])
  })

  it("shows auditors events, replays and reasons, and verifies history", async () => {
    const leads = await ana.ask("/api/v1/leads?limit=1")
    const { leadId } = leads.body.items[0]
    const partitions = await ana.ask("/api/v1/partitions")
    expect(partitions.body.items).toHaveLength(4)
    const { partition, position } = partitions.body.items.find(
      (each: { position: number }) => each.position > 0
    )
    const events = await ana.ask(`/api/v1/partitions/${partition}/events?limit=500`)
    expect(events.body.items[0]).toMatchObject({
      position: 1,
      partition,
      machine: expect.any(String),
      id: expect.any(String)
    })
    expect(events.body.next).toBe(position)
    expect((await ana.ask(`/api/v1/partitions/0/events`)).status).toBe(404)
    expect((await ana.ask(`/api/v1/partitions/99/events`)).body).toEqual({ items: [], next: 0 })
    const replay = await ana.ask(`/api/v1/replay/lead/${leadId}`)
    expect(replay.body).toMatchObject({ follows: true, differing: 0, state: { status: "active" } })
    expect((await gus.ask(`/api/v1/replay/lead/${leadId}`)).status).toBe(404)
    expect((await ana.ask("/api/v1/replay/nosuch/1")).status).toBe(404)
    const why = await ana.ask(`/api/v1/why?event=lead/${leadId}@2`)
    expect(why).toMatchObject({ status: 200, body: { event: { type: "LeadCreated" } } })
    expect((await gus.ask(`/api/v1/why?event=lead/${leadId}@2`)).status).toBe(404)
    expect((await ana.ask("/api/v1/why")).status).toBe(400)
    expect((await ana.ask("/api/v1/why?event=globex/lead/1@1")).status).toBe(400)
    const begun = await ana.ask("/api/v1/verifications", { method: "POST" })
    expect(begun.status).toBe(202)
    const done = await eventually(async () => {
      const task = await ana.ask(`/api/v1/verifications/${begun.body.id}`)
      return task.body.state !== "running" && task
    })
    expect(done.body).toMatchObject({ state: "done", ok: true, damages: [] })
    expect((await gus.ask(`/api/v1/verifications/${begun.body.id}`)).status).toBe(404)
    const seller = await server.as("acme", "seller", "Comercial")
    for (const path of [
      "partitions",
      "replay/lead/x",
      "why?event=lead/x@1",
      "jobs",
      "stopped-actors",
      "erasures",
      "verifications/x"
    ])
      expect([path, (await seller.ask(`/api/v1/${path}`)).status]).toEqual([path, 403])
  })

  it("erases a person, but not one who is held", async () => {
    const made = await ana.ask("/api/v1/contacts", {
      body: { name: "Secret Person", email: "secret@example.com" }
    })
    const { id } = made.body
    const hold = (method: string, who = ana) =>
      who.ask(`/api/v1/holds/${id}`, { method, ...(method === "PUT" ? { body: { reason } } : {}) })
    expect((await hold("PUT", gus)).status).toBe(404)
    expect((await hold("PUT")).status).toBe(204)
    expect((await ana.ask("/api/v1/holds")).body.items).toMatchObject([
      { leadId: id, by: `person:${ana.id}` }
    ])
    const erase = (who: Caller) =>
      who.ask("/api/v1/erasures", { body: { email: "secret@example.com", reason } })
    expect((await erase(ana)).status).toBe(409)
    expect((await erase(gus)).status).toBe(404)
    expect((await hold("DELETE")).status).toBe(204)
    expect((await hold("DELETE")).status).toBe(404)
    const asked = await erase(ana)
    expect(asked).toMatchObject({ status: 202, body: { leadId: id, reason } })
    const done = await eventually(async () => {
      const found = await ana.ask(`/api/v1/erasures/${asked.body.id}`)
      return found.body.doneAt !== null && found
    })
    expect(done.body.report).toBeTruthy()
    expect((await gus.ask(`/api/v1/erasures/${asked.body.id}`)).status).toBe(404)
    const left = await ana.ask(`/api/v1/contacts/${id}`)
    expect(JSON.stringify(left.body)).not.toContain("Secret")
    expect(left.body).toMatchObject({ erased: true, can: [] })
    expect((await ana.ask(`/api/v1/contacts/${id}/events/TagAddAsked`, { body: { tag: "x" } })).status).toBe(
      410
    )
  })

  it("changes the company's own settings, and other companies only for the owner", async () => {
    const own = await ana.ask("/api/v1/company")
    expect(own.body).toMatchObject({ id: "acme", status: "active" })
    const change = (body: object, headers: Record<string, string> = {}) =>
      ana.ask("/api/v1/company", { method: "PATCH", body, headers })
    const etag = own.headers.get("etag")!
    expect(await change({ retentionDays: 365, reason }, { "if-match": etag })).toMatchObject({
      status: 200,
      body: { settings: { retentionDays: 365 } }
    })
    expect((await change({ retentionDays: 30, reason }, { "if-match": etag })).status).toBe(412)
    expect((await change({ retentionDays: 0, reason })).body.errors).toMatchObject([
      { pointer: "/retentionDays" }
    ])
    for (const path of ["companies", "companies/globex"])
      expect((await ana.ask(`/api/v1/${path}`)).status).toBe(403)
    const owner = await server.as("acme", "owner", "super_admin")
    const all = await owner.ask("/api/v1/companies")
    expect(all.body.items.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(["acme", "globex"])
    )
    const made = await owner.ask("/api/v1/companies", {
      body: { settings: { id: "initech", name: "Initech" }, reason }
    })
    expect(made).toMatchObject({ status: 201, body: { id: "initech", status: "active" } })
    const turn = (work: string) => owner.ask(`/api/v1/companies/initech/${work}`, { body: { reason } })
    expect((await turn("suspend")).body.status).toBe("suspended")
    expect((await turn("suspend")).status).toBe(409)
    expect((await turn("resume")).body.status).toBe("active")
    expect((await turn("delete")).status).toBe(202)
  })

  it("gives a company the accounts that the owner of the installation says, and no others", async () => {
    const owner = await server.as("acme", "owner", "super_admin")
    const change = (who: Caller, instances: unknown, more = {}) =>
      who.ask("/api/v1/company", { method: "PATCH", body: { instances, ...more, reason } })
    const before = (await owner.ask("/api/v1/company")).body.settings.instances
    const free = { channel: "telegram", instance: "free" }
    const wanted = [
      [...before, free],
      [...before, { channel: "web-chat", instance: "globex-page" }],
      [...before, { channel: "telegram", instance: "*" }],
      [],
      null
    ]
    for (const instances of wanted) {
      const refused = await change(ana, instances, { retentionDays: 9 })
      // The same whether somebody has it or nobody: else it would tell who has what.
      expect(refused).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining("may not write companies") }
      })
    }
    expect((await owner.ask("/api/v1/company")).body.settings).toMatchObject({ instances: before })
    expect((await owner.ask("/api/v1/company")).body.settings.retentionDays).not.toBe(9)
    expect(await change(ana, before, { retentionDays: 9 })).toMatchObject({
      status: 200,
      body: { settings: { instances: before, retentionDays: 9 } }
    })
    expect(await change(owner, [...before, free])).toMatchObject({ status: 200 })
    expect(await change(owner, [...before, { channel: "Web-Chat", instance: " GLOBEX-page" }])).toMatchObject(
      {
        status: 409
      }
    )
    expect((await change(owner, before)).body.settings.instances).toEqual(before)
  })

  it("shows those who watch how it does, and nobody else", async () => {
    const metrics = await server.anonymous("/metrics")
    expect(metrics.body).toMatch(/centurion_engine_ready 1/)
    expect(metrics.body).toMatch(
      /centurion_api_requests_total\{[^}]*operation="leads.list"[^}]*status="200"[^}]*\}/
    )
    expect((await server.anonymous("/health/integrations")).body.items).toMatchObject([
      { name: "database", state: "up" },
      { name: "redis", state: "notSetUp" },
      { name: "web-chat", state: "up" },
      { name: "evolution" },
      { name: "telegram" }
    ])
    const forwarded = { headers: { "x-forwarded-for": "203.0.113.9" } }
    expect((await server.anonymous("/metrics", forwarded)).status).toBe(401)
    expect((await server.anonymous("/health/integrations", forwarded)).status).toBe(401)
  })

  it("serves its OpenAPI document and a page to try it that loads nothing from elsewhere", async () => {
    const document = await server.anonymous("/openapi.json")
    expect(document.body.openapi).toBe("3.1.0")
    const page = await server.anonymous("/docs")
    const policy = page.headers.get("content-security-policy")!
    expect(policy).toContain("default-src 'none'")
    expect(policy.match(/'sha256-/g)).toHaveLength(2)
    expect(policy).not.toMatch(/https?:/)
  })
})
