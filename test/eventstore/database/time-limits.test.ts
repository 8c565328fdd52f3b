import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Database, withAdminConnection } from "../../../eventstore/database/database.ts"
import { describePostgres, type TestDatabase } from "../../databases.ts"

describePostgres("the time that a connection allows", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await kind.make()
  })
  afterAll(() => database?.drop())

  const limits = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
  const shown = limits.map((name) => `current_setting('${name}')`).join(", ")

  it("is set on every connection, of the app and of its administration", async () => {
    const asked = Effect.gen(function* () {
      const { query, transaction, read } = yield* Database
      return [
        yield* query(`select ${shown}`),
        yield* transaction((ask) => ask(`select ${shown}`)),
        yield* read(["select 1"], `select ${shown}`),
        yield* withAdminConnection(database.connection, (ask) => ask(`select ${shown}`))
      ]
    })
    const [queries, transactions, reads, admin] = await Effect.runPromise(
      Effect.provide(asked, database.layer)
    )
    expect(queries).toEqual([["2s", "30s", "2min"]])
    expect(transactions).toEqual(queries)
    expect(reads).toEqual(queries)
    expect(admin).toEqual([["5s", "1h", "10min"]])
  })

  it("ends a wait for a lock, which is known for a while and over when the lock is gone", async () => {
    const asked = withAdminConnection(
      database.connection,
      Effect.fnUntraced(function* (other) {
        const { query, isLate } = yield* Database
        yield* other("begin")
        yield* other("lock table es.partition")
        const before = isLate()
        const refused = yield* Effect.flip(query("select es.partitions(null)"))
        const late = isLate()
        yield* other("rollback")
        yield* query("select es.partitions(null)")
        return { before, code: refused.code, outOfTime: refused.outOfTime, late }
      })
    )
    expect(await Effect.runPromise(Effect.provide(asked, database.layer))).toEqual({
      before: false,
      code: "55P03",
      outOfTime: true,
      late: true
    })
  })

  it("leaves each company its own connections, whatever another's transactions wait for", async () => {
    const asked = withAdminConnection(
      database.connection,
      Effect.fnUntraced(function* (other) {
        const { transaction, read } = yield* Database
        yield* other("begin")
        yield* other("lock table core.membership")
        const waiting = yield* Effect.forEach(
          Array.from({ length: 30 }),
          () =>
            Effect.forkChild(Effect.exit(transaction((ask) => ask("select from core.membership"), "acme"))),
          { concurrency: 1 }
        )
        yield* Effect.sleep(300)
        const began = Date.now()
        yield* transaction((ask) => ask("select 1"), "globex")
        yield* read(["select 1"], "select 1", [], "globex")
        const tookMs = Date.now() - began
        yield* other("rollback")
        return { tookMs, waiting: waiting.length }
      })
    )
    const { tookMs } = await Effect.runPromise(Effect.provide(asked, database.layer))
    // Theirs end after the two seconds of a lock.
    expect(tookMs).toBeLessThan(1_900)
  })
})
