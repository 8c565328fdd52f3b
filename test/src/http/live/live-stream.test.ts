import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { liveCloses } from "../../../../src/http/live/live-closes.ts"
import { readTopicsCursor } from "../../../../src/live/cursor.ts"
import type { LiveHub } from "../../../../src/live/live-hub.ts"
import { databases } from "../../../databases.ts"
import type { PartitionOwner } from "../../../eventstore/owner.ts"
import {
  type AnyFrame,
  begun,
  type LiveWorld,
  moved,
  opened,
  openLiveWorld,
  said
} from "../../live/live-world.ts"
import { type LiveServer, startLiveServer, user } from "./live-server.ts"

/** One event of a stream. */
interface Told {
  readonly id: string | undefined
  readonly event: string
  readonly data: AnyFrame
}

const toldOf = (block: string): Told | undefined => {
  const fields = new Map(
    block
      .split("\n")
      .filter((line) => !line.startsWith(":"))
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)])
  )
  const [event, data] = [fields.get("event"), fields.get("data")]
  return event === undefined || data === undefined
    ? undefined
    : { id: fields.get("id"), event, data: JSON.parse(data) }
}

/** Reads a stream as a browser's EventSource does, until `stop` is so or it ends. */
const listen = async (
  url: string,
  headers: Record<string, string>,
  stop: (told: ReadonlyArray<Told>) => boolean
) => {
  const aborting = new AbortController()
  const response = await fetch(url, { headers, signal: aborting.signal })
  const told: Array<Told> = []
  let text = ""
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString("utf8")
      const blocks = text.split("\n\n")
      text = blocks.pop()!
      told.push(...blocks.map(toldOf).filter((each) => each !== undefined))
      if (stop(told)) break
    }
  } catch {
    // The server went.
  }
  aborting.abort()
  return { status: response.status, headers: response.headers, told }
}

const events = (told: ReadonlyArray<Told>) => told.filter(({ event }) => event === "event")

