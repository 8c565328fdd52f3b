import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database, type DatabaseError } from "../../../../eventstore/database/database.ts"
import { inCompany } from "../../../../projections/engine/in-company.ts"
import { Audit, doneBy } from "../../../../src/accounts/audit/audit.ts"
import { ApiKeys } from "../../../../src/accounts/keys/api-keys.ts"
import { Invitations } from "../../../../src/accounts/people/invitations.ts"
import { Operator } from "../../../../src/accounts/people/operator.ts"
import { Users } from "../../../../src/accounts/people/users.ts"
import { Authentication } from "../../../../src/accounts/sessions/authentication.ts"
import { Sessions } from "../../../../src/accounts/sessions/sessions.ts"
import { databases } from "../../../databases.ts"
import { bearer, goodPassword, type OpenAccounts, openAccounts, type Someone } from "../open-accounts.ts"

describe.each(databases)("the audit on $name", (kind) => {
  let accounts: OpenAccounts
  let audit: Audit["Service"]
  let admin: Someone
  let seller: Someone
  let stranger: Someone
  beforeAll(async () => {
    accounts = await openAccounts(kind)
    audit = await accounts.run(Audit)
    admin = await accounts.user("acme", "admin@acme.test", "Admin")
    seller = await accounts.user("acme", "seller@acme.test", "Comercial")
    stranger = await accounts.user("other", "admin@other.test", "Admin")
  })
  afterAll(() => accounts?.close())

  const message = (asked: Promise<unknown>) =>
    asked.then(
      () => "it was done",
      (error: DatabaseError) => error.message
    )

  it.each([
    ["update core.audit set reason = ''", "UPDATE"],
    ["update core.audit set reason = '' where false", "UPDATE"],
    ["delete from core.audit", "DELETE"],
    ["truncate core.audit", "TRUNCATE"]
  ])("refuses the tables' owner: %s", async (sql, operation) => {
    expect(await message(accounts.database.admin(sql))).toBe(
      `core.audit is append-only: ${operation} refused`
    )
  })

  it("gives the engine no right to change it", async () => {
    const asEngine = (sql: string) =>
      accounts.run(Effect.flatMap(Database, (database) => inCompany(database, "acme", (query) => query(sql))))
    for (const sql of ["update core.audit set reason = ''", "delete from core.audit", "truncate core.audit"])
      expect(await message(asEngine(sql))).toBe("permission denied for table audit")
  })

  it("shows a company's entries, the newest first, page by page", async () => {
    for (let n = 1; n <= 5; n++)
      await accounts.run(audit.write(doneBy(seller.principal, "deal.move", `deal:${n}`)))
    const first = await accounts.run(audit.list(admin.principal, { limit: 2, action: "deal.move" }))
    const next = await accounts.run(
      audit.list(admin.principal, { limit: 10, action: "deal.move", before: first.at(-1)!.entry })
    )
    expect([...first, ...next].map(({ target }) => target)).toEqual([5, 4, 3, 2, 1].map((n) => `deal:${n}`))
    expect(first[0]).toEqual({
      entry: first[0]!.entry,
      at: accounts.now(),
      company: "acme",
      principal: `person:${seller.id}`,
      action: "deal.move",
      target: "deal:5",
      outcome: "done",
      reason: "",
      details: {},
      address: ""
    })
    const others = await accounts.run(audit.list(stranger.principal, {}))
    expect(
      others.every(({ company, principal }) => company === "other" && principal !== `person:${admin.id}`)
    ).toBe(true)
    for (const before of ["' or 1=1 --", "-1", "9".repeat(40)])
      expect((await accounts.run(audit.list(admin.principal, { before, limit: 1 }))).length).toBe(1)
    for (const limit of [0, -5, 1e9])
      expect((await accounts.run(audit.list(admin.principal, { limit }))).length).toBeLessThanOrEqual(200)
  })

  it("is shown to nobody without the right, and says who asked", async () => {
    expect(await accounts.refused(audit.list(seller.principal, {}))).toMatchObject({ _tag: "Forbidden" })
    const [entry] = await accounts.run(audit.list(admin.principal, { outcome: "refused", limit: 1 }))
    expect(entry).toMatchObject({
      principal: `person:${seller.id}`,
      action: "audit.list",
      outcome: "refused",
      reason: `person:${seller.id} may not read audit; its roles are Comercial`
    })
  })

  it("holds text of strangers as text, cut to its bounds", async () => {
    const text = `${"x".repeat(5000)}'; drop table core.audit; --\u0000`
    const entry = doneBy({ ...seller.principal, address: text }, text, text, { text })
    await accounts.run(audit.write(entry))
    await accounts.run(audit.write({ ...entry, details: { note: "a\u0000b" } }))
    const [second, first] = await accounts.run(audit.list(admin.principal, { limit: 2 }))
    expect([first!.action.length, first!.address.length, first!.details]).toEqual([
      200,
      64,
      { tooLong: true }
    ])
    expect(second!.details).toEqual({ note: "a\ufffdb" })
  })

  it("holds no credential, and neither does any error or any other table", async () => {
    const run = accounts.run
    const sessions = await run(Sessions)
    const invitations = await run(Invitations)
    const keys = await run(ApiKeys)
    const users = await run(Users)
    const operator = await run(Operator)
    const authentication = await run(Authentication)
    const wrong = Redacted.make("canary-wrong-password-1")
    const next = Redacted.make("canary-next-password-22")
    const loggedIn = await accounts.login("seller@acme.test")
    const pair = await run(sessions.refresh(loggedIn.refresh, { address: "203.0.113.1" }))
    const invited = await run(
      invitations.invite(admin.principal, { email: "new@acme.test", roles: ["Cliente"] })
    )
    const key = await run(keys.create(admin.principal, { name: "key", roles: ["Cliente"] }))
    const secrets = [
      goodPassword,
      ...[wrong, next, loggedIn.refresh, pair.refresh, pair.access.token, invited.token, key.key].map(
        Redacted.value
      )
    ]
    const errors = [
      await accounts.refused(sessions.login({ email: "seller@acme.test", password: wrong, address: "x" })),
      // What was typed into the wrong field.
      await accounts.refused(sessions.login({ email: Redacted.value(wrong), password: wrong, address: "y" })),
      await accounts.refused(sessions.refresh(loggedIn.refresh, { address: "z" })),
      await accounts.refused(authentication.authenticate(bearer(pair))),
      await accounts.refused(users.changePassword(seller.principal, wrong, next)),
      await accounts.refused(users.remove(stranger.principal, Redacted.value(key.key))),
      await accounts.refused(keys.revoke(stranger.principal, Redacted.value(pair.access.token))),
      await accounts.refused(invitations.withdraw(stranger.principal, Redacted.value(invited.token)))
    ]
    await run(users.changePassword(admin.principal, Redacted.make(goodPassword), next))
    await run(operator.setPassword("seller@acme.test", next, "operator:test"))
    await run(keys.revoke(admin.principal, key.id))
    await accounts.refused(authentication.authenticate(`Bearer ${Redacted.value(key.key)}`))
    const tables = [
      "audit",
      "app_user",
      "membership",
      "session",
      "refresh_token",
      "invitation",
      "api_key",
      "token_key"
    ]
    const rows: Array<unknown> = []
    for (const table of tables)
      rows.push(await accounts.database.admin(`select to_jsonb(t)::text from core.${table} t`))
    const shown = [pair, loggedIn, invited, key, admin.principal, seller.principal].map((one) => [
      JSON.stringify(one),
      `${one}`
    ])
    const told = JSON.stringify([errors, errors.map((error) => String((error as Error).stack)), rows, shown])
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([])
    const entries = JSON.stringify(rows[0])
    expect(entries).not.toContain("argon2id")
    expect(entries).not.toContain("@acme.test")
  })
})
