import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { Database, DatabaseError, withAdminConnection } from "../../../eventstore/database/database.ts"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { describePostgres } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"

const storeAt = (url: string) =>
  EventStore.layer.pipe(
    Layer.provideMerge(
      Database.layer({ connection: { url: Redacted.make(url) }, connectionsMax: 2, embedded: false })
    )
  )

/** Asks a store for everything that it can be asked for; gives how each ended. */
const askEverything = (url: string) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const store = yield* EventStore
      const places = { companies: ["acme"], partitions: [1] }
      const asked = {
        append: store.append(new Batch()),
        claim: store.claim("a", 1000, 10),
        renew: store.renew("a", 1000),
        release: store.release("a"),
        now: store.now,
        partitions: store.partitions(),
        readStream: store.readStream("acme", "lead/1", 0, 10),
        readPartition: store.readPartition("acme", 1, 0, 10),
        loadActors: store.loadActors(["acme"], ["lead/1"]),
        dueJobs: store.dueJobs(places, 0, 10),
        dueTimers: store.dueTimers(places, 0, 10),
        messages: store.messages(places, 10),
        createCompany: store.createCompany("acme", 1),
        retryJob: store.retryJob("acme", "lead/1", "1.0")
      }
      return yield* Effect.all(
        Object.fromEntries(
          Object.entries(asked).map(([name, each]) => [
            name,
            Effect.map(
              Effect.flip(each as Effect.Effect<unknown, { readonly _tag: string }>),
              (error) => error._tag
            )
          ])
        )
      )
    }).pipe(Effect.provide(storeAt(url)), Effect.timeout(20_000))
  )

describe("a database that can't be reached", () => {
  const servers: Array<Server> = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })
  /** A server that speaks no Postgres; gives its port. */
  const listen = (answer: (socket: Socket) => void) =>
    new Promise<number>((resolve) => {
      const server = createServer((socket) => {
        socket.on("error", () => {})
        answer(socket)
      })
      servers.push(server)
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
    })
  const unavailable = (answers: Record<string, unknown>) =>
    Object.fromEntries(Object.keys(answers).map((name) => [name, "StoreUnavailable"]))

  it("is unavailable in every question when nobody listens there", async () => {
    const port = await listen(() => {})
    await new Promise((resolve) => servers.pop()!.close(resolve))
    const answers = await askEverything(`postgres://postgres@127.0.0.1:${port}/postgres`)
    expect(answers).toEqual(unavailable(answers))
  })

  it("is unavailable in every question when connections are cut", async () => {
    const port = await listen((socket) => socket.destroy())
    const answers = await askEverything(`postgres://postgres@127.0.0.1:${port}/postgres`)
    expect(answers).toEqual(unavailable(answers))
  })
})

describePostgres("a database that goes away", (kind) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await openStore(kind)
  })
  afterAll(() => store?.close())

  const terminate = () =>
    store.database.admin(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )

  it("is unavailable while it refuses logins, and answers again by itself", async () => {
    const name = (await store.database.admin("select current_database()::text"))[0]![0]
    const now = Effect.flatMap(EventStore, (events) => Effect.result(events.now))
    expect((await store.run(now))._tag).toBe("Success")
    const server = Redacted.value(store.database.connection.url!).replace(/\/[^/]*$/, "/postgres")
    const asServer = (sql: string) =>
      Effect.runPromise(withAdminConnection({ url: Redacted.make(server) }, (query) => query(sql)))
    await asServer(`alter database ${name} allow_connections false`)
    await asServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
    const down = await store.run(Effect.andThen(Effect.ignore(now), now))
    expect(down).toMatchObject({ _tag: "Failure", failure: { _tag: "StoreUnavailable" } })
    await asServer(`alter database ${name} allow_connections true`)
    const again = await store.run(Effect.repeat(now, { until: (each) => each._tag === "Success", times: 50 }))
    expect(again).toBeDefined()
    expect((await store.run(now))._tag).toBe("Success")
  })

  it("says that an append whose connection broke may have happened", async () => {
    const [owner] = await store.own("acme", 1)
    const batch = new Batch()
    owner!.write(batch, ["lead/1", {}])
    // The append waits for the partition's row, which another session holds, until its connection is cut.
    const outcome = await Effect.runPromise(
      withAdminConnection(store.database.connection, (query) =>
        Effect.gen(function* () {
          yield* query("begin")
          yield* query("select * from es.partition for update")
          const append = store.run(
            Effect.flatMap(EventStore, (events) => Effect.result(events.append(batch)))
          )
          const waiting =
            "select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
          while ((yield* query(waiting))[0]![0] !== 1) yield* Effect.yieldNow
          yield* query(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
          )
          const result = yield* Effect.promise(() => append)
          yield* query("rollback")
          return result
        })
      )
    )
    expect(outcome).toMatchObject({ failure: { _tag: "StoreUnavailable", mayHaveHappened: true } })
    const left = await store.run(
      Effect.flatMap(EventStore, (events) => events.readPartition("acme", 1, 0, 10))
    )
    expect(left).toEqual([])
  })

  it("takes a deadlock, a full disk and a server that goes down for something that may pass", () => {
    const unreachable = (code: string) =>
      new DatabaseError({ code, message: "", detail: "", cause: undefined }).unreachable
    expect(
      ["", "08006", "25006", "40P01", "53100", "53300", "55P03", "57P01", "57P03", "58030"].map(unreachable)
    ).toEqual(Array.from({ length: 10 }, () => true))
    expect(["22P02", "23505", "42501", "CE001", "XX000", "54001"].map(unreachable)).toEqual(
      Array.from({ length: 6 }, () => false)
    )
  })

  it("is not taken for a defect when its connections are cut between two questions", async () => {
    const ask = Effect.flatMap(EventStore, (events) => Effect.result(events.partitions()))
    await store.run(ask)
    await terminate()
    const outcomes = [await store.run(ask), await store.run(ask), await store.run(ask)]
    const told = outcomes.map((each) => (each._tag === "Failure" ? each.failure._tag : "answered"))
    expect(told.filter((each) => each !== "answered" && each !== "StoreUnavailable")).toEqual([])
    expect(told.at(-1)).toBe("answered")
  })
})