describe("live streams", () => {
  let world: LiveWorld
  let hub: LiveHub["Service"]
  let acme: PartitionOwner
  let server: LiveServer
  let bearer: Record<string, string>
  beforeAll(async () => {
    world = await openLiveWorld(databases[0]!)
    acme = (await world.own("acme", 1))[0]!
    await world.tell(acme, ...opened("d1"), begun("c1", "l1"))
    hub = await world.openHub()
  })
  beforeEach(async () => {
    server = await startLiveServer(hub, { liveRecheckMs: 50, liveTopicsMax: 3 })
    bearer = { authorization: `Bearer ${server.admit(user("acme", "root", "Admin"))}` }
  })
  afterEach(() => server.stop())
  afterAll(() => world.close())

  const sse = (query: string) => `${server.url}/sse?${query}`
  const topics = "topics=board:deals,conversation:c1"
  /** Waits for this server's clients, so that what happens then is told. */
  const subscribed = (told: ReadonlyArray<Told>, count: number) =>
    told.filter(({ event }) => event === "subscribed").length >= count

  test("tells the events of several topics, each with an id that goes on behind it", async () => {
    let wrote = false
    const write = async () => {
      wrote = true
      await world.tell(acme, moved("d1", 0), said("c1", "hello"), moved("d1", 1))
    }
    const first = await listen(sse(topics), bearer, (told) => {
      if (!wrote && subscribed(told, 2)) void write()
      return events(told).length === 3
    })
    expect(first.status).toBe(200)
    expect(first.headers.get("content-type")).toContain("text/event-stream")
    expect(first.headers.get("cache-control")).toBe("no-store")
    const whole = events(first.told)
    expect(whole.map(({ data }) => data.event.type)).toEqual(["DealMoved", "MessageReceived", "DealMoved"])
    const begin = first.told.findLast(({ event }) => event === "subscribed")!.id!
    expect([...readTopicsCursor(begin)!.keys()].sort()).toEqual(["board:deals", "conversation:c1"])
    for (const [index, id] of [begin, ...whole.map((each) => each.id!)].entries()) {
      const rest = whole.slice(index).map(({ data }) => data.event)
      if (rest.length === 0) continue
      const byQuery = await listen(
        sse(`${topics}&after=${id}`),
        bearer,
        (told) => events(told).length === rest.length
      )
      const byHeader = await listen(
        sse(topics),
        { ...bearer, "last-event-id": id },
        (told) => events(told).length === rest.length
      )
      for (const { told } of [byQuery, byHeader]) {
        const got = events(told).map(({ data }) => data.event)
        expect(got).toHaveLength(rest.length)
        expect(got).toEqual(expect.arrayContaining(rest))
      }
    }
  })

  test("a ticket lets one stream in, once", async () => {
    const asked = await fetch(`${server.url}/tickets`, { method: "POST", headers: bearer })
    expect(asked.status).toBe(201)
    const { ticket, lifeMs } = (await asked.json()) as { ticket: string; lifeMs: number }
    expect(lifeMs).toBeGreaterThan(0)
    const url = sse(`topics=engine&ticket=${ticket}`)
    const isValue = (told: ReadonlyArray<Told>) => told.some(({ event }) => event === "value")
    expect((await listen(url, {}, isValue)).told.at(-1)).toMatchObject({ data: { topic: "engine" } })
    expect((await listen(url, {}, isValue)).status).toBe(401)
    expect((await listen(sse("topics=engine&ticket=x"), bearer, isValue)).status).toBe(401)
    expect((await fetch(`${server.url}/tickets`, { method: "POST" })).status).toBe(401)
  })

  test("what can't be asked is refused before anything is sent", async () => {
    const wrong = [
      ["", 400],
      ["topics=", 400],
      ["topics=nothing", 400],
      ["topics=board:deals,board:nothing", 400],
      ["topics=engine,counters,board:deals,board:leads", 400],
      ["topics=engine&after=x", 400],
      [`topics=engine&after=${"x".repeat(14_000)}`, 400]
    ] as const
    for (const [query, status] of wrong) {
      const response = await fetch(sse(query), { headers: bearer })
      expect([query.slice(0, 40), response.status]).toEqual([query.slice(0, 40), status])
      expect(response.headers.get("content-type")).toBe("application/problem+json")
    }
    expect((await fetch(sse("topics=engine"))).status).toBe(401)
    expect((await fetch(sse("topics=engine"), { headers: { authorization: "Bearer x" } })).status).toBe(401)
  })

  test("a topic that one may not follow is an error among the others", async () => {
    const seller = { authorization: `Bearer ${server.admit(user("acme", "ana", "Comercial"))}` }
    const { told } = await listen(
      sse("topics=engine,board:deals,conversation:c1"),
      seller,
      (each) => each.length === 3
    )
    expect(told.map(({ event, data }) => [event, data.topic, data.code])).toEqual([
      ["error", "engine", "forbidden"],
      ["subscribed", "board:deals", undefined],
      ["error", "conversation:c1", "notFound"]
    ])
    expect(server.refusals).toEqual([
      "acme person:ana topic:engine needs engine:read",
      "acme person:ana topic:conversation:c1 needs conversations:read"
    ])
  })

  test("a stream ends when its token does, and when the server stops", async () => {
    const expired = await listen(sse("topics=board:deals"), bearer, (told) => {
      if (subscribed(told, 1)) server.tokens.clear()
      return false
    })
    expect(expired.told.at(-1)).toMatchObject({
      event: "closing",
      data: { type: "closing", reason: liveCloses.notAuthenticated[1] }
    })
    const token = { authorization: `Bearer ${server.admit(user("acme", "root", "Admin"))}` }
    const stopped = await listen(sse("topics=board:deals"), token, (told) => {
      if (subscribed(told, 1)) void server.stop()
      return false
    })
    expect(stopped.told.at(-1)).toMatchObject({ event: "closing", data: { reason: liveCloses.restart[1] } })
    expect(server.clients()).toBe(0)
  })

  test("a listener that goes away is gone here too", async () => {
    await listen(sse("topics=board:deals"), bearer, (told) => subscribed(told, 1))
    while (server.clients() > 0) await new Promise((resolve) => setImmediate(resolve))
  })
})
