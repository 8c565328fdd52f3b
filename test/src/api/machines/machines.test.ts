import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Engine } from "../../../../actors/engine/engine.ts"
import { databases } from "../../../databases.ts"
import { type Answer, type AskOptions, type Caller, type OpenApiServer, openApiServer } from "../open-api.ts"

const opened = { type: "DealOpenAsked", score: 80, by: "engine", reason: "qualified", at: 0 }
const reason = "they asked for it"

describe.each(databases)("resources of machines, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  let gus: Caller
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
    gus = await server.as("globex", "gus", "Admin")
  })
  afterAll(() => server.close())

  const open = async (company: string, id: string) => {
    const engine = await server.service(Engine)
    const event = { ...opened, leadId: id }
    return server.run(engine.deliver({ company, machine: "deal", id }, event, { principal: "engine" }))
  }
  const send = (id: string, type: string, body: unknown, headers: AskOptions["headers"] = {}, who = ana) =>
    who.ask(`/api/v1/deals/${id}/events/${type}`, { body, headers })
  const shownAfter = (answer: Answer) => ({
    headers: { "centurion-wait-for": answer.headers.get("centurion-wait-for")! }
  })

  it("moves a deal as its machine allows, and shows what it allows then", async () => {
    await open("acme", "d1")
    const before = await ana.ask("/api/v1/deals/d1")
    expect(before).toMatchObject({ status: 200, body: { id: "d1", machine: "deal", version: 3 } })
    expect(before.body.can[0]).toEqual({
      event: "DealMoveAsked",
      values: { to: ["discovery", "proposal", "negotiation"] }
    })
    const etag = before.headers.get("etag")!
    const moved = await send("d1", "DealMoveAsked", { to: "proposal", reason }, { "if-match": etag })
    expect(moved).toMatchObject({ status: 200, body: { id: "d1", version: 5, duplicate: false } })
    const seen = await ana.ask("/api/v1/deals", shownAfter(moved))
    expect(seen.body.items).toMatchObject([{ dealId: "d1", stage: "proposal", by: `person:${ana.id}` }])
    const read = await ana.ask("/api/v1/deals/d1")
    expect(read.body).toMatchObject({ version: 5, state: { open: "proposal" }, row: { stage: "proposal" } })
    const same = await ana.ask("/api/v1/deals/d1", {
      headers: { "if-none-match": read.headers.get("etag")! }
    })
    expect(same).toMatchObject({ status: 304, body: undefined })
  })

  it("shows what was just stored, whether the read models have it yet or not", async () => {
    await open("acme", "now")
    for (let n = 0; n < 12; n++) {
      const to = n % 2 === 0 ? "proposal" : "negotiation"
      const moved = await send("now", "DealMoveAsked", { to, reason })
      // Every other time the read models are given no time at all.
      const read = await ana.ask("/api/v1/deals/now", n % 4 < 2 ? {} : shownAfter(moved))
      expect(read.body).toMatchObject({ version: moved.body.version, state: { open: to }, status: "active" })
      expect(read.headers.get("etag")).toBe(moved.headers.get("etag"))
      expect(read.body.can.map(({ event }: { event: string }) => event)).toContain("DealWinAsked")
    }
  })

  it("tells the history of an actor by pages, with who did what", async () => {
    await open("acme", "h1")
    await send("h1", "DealMoveAsked", { to: "proposal", reason })
    const first = await ana.ask("/api/v1/deals/h1/history?limit=3")
    expect(first.body.items.map(({ type }: { type: string }) => type)).toEqual([
      "ActorStarted",
      "DealOpenAsked",
      "DealOpened"
    ])
    const rest = await ana.ask(`/api/v1/deals/h1/history?after=${first.body.next}`)
    expect(rest.body).toMatchObject({
      items: [
        { type: "DealMoveAsked", by: `person:${ana.id}`, withheld: false, data: { to: "proposal" } },
        { type: "DealMoved" }
      ],
      next: null
    })
    expect((await ana.ask("/api/v1/deals/h1/history?after=x")).status).toBe(400)
    expect((await ana.ask("/api/v1/deals/h1/history?limit=501")).status).toBe(400)
  })

  it("refuses with 409 what the machine does not take now, says what it does, and stores nothing", async () => {
    await open("acme", "r1")
    await send("r1", "DealWinAsked", { reason })
    const again = await send("r1", "DealWinAsked", { reason })
    expect(again).toMatchObject({
      status: 409,
      body: {
        title: "Conflict",
        detail: 'deal/r1 is in "won" and does not take this DealWinAsked there',
        state: "won",
        can: [{ event: "DealReopenAsked" }]
      }
    })
    expect(again.headers.get("content-type")).toBe("application/problem+json")
    expect((await ana.ask("/api/v1/deals/r1/history")).body.items).toHaveLength(5)
    await open("acme", "r2")
    const ten = await Promise.all(Array.from({ length: 10 }, () => send("r2", "DealLoseAsked", { reason })))
    expect(ten.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 409)])
  })

  it("refuses with 412 what was read at another version, and with 400 an ETag of nobody's", async () => {
    await open("acme", "v1")
    const stale = await send("v1", "DealMoveAsked", { to: "proposal", reason }, { "if-match": '"v1"' })
    expect(stale).toMatchObject({
      status: 412,
      body: { detail: "deal/v1 is at version 3, and 1 was expected" }
    })
    expect(stale.headers.get("etag")).toBe('"v3"')
    expect((await send("v1", "DealWinAsked", { reason }, { "if-match": "nonsense" })).status).toBe(400)
  })

  it("begins an actor with If-None-Match: *, once, and only with an event that a new one takes", async () => {
    const begins = { "if-none-match": "*" }
    await open("acme", "b0")
    expect(await send("b0", "DealWinAsked", { reason }, begins)).toMatchObject({
      status: 412,
      body: { detail: "deal/b0 is at version 3, and none was expected" }
    })
    expect(await send("b9", "DealWinAsked", { reason }, begins)).toMatchObject({ status: 409 })
    expect(await send("b9", "DealWinAsked", { reason })).toMatchObject({ status: 404 })
    expect((await ana.ask("/api/v1/deals/b9/history")).status).toBe(404)
  })

  it("refuses a body of another shape with 422 and the places, and never takes who and when from it", async () => {
    await open("acme", "s1")
    const wrong = await send("s1", "DealMoveAsked", { to: "nowhere", more: 1 })
    expect(wrong.status).toBe(422)
    expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      "/more",
      "/reason",
      "/to"
    ])
    const forged = await send("s1", "DealWinAsked", { reason, by: "person:boss", at: 1 })
    expect(forged.body.errors).toMatchObject([{ pointer: "/by" }, { pointer: "/at" }])
    expect(await ana.ask("/api/v1/deals/s1/events/DealWinAsked", { method: "POST" })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/reason" }] }
    })
  })

  it("takes money in whole cents and moments in whole ms, as large as the database keeps them exactly", async () => {
    await open("acme", "m1")
    for (const valueCents of [-1, -500, 0.5, 1000.5, 1e12 + 1, 2 ** 53, 1e300, "1000", null]) {
      const refused = await send("m1", "DealWinAsked", { reason, valueCents })
      expect(refused.status).toBe(422)
      expect(refused.body.errors[0]).toMatchObject({ pointer: "/valueCents" })
    }
    expect(await send("m1", "DealWinAsked", { reason, valueCents: 1e12 })).toMatchObject({ status: 200 })
    const { body } = await ana.ask("/api/v1/contacts", { body: { name: "Mo", email: "mo@example.com" } })
    const log = (times: object) =>
      ana.ask(`/api/v1/contacts/${body.id}/events/ActivityLogAsked`, {
        body: { kind: "task", title: "call", ...times }
      })
    for (const name of ["dueAt", "happenedAt"]) {
      for (const moment of [-1, 1.5, 253_402_300_800_000, 1e300, "soon"])
        expect((await log({ [name]: moment })).body.errors[0]).toMatchObject({ pointer: `/${name}` })
      expect(await log({ [name]: 253_402_300_799_999 })).toMatchObject({ status: 200 })
    }
  })

  it("reads a body only as JSON, of a bearable size and depth", async () => {
    await open("acme", "b1")
    const path = "/api/v1/deals/b1/events/DealWinAsked"
    const raw = (raw: string | Uint8Array, type = "application/json") =>
      ana.ask(path, { raw, headers: { "content-type": type } })
    expect(await raw("{")).toMatchObject({ status: 400, body: { detail: "the body is no valid JSON" } })
    expect(await raw(new Uint8Array([0x7b, 0xff, 0x7d]))).toMatchObject({
      status: 400,
      body: { detail: "the body is no valid UTF-8" }
    })
    expect(await raw("reason=x", "application/x-www-form-urlencoded")).toMatchObject({ status: 415 })
    const empty = await ana.ask("/api/v1/contacts", { raw: "", headers: { "content-type": "text/plain" } })
    expect(empty).toMatchObject({ status: 422, body: { title: "Unprocessable Entity" } })
    expect(await raw(`{"reason":${"[".repeat(40)}${"]".repeat(40)}}`)).toMatchObject({ status: 400 })
    expect(await raw(`{"reason":"${"x".repeat(1024 * 1024)}"}`)).toMatchObject({ status: 413 })
    expect(await raw(`{"reason":"${"[".repeat(100)}"}`)).toMatchObject({ status: 200 })
  })

  it("answers a retry by its Idempotency-Key as the first time, and refuses the key for anything else", async () => {
    await open("acme", "k1")
    const key = { "idempotency-key": "my key".replace(" ", "-") }
    const first = await send("k1", "DealMoveAsked", { to: "proposal", reason }, key)
    const again = await send("k1", "DealMoveAsked", { to: "proposal", reason }, key)
    expect(again).toMatchObject({ status: 200, body: first.body })
    expect(again.headers.get("idempotent-replayed")).toBe("true")
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"))
    expect(await send("k1", "DealMoveAsked", { to: "discovery", reason }, key)).toMatchObject({ status: 422 })
    expect((await ana.ask("/api/v1/deals/k1/history")).body.items).toHaveLength(5)
    // The same key is somebody else's business at another company.
    await open("globex", "k1")
    expect(await send("k1", "DealMoveAsked", { to: "proposal", reason }, key, gus)).toMatchObject({
      status: 200,
      body: { duplicate: false }
    })
    expect(
      (await send("k1", "DealWinAsked", { reason }, { "idempotency-key": "x".repeat(201) })).status
    ).toBe(400)
  })

  it("stores one event when the same key comes ten times at once", async () => {
    await open("acme", "k2")
    const key = { "idempotency-key": "ten-at-once" }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send("k2", "DealMoveAsked", { to: "proposal", reason }, key))
    )
    const statuses = new Set(answers.map(({ status }) => status))
    statuses.delete(409)
    expect([...statuses]).toEqual([200])
    expect((await ana.ask("/api/v1/deals/k2/history")).body.items).toHaveLength(5)
  })

  it("knows no thing, no event and no address that is not there", async () => {
    const none = { status: 404, body: { status: 404, title: "Not Found" } }
    expect(await ana.ask("/api/v1/deals/nobody")).toMatchObject(none)
    expect(await ana.ask("/api/v1/deals/nobody/history")).toMatchObject(none)
    expect(await send("nobody", "DealWinAsked", { reason })).toMatchObject(none)
    expect(await ana.ask("/api/v1/deals/d1/events/DealOpenAsked", { body: {} })).toMatchObject(none)
    expect(await ana.ask("/api/v1/nosuch")).toMatchObject(none)
    const wrongMethod = await ana.ask("/api/v1/deals", { method: "DELETE" })
    expect(wrongMethod).toMatchObject({ status: 405, body: { title: "Method Not Allowed" } })
    expect(wrongMethod.headers.get("allow")).toBe("GET")
  })

  it("wants credentials, and says nothing to those who have none", async () => {
    for (const headers of [{}, { authorization: "Bearer nonsense" }, { authorization: "Basic YTpi" }]) {
      const answer = await server.anonymous("/api/v1/deals", { headers })
      expect(answer).toMatchObject({ status: 401, body: { title: "Unauthorized" } })
      expect(answer.headers.get("www-authenticate")).toBe("Bearer")
    }
    const altered = `${ana.token.slice(0, -3)}abc`
    expect(
      (await server.anonymous("/api/v1/deals", { headers: { authorization: `Bearer ${altered}` } })).status
    ).toBe(401)
  })

  it("keeps companies apart, though their ids are the same", async () => {
    await open("acme", "same")
    await open("globex", "same")
    await open("globex", "theirs")
    const moved = await send("same", "DealMoveAsked", { to: "proposal", reason })
    expect((await gus.ask("/api/v1/deals/same")).body).toMatchObject({ version: 3, state: { open: "new" } })
    for (const path of ["theirs", "theirs/history"])
      expect((await ana.ask(`/api/v1/deals/${path}`)).status).toBe(404)
    expect((await send("theirs", "DealWinAsked", { reason })).status).toBe(404)
    expect((await ana.ask("/api/v1/deals?company=globex", shownAfter(moved))).status).toBe(400)
    const page = await ana.ask("/api/v1/deals?limit=200", shownAfter(moved))
    expect(JSON.stringify(page.body)).not.toContain("theirs")
    for (const id of ["..%2Fglobex%2Fdeal%2Ftheirs", "globex%2Fdeal%2Ftheirs", "%00", "a'--"])
      expect([400, 404]).toContain((await ana.ask(`/api/v1/deals/${id}`)).status)
  })

  it("gives who may only read no way to write, and writes that down", async () => {
    const kim = await server.as("acme", "kim", "Cliente")
    expect(await kim.ask("/api/v1/deals")).toMatchObject({ status: 403 })
    const reader = await server.as("acme", "lea", "Agente_IA")
    expect((await reader.ask("/api/v1/deals")).status).toBe(200)
    expect(await send("d1", "DealWinAsked", { reason }, {}, reader)).toMatchObject({ status: 403 })
    const audit = await ana.ask(`/api/v1/audit?principal=person:${reader.id}&outcome=refused`)
    expect(audit.body.items).toMatchObject([
      { action: "deal.DealWinAsked", target: "deal:d1", outcome: "refused" }
    ])
  })

  it("shows sellers the deals of their own contacts, and hides all others as if they were not there", async () => {
    const rui = await server.as("acme", "rui", "Comercial")
    const mine = await rui.ask("/api/v1/contacts", { body: { name: "Mia", email: "mia@example.com" } })
    expect(mine).toMatchObject({ status: 201 })
    const { id } = mine.body
    await open("acme", id)
    await open("acme", "notmine")
    const moved = await send(id, "DealMoveAsked", { to: "proposal", reason }, shownAfter(mine).headers, rui)
    // The deal itself must be in the list before the seller is found to own it.
    expect([200, 404]).toContain(moved.status)
    const last = await send(id, "DealMoveAsked", { to: "negotiation", reason })
    const list = await rui.ask("/api/v1/deals", shownAfter(last))
    expect(list.body.items).toMatchObject([{ dealId: id, stage: "negotiation" }])
    expect((await rui.ask(`/api/v1/deals/${id}`)).status).toBe(200)
    expect((await rui.ask("/api/v1/deals/notmine")).status).toBe(404)
    expect((await rui.ask("/api/v1/deals/notmine/history")).status).toBe(404)
    expect((await send("notmine", "DealWinAsked", { reason }, {}, rui)).status).toBe(404)
  })

  it("refuses to wait for a write that never was", async () => {
    for (const waitFor of ["1:99999999", "999:1", "x"])
      expect((await ana.ask(`/api/v1/deals?waitFor=${waitFor}`)).status, waitFor).toBe(400)
  })
})
