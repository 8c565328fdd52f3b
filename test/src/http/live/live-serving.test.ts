import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { WebSocket } from "ws"
import { Database } from "../../../../eventstore/database/database.ts"
import { inCompany } from "../../../../projections/engine/in-company.ts"
import { liveCloses } from "../../../../src/http/live/live-closes.ts"
import { databases } from "../../../databases.ts"
import { type OpenApiServer, openApiServer } from "../../api/open-api.ts"
import { openSocket, type Socket } from "./live-server.ts"

const livePath = "/api/v1/live"

/** A visitor of a company's page says something. */
const chat = async (url: string, company: string, text: string) => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/chat/${company}`)
  await new Promise((resolve) => socket.once("open", resolve))
  socket.send(JSON.stringify({ type: "hello", visitor: `visitor-of-${company}-0123456789` }))
  socket.send(JSON.stringify({ type: "message", messageId: "m1", text }))
  return socket
}

describe.each(databases)("live updates of a whole server on $name", (kind) => {
  let server: OpenApiServer
  beforeAll(async () => {
    server = await openApiServer(kind)
  })
  let isClosed = false
  const close = async () => {
    if (!isClosed) await server.close()
    isClosed = true
  }
  afterAll(close)

  const follow = async (company: string, name: string, role: string) => {
    const { token } = await server.as(company, name, role)
    const socket = openSocket(`${server.url.replace("http", "ws")}${livePath}`)
    await socket.ask({ type: "hello", token }, "welcome")
    return socket
  }

  /** A company that is new may have no read models yet: then one asks again. */
  const subscribe = async (socket: Socket, topic: string) => {
    const answers = () => socket.frames.filter((frame) => frame.topic === topic && frame.type !== "event")
    do {
      const before = answers().length
      await socket.send({ type: "subscribe", topic })
      await socket.until(() => answers().length > before)
      await new Promise((resolve) => setTimeout(resolve, 100))
    } while (answers().at(-1).code === "notReady")
    expect(answers().at(-1).code).toBeUndefined()
  }

  test("a conversation on the page is followed as it goes, by its own company and nobody else, until the server stops", async () => {
    const ours = await follow("acme", "root", "Admin")
    const theirs = await follow("globex", "root", "Admin")
    for (const socket of [ours, theirs])
      for (const topic of ["board:conversations", "counters"]) await subscribe(socket, topic)
    const visitor = await chat(server.url, "acme", "Olá, quanto custa?")
    await ours.until(() => ours.events("board:conversations").some(({ event }) => event.type === "ReplySent"))
    const [{ event, row }] = ours.events("board:conversations") as [
      { event: { id: string }; row: { state: string; leadId: string } }
    ]
    expect(row.state).toBe("open")
    const topic = `conversation:${event.id}`
    await ours.ask({ type: "subscribe", topic, after: "start" }, "subscribed")
    await ours.until(() => ours.events(topic).some(({ event }) => event.type === "ReplySent"))
    const said = ours.events(topic).find(({ event }) => event.type === "MessageReceived")
    expect(said.event.data.text).toBe("Olá, quanto custa?")
    const counted = () => ours.frames.findLast(({ type, topic }) => type === "value" && topic === "counters")
    await ours.until(() => counted().value.conversations.open === 1 && counted().value.today.messagesOut > 0)
    expect(await theirs.ask({ type: "subscribe", topic, after: "start" }, "error")).toMatchObject({
      code: "notFound"
    })
    expect(theirs.events("board:conversations")).toEqual([])

    const refused = await server.as("acme", "max", "Cliente")
    const stranger = await follow("acme", "max", "Cliente")
    expect(await stranger.ask({ type: "subscribe", topic: "engine" }, "error")).toMatchObject({
      code: "forbidden"
    })
    expect(refused.id).toBeDefined()
    const database = await server.service(Database)
    const audit = await server.run(
      inCompany(database, "acme", (query) =>
        query("select principal, target, outcome from core.audit where action = 'live.follow'")
      )
    )
    expect(audit).toEqual([[`person:${refused.id}`, "topic:engine", "refused"]])

    // A person who was erased is not in what is told any more, wherever one goes on from.
    visitor.close()
    const root = await server.as("acme", "root", "Admin")
    const asked = await root.ask("/api/v1/erasures", { body: { leadId: row.leadId, reason: "asked for it" } })
    expect(asked.status).toBe(202)
    await ours.until(() => ours.events(topic).some(({ event }) => event.type === "SubjectErased"))
    while ((await root.ask(`/api/v1/erasures/${asked.body.id}`)).body.doneAt === null);
    const later = await follow("acme", "root", "Admin")
    await later.ask({ type: "subscribe", topic, after: "start" }, "subscribed")
    await later.until(() => later.events(topic).some(({ event }) => event.type === "SubjectErased"))
    const erased = later.events(topic).find(({ event }) => event.type === "MessageReceived")
    expect(erased.event).toMatchObject({ withheld: true, data: { text: "" } })
    expect(JSON.stringify(later.frames)).not.toContain("quanto custa")

    expect((await server.anonymous(livePath)).status).toBe(426)
    expect((await server.anonymous(`${livePath}/sse?topics=engine`)).status).toBe(401)
    expect((await server.anonymous(`${livePath}/tickets`)).status).toBe(405)
    await close()
    expect(await ours.closed()).toEqual({ code: liveCloses.restart[0], reason: liveCloses.restart[1] })
  })
})
