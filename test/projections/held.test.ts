import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Database, type Query, withAdminConnection } from "../../eventstore/database/database.ts"
import { describePostgres, type TestDatabase } from "../databases.ts"
import { openCompanies } from "./open-companies.ts"

describePostgres("what is done by one at a time", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await kind.make()
    await openCompanies(database, ["acme", "globex"])
  })
  afterAll(() => database?.drop())

  /** Each in a transaction of its own, while `hold` has what it takes; gives the SQLSTATE that each failed with. */
  const whileHeld = (hold: string, asked: ReadonlyArray<string>) =>
    Effect.runPromise(
      Effect.provide(
        withAdminConnection(
          database.connection,
          Effect.fnUntraced(function* (other: Query) {
            const { transaction } = yield* Database
            yield* other("begin")
            yield* other(hold)
            const codes: Array<string> = []
            for (const sql of asked) {
              const done = yield* Effect.result(transaction((query) => query(sql), "acme"))
              codes.push(done._tag === "Failure" ? done.failure.code : "")
            }
            yield* other("rollback")
            return codes
          })
        ),
        database.layer
      )
    )

  it("is held up by no lock that any login may take", async () => {
    const names = ["users acme", "users globex", "builds acme", "c_acme"]
    const taken = names.map((name) => `pg_advisory_lock(hashtext('centurion ${name}'))`)
    const asked = [
      "select core.lock_users('acme')",
      "select core.hold('acme', 'builds')",
      "select core.ensure_company('acme')"
    ]
    expect(await whileHeld(`select ${taken.join(", ")}`, asked)).toEqual(["", "", ""])
  })

  it("waits for whoever holds the same of the same company, and for nobody else", async () => {
    const asked = [
      "select core.lock_users('acme')",
      "select core.lock_users('globex')",
      "select core.hold('acme', 'builds')"
    ]
    expect(await whileHeld("select core.lock_users('acme')", asked)).toEqual(["55P03", "", ""])
  })

  it("leaves the transaction in the company that it entered", async () => {
    const asked = Effect.flatMap(Database, ({ transaction }) =>
      transaction((query) =>
        query("select core.enter('acme')").pipe(
          Effect.andThen(query("select core.lock_users('globex')")),
          Effect.andThen(query("select core.company()"))
        )
      )
    )
    expect(await Effect.runPromise(Effect.provide(asked, database.layer))).toEqual([["acme"]])
  })

  it("no function of ours takes an advisory lock", async () => {
    const rows = await database.admin(
      "select oid::regprocedure::text from pg_proc where pronamespace in ('es'::regnamespace, 'core'::regnamespace) and prosrc like '%advisory%'"
    )
    expect(rows).toEqual([])
  })

  it("gives a table up soon that an analyst reads, so that lists go on", async () => {
    await database.admin("select core.begin_build('acme', 'leads')")
    const began = Date.now()
    const asked = ["select core.swap('acme', 'leads')", "select from c_acme.leads"]
    expect(await whileHeld("select from c_acme.leads", asked)).toEqual(["55P03", ""])
    expect(Date.now() - began).toBeLessThan(1500)
    expect(await whileHeld("select 1", ["select core.swap('acme', 'leads')"])).toEqual([""])
  })
})
