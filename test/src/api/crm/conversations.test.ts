import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Engine } from "../../../../actors/engine/engine.ts"
import { databases } from "../../../databases.ts"
import { eventually } from "../../http/open-server.ts"
import { openPage, type PageSocket } from "../../http/page-socket.ts"
import { type Caller, type OpenApiServer, openApiServer } from "../open-api.ts"

const reason = "they asked for it"

describe.each(databases)("conversations by HTTP, on $name", (kind) => {
  let server: OpenApiServer
  let ana: Caller
  let gus: Caller
  let pages = 0
  beforeAll(async () => {
    server = await openApiServer(kind)
    ana = await server.as("acme", "ana", "Admin")
    gus = await server.as("globex", "gus", "Admin")
  })
  afterAll(() => server.close())

  /** A visitor who has said something, and the conversation that this began. */
  const visitor = async (text: string): Promise<{ page: PageSocket; id: string }> => {
    const before = new Set(await ids())
    const page = await openPage(server.url, String(++pages).padStart(32, "0"), {
      company: "acme"
    })
    await page.until(({ type }) => type === "history")
    page.send({ type: "message", messageId: `m${pages}`, text })
    const id = await eventually(async () => (await ids()).find((each) => !before.has(each)))
    return { page, id }
  }
  const ids = async (): Promise<ReadonlyArray<string>> =>
    ((await ana.ask("/api/v1/conversations?limit=200")).body.items ?? []).map(
      ({ conversationId }: { conversationId: string }) => conversationId
    )
  const say = (id: string, text: string, headers = {}, who = ana) =>
    who.ask(`/api/v1/conversations/${id}/messages`, { body: { text }, headers })
  const tell = (id: string, type: string, body: object = { reason }) =>
    ana.ask(`/api/v1/conversations/${id}/events/${type}`, { body })

  it("refuses a text that nobody could see", async () => {
    const { id } = await visitor("Olá")
    for (const text of ["", "  ", "\u200b", "\u3164\u2060\n", "\ufeff\u00ad"])
      expect((await say(id, text)).status).toBe(422)
  })

  it("sends what a person writes, once, and the AI falls silent", async () => {
    const { page, id } = await visitor("Olá")
    const saidByAi = async () =>
      (await ana.ask(`/api/v1/conversations/${id}/messages?author=agent`)).body.items.filter(
        ({ status }: { status: string }) => status !== "written" && status !== "notSent"
      )
    await eventually(async () => (await saidByAi()).length > 0)
    const key = { "idempotency-key": "say-hello" }
    const said = await say(id, "Oi, aqui é a Ana.", key)
    expect(said.status).toBe(202)
    expect((await say(id, "Oi, aqui é a Ana.", key)).body).toEqual(said.body)
    await page.until((frame) => JSON.stringify(frame).includes("aqui é a Ana"))
    const reply = await eventually(async () => {
      const found = await ana.ask(`/api/v1/replies/${said.body.id}`)
      return found.body.state === "sent" && found
    })
    expect(reply.body).toMatchObject({ machine: "reply", can: [] })
    const read = await eventually(async () => {
      const found = await ana.ask(`/api/v1/conversations/${id}/messages?author=person`)
      return found.body.items.length > 0 && found
    })
    expect(read.body.items).toMatchObject([{ text: "Oi, aqui é a Ana.", by: `person:${ana.id}` }])
    const { items } = (await ana.ask(`/api/v1/conversations/${id}/messages`)).body
    const times = items.map(({ at }: { at: string }) => at)
    expect(times).toEqual([...times].sort().reverse())
    // What the page was shown of the agent, once each, with how far it got.
    const ofAgent = items.filter(({ author }: { author: string }) => author === "agent")
    expect(new Set(ofAgent.map(({ message }: { message: string }) => message)).size).toBe(ofAgent.length)
    expect(ofAgent.length).toBeGreaterThan(0)
    // What it had not said yet stays unsaid.
    for (const each of ofAgent) expect(["sent", "delivered", "read", "notSent"]).toContain(each.status)
    expect(await saidByAi()).not.toEqual([])
    const one = await ana.ask(`/api/v1/conversations/${id}/messages?limit=1`)
    const rest = await ana.ask(`/api/v1/conversations/${id}/messages?cursor=${one.body.next}`)
    expect([...one.body.items, ...rest.body.items]).toEqual(items)
    const conversation = await ana.ask(`/api/v1/conversations/${id}`)
    expect(conversation.body.row).toMatchObject({ owner: `person:${ana.id}`, state: "personOwned" })
    expect(page.frames.filter((frame) => JSON.stringify(frame).includes("aqui é a Ana"))).toHaveLength(1)
    await page.close()
  })

  it("takes over, gives back, closes and reopens as the machine allows", async () => {
    const { page, id } = await visitor("Bom dia")
    expect((await tell(id, "PersonTookOver")).status).toBe(200)
    expect((await tell(id, "ReturnedToAi")).status).toBe(200)
    expect((await tell(id, "FirstContactApproved")).status).toBe(409)
    expect((await tell(id, "ConversationCloseAsked")).status).toBe(200)
    expect((await tell(id, "ConversationReopenAsked")).status).toBe(200)
    expect((await tell(id, "PersonReplied", { text: "x" })).status).toBe(404)
    await page.close()
  })

  it("writes to nobody who wants no more messages, nor to anybody of another company", async () => {
    const { page, id } = await visitor("Oi")
    expect((await say(id, "x", {}, gus)).status).toBe(404)
    expect((await gus.ask(`/api/v1/conversations/${id}/messages`)).body.items ?? []).toEqual([])
    expect((await say("nobody", "x")).status).toBe(404)
    expect((await say(id, "")).status).toBe(422)
    expect((await say(id, "x".repeat(4001))).status).toBe(422)
    page.send({ type: "message", messageId: "stop", text: "PARE" })
    await eventually(async () => {
      const { body } = await ana.ask(`/api/v1/conversations/${id}`)
      return JSON.stringify(body.state).toLowerCase().includes("optedout")
    })
    expect(await say(id, "one more thing")).toMatchObject({ status: 409, body: { can: expect.any(Array) } })
    await page.close()
  })

  it("lets sellers read and write in the conversations of their own contacts only", async () => {
    const { page, id } = await visitor("Boa tarde")
    const rui = await server.as("acme", "rui", "Comercial")
    expect((await say(id, "x", {}, rui)).status).toBe(404)
    expect((await rui.ask(`/api/v1/conversations/${id}/messages`)).status).toBe(404)
    const { leadId } = (await ana.ask(`/api/v1/conversations/${id}`)).body.row
    const engine = await server.service(Engine)
    const address = { company: "acme", machine: "contact", id: leadId }
    const assign = { type: "OwnerAssignAsked", owner: rui.id, by: `person:${ana.id}`, at: 1 }
    await server.run(engine.deliver(address, assign, { principal: `person:${ana.id}` }))
    await eventually(async () => (await rui.ask(`/api/v1/conversations/${id}`)).status === 200)
    expect((await rui.ask(`/api/v1/conversations/${id}/messages?author=lead`)).body.items).toMatchObject([
      { text: "Boa tarde" }
    ])
    expect((await say(id, "Sou o Rui", {}, rui)).status).toBe(202)
    await page.until((frame) => JSON.stringify(frame).includes("Sou o Rui"))
    await page.close()
  })
})
