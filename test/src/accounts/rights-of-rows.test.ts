import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database, type DatabaseError, type Row } from "../../../eventstore/database/database.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { ApiKeys } from "../../../src/accounts/keys/api-keys.ts"
import { Invitations } from "../../../src/accounts/people/invitations.ts"
import { everyDatabase } from "../../databases.ts"
import { type OpenAccounts, openAccounts, type Someone } from "./open-accounts.ts"

const ofCompanies = ["membership", "session", "refresh_token", "invitation", "api_key", "audit"]
const ofTheInstallation = ["app_user", "token_key"]

describe.each(everyDatabase)("rows of accounts on $name", (kind) => {
  let accounts: OpenAccounts
  let acme: Someone
  let other: Someone
  beforeAll(async () => {
    accounts = await openAccounts(kind)
    // The same person at both, so that the same user id is.
    acme = await accounts.user("acme", "ana@acme.test", "Admin")
    other = await accounts.user("other", "ana@acme.test", "Admin")
    for (const { principal } of [acme, other]) {
      await accounts.run(
        Effect.flatMap(ApiKeys, (keys) => keys.create(principal, { name: "key", roles: ["Cliente"] }))
      )
      const asked = { email: "new@acme.test", roles: ["Cliente"] }
      await accounts.run(Effect.flatMap(Invitations, (invitations) => invitations.invite(principal, asked)))
    }
  })
  afterAll(() => accounts?.close())

  const asEngine = (company: string, sql: string): Promise<ReadonlyArray<Row>> =>
    accounts.run(Effect.flatMap(Database, (database) => inCompany(database, company, (query) => query(sql))))
  const outside = (sql: string): Promise<ReadonlyArray<Row>> =>
    accounts.run(Effect.flatMap(Database, ({ query }) => query(sql)))
  const code = (asked: Promise<unknown>) =>
    asked.then(
      () => "it was done",
      (error: DatabaseError) => error.code
    )

  it.each(ofCompanies)(
    "core.%s shows those of the company that was entered, and without one none",
    async (table) => {
      const sql = `select distinct company from core.${table}`
      for (const company of ["acme", "other"]) expect(await asEngine(company, sql)).toEqual([[company]])
      expect(await outside(sql)).toEqual([])
      expect(await asEngine("nobody", sql)).toEqual([])
    }
  )

  it.each(ofCompanies.filter((table) => table !== "audit"))(
    "core.%s lets nobody change or make those of another company",
    async (table) => {
      const copy = await accounts.database.admin(`select count(*)::int from core.${table}`)
      expect(await code(asEngine("acme", `update core.${table} set company = 'other'`))).toMatch(/42501|23/)
      await asEngine("acme", `delete from core.${table} where company = 'other'`)
      expect(await accounts.database.admin(`select count(*)::int from core.${table}`)).toEqual(copy)
    }
  )

  it.each(ofTheInstallation)("core.%s is out of the engine's reach but for its functions", async (table) => {
    for (const sql of [`select * from core.${table}`, `delete from core.${table}`])
      expect(await code(asEngine("acme", sql))).toBe("42501")
  })

  it("give a new entry of another company no way into the audit", async () => {
    const sql = `insert into core.audit (company, at, principal, action, target, outcome)
      values ('other', now(), 'me', 'lie', 'x', 'done')`
    expect(await code(asEngine("acme", sql))).toBe("42501")
  })

  it("are all forced to their policies, or granted to nobody", async () => {
    const rows = await accounts.database.admin(
      `select c.relname, c.relrowsecurity, c.relforcerowsecurity,
           has_table_privilege('centurion_engine', c.oid, 'select')
         from pg_class c where c.relnamespace = 'core'::regnamespace and c.relname = any($1) order by 1`,
      [[...ofCompanies, ...ofTheInstallation]]
    )
    expect(rows).toEqual(
      [
        ...ofCompanies.map((table) => [table, true, true, true]),
        ...ofTheInstallation.map((table) => [table, true, false, false])
      ].sort()
    )
  })

  it("with the same ids at two companies stay apart", async () => {
    expect(acme.id).toBe(other.id)
    const keys = await accounts.run(ApiKeys)
    const [mine] = await accounts.run(keys.list(acme.principal))
    await accounts.database.admin(
      `insert into core.api_key (company, key_id, hash, name, roles, per_minute, per_hour, made_by, made_at)
         values ('other', $1, sha256('x'), 'the other', '{Cliente}', 1, 1, 'test', now())`,
      [mine!.id]
    )
    await accounts.run(keys.revoke(acme.principal, mine!.id))
    const state = await accounts.run(keys.list(other.principal))
    expect(state.find(({ id }) => id === mine!.id)).toMatchObject({ name: "the other", revokedAt: null })
  })

  it("come to whoever presents a token, one row and no other", async () => {
    const presented = await accounts.run(
      Effect.flatMap(Database, ({ transaction }) =>
        transaction((query) =>
          Effect.andThen(
            query("select set_config('centurion.presented', encode(sha256('x'), 'hex'), true)"),
            query("select company, name from core.api_key")
          )
        )
      )
    )
    expect(presented).toEqual([["other", "the other"]])
    for (const nonsense of ["", "zz", "00"]) {
      const asked = accounts.run(
        Effect.flatMap(Database, ({ transaction }) =>
          transaction((query) =>
            Effect.andThen(
              query("select set_config('centurion.presented', $1, true)", [nonsense]),
              query("select company from core.api_key")
            )
          )
        )
      )
      expect(await asked.catch(() => [])).toEqual([])
    }
  })

  it("hold no secret that could be presented", async () => {
    const tokens = [acme.loggedIn.refresh, acme.loggedIn.access.token].map(Redacted.value)
    const rows = await accounts.database.admin("select to_jsonb(t)::text from core.refresh_token t")
    expect(tokens.filter((token) => JSON.stringify(rows).includes(token))).toEqual([])
  })
})
