import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type Query, withAdminConnection } from "../../../eventstore/database/database.ts"
import { describePostgres, type TestDatabase } from "../../databases.ts"
import { counter } from "./world/machines.ts"
import { startEngine, type TestEngine, until } from "./world/run-engine.ts"

const add = { type: "Add" }
const tables = ["es.partition", "es.event"]

describePostgres("a table that somebody locks", (kind) => {
  let database: TestDatabase
  let engine: TestEngine
  beforeAll(async () => {
    database = await kind.make()
    engine = await startEngine(database, { machines: [{ machine: counter }] })
    await engine.deliver("counter/before", add)
  })
  afterAll(async () => {
    await engine?.stop()
    await database?.drop()
  })

  const status = () => engine.run(engine.engine.status)
  const whileLocked = (table: string, use: () => Promise<void>) =>
    Effect.runPromise(
      withAdminConnection(
        database.connection,
        Effect.fnUntraced(function* (query: Query) {
          yield* query("begin")
          yield* query(`lock table ${table}`)
          yield* Effect.promise(use)
          yield* query("rollback")
        })
      )
    )

  it.each(tables)(
    "%s: what comes is put off in time, and taken when the lock is gone",
    async (table) => {
      const streams = Array.from({ length: 8 }, (_, n) => `counter/${table}-${n}`)
      await whileLocked(table, async () => {
        const began = Date.now()
        const refusals = await Promise.all(streams.map((of) => engine.refuse(of, add, { key: of })))
        expect(Date.now() - began).toBeLessThan(15_000)
        expect(new Set(refusals.map(({ _tag }) => _tag))).toEqual(new Set(["TryAgain"]))
        // Loading fails before anything is committed; then it is the connection that tells, as `Database.isLate`.
        if (table === "es.partition")
          expect(await status()).toMatchObject({ ready: false, lacks: "storeUnavailable" })
      })
      await until("it is ready again", async () => (await status()).ready)
      for (const of of streams) await engine.deliver(of, add, { key: of })
      for (const of of streams) expect(await engine.types(of)).toEqual(["ActorStarted", "Add", "Counted"])
    },
    60_000
  )
})
