import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { databases, type TestDatabase } from "../../../databases.ts"
import { type Caller, type OpenApiServer, openApiServer } from "../../api/open-api.ts"
import type { AnyFrame } from "../../live/live-world.ts"
import { hasRedis, startWiredRedis, type WiredRedis } from "../../redis/with-redis.ts"
import { eventually, type OpenServer, openServer } from "../open-server.ts"
import { openSocket, type Socket } from "./live-server.ts"

const postgres = databases.find(({ name }) => name === "Postgres")

describe.skipIf(postgres === undefined || !hasRedis)("two processes on one Postgres, with a Redis", () => {
  let database: TestDatabase
  let redis: WiredRedis
  let first: OpenApiServer
  let second: OpenServer
  let ana: Caller

  beforeAll(async () => {
    database = await postgres!.make({ migrated: false })
    redis = await startWiredRedis()
    const shared = {
      databaseUrl: Redacted.make(database.env.DATABASE_URL!),
      databaseAdminUrl: Redacted.make(database.env.DATABASE_ADMIN_URL!),
      redisUrl: redis.url
    }
    first = await openApiServer(postgres!, shared)
    ana = await first.as("acme", "ana", "Admin")
    second = await openServer({ ...shared, dir: first.dir }, { booted: false })
    // The first owns all partitions; the other one stands by, and shows what there is.
    const headers = { authorization: `Bearer ${ana.token}` }
    await eventually(async () => (await fetch(`${second.url}/api/v1/leads`, { headers })).ok)
  })
  afterAll(async () => {
    await second?.close()
    await first?.close()
    await redis?.stop()
    await database?.drop()
  })

  const open = async (server: { readonly url: string }, after?: string) => {
    const socket = openSocket(`${server.url.replace("http", "ws")}/api/v1/live`, {
      authorization: `Bearer ${ana.token}`
    })
    const asked = { type: "subscribe", topic: "board:leads", ...(after === undefined ? {} : { after }) }
    await socket.ask(asked, "subscribed")
    return socket
  }
  const submit = async (names: ReadonlyArray<string>) => {
    for (const name of names) {
      const body = { name, email: `${name}@example.com`, campaign: name }
      expect((await ana.ask("/api/v1/leads", { body })).status).toBe(201)
    }
  }
  const isCampaign = ({ event }: AnyFrame) => event.type === "LeadCaptured"
  const campaigns = (socket: Socket): ReadonlyArray<string> =>
    socket
      .events("board:leads")
      .filter(isCampaign)
      .map(({ event }) => event.data.campaign)
  const heard = async (socket: Socket, names: ReadonlyArray<string>) => {
    await socket.until(() => campaigns(socket).length >= names.length)
    expect([...campaigns(socket)].sort()).toEqual([...names].sort())
    const places = socket
      .events("board:leads")
      .map(({ event }) => `${event.machine}/${event.id} ${event.version}`)
    expect(new Set(places).size).toBe(places.length)
  }

  test("who follows one hears of what the other does, each event once, with a Redis and without", async () => {
    const there = await open(second)
    const hinted = ["a1", "a2", "a3"]
    await submit(hinted)
    await heard(there, hinted)
    await redis.kill()
    const unhinted = ["b1", "b2"]
    await submit(unhinted)
    await heard(there, [...hinted, ...unhinted])
    await redis.start()
  })

  test("who comes back to the other process goes on where it was", async () => {
    const there = await open(second)
    await submit(["c1"])
    await heard(there, ["c1"])
    const { cursor } = there.events("board:leads").at(-1)!
    there.socket.terminate()
    await submit(["c2", "c3"])
    const here = await open(first, cursor)
    await submit(["c4"])
    await heard(here, ["c2", "c3", "c4"])
  })

  test("the one that owns nothing tells what may be sent now, as the other does", async () => {
    const body = { name: "d1", email: "d1@example.com", campaign: "d1" }
    const captured = await ana.ask("/api/v1/leads", { body })
    const path = `/api/v1/leads/${captured.body.id}`
    const headers = {
      authorization: `Bearer ${ana.token}`,
      "centurion-wait-for": captured.headers.get("centurion-wait-for")!
    }
    const here = await ana.ask(path, { headers })
    expect(here.body).toMatchObject({ version: captured.body.version, state: "new", status: "active" })
    expect(here.body.can.length).toBeGreaterThan(0)
    await eventually(
      async () => (await (await fetch(`${second.url}${path}`, { headers })).json()).state === "new"
    )
    const there = await fetch(`${second.url}${path}`, { headers })
    expect(await there.json()).toEqual(here.body)
  })
})
