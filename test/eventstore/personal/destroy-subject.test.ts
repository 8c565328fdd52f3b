import * as Redacted from "effect/Redacted"
import { Client } from "pg"
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { describePostgres, type TestDatabase } from "../../databases.ts"

const take =
  "select stream, wrapped is null from es.take_subjects('{acme}', '{lead/1}', '{chat/new}', '{k2}', array['\\x02'::bytea], '{m}')"
const hold = "select es.set_hold('acme', 'lead/1', 'person:bia', 'case 118')"
const destroy = "select es.destroy_subject('acme', 'lead/1')"

describePostgres("destroying a key, beside others at the same time", (kind) => {
  let database: TestDatabase
  const sessions: Array<Client> = []
  beforeAll(async () => {
    database = await kind.make()
    for (let n = 0; n < 2; n++) {
      const session = new Client({ connectionString: Redacted.value(database.connection.url!) })
      await session.connect()
      sessions.push(session)
    }
  })
  afterAll(async () => {
    for (const session of sessions) await session.end()
    await database?.drop()
  })
  beforeEach(async () => {
    await database.clear()
    await database.admin("select es.create_company('acme', 1)")
    await database.admin(
      "select * from es.take_subjects('{acme}', '{lead/1}', '{lead/1}', '{k1}', array['\\x01'::bytea], '{m}')"
    )
    await database.admin("update es.subject_stream set erased_at = now()")
  })

  /** Does the first in an open transaction, begins the second, which has to wait, and gives what became of it. */
  const meanwhile = async (first: string, second: string) => {
    const [one, other] = sessions as [Client, Client]
    await one.query("begin")
    await one.query(first)
    let isOver = false
    const waiting = other
      .query({ text: second, rowMode: "array" })
      .then(
        ({ rows }) => rows,
        (error: Error) => error.message
      )
      .finally(() => {
        isOver = true
      })
    for (let waits = false; !waits; ) {
      const { rows } = await one.query(
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
      )
      waits = rows.length > 0
      if (isOver) break
    }
    const waited = !isOver
    await one.query("commit")
    return { waited, ended: await waiting }
  }

  it("lets no stream about the person begin with the key that goes", async () => {
    expect(await meanwhile(destroy, take)).toEqual({ waited: true, ended: [["chat/new", true]] })
  })

  it("waits for a stream that begins, and then for its proof", async () => {
    expect(await meanwhile(take, destroy)).toEqual({
      waited: true,
      ended: "a stream about lead/1 of acme has no proof of erasure yet"
    })
  })

  it("can't be overtaken by a hold, and does not overtake one", async () => {
    expect(await meanwhile(destroy, hold)).toEqual({
      waited: true,
      ended: "nobody called lead/1 is known at acme"
    })
  })

  it("is refused when a hold was quicker", async () => {
    expect(await meanwhile(hold, destroy)).toEqual({
      waited: true,
      ended: "lead/1 of acme is under legal hold"
    })
  })
})
