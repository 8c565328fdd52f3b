import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Database } from "../../../eventstore/database/database.ts"
import { migrate } from "../../../eventstore/database/migrate.ts"
import { storeLayer } from "../../../eventstore/database/store-layers.ts"
import { ApiKeys } from "../../../src/accounts/keys/api-keys.ts"
import { Invitations } from "../../../src/accounts/people/invitations.ts"
import { Operator } from "../../../src/accounts/people/operator.ts"
import { Users } from "../../../src/accounts/people/users.ts"
import { Authentication } from "../../../src/accounts/sessions/authentication.ts"
import { Sessions } from "../../../src/accounts/sessions/sessions.ts"
import { schemaFolders } from "../../../src/wiring/schema-folders.ts"
import { type DatabaseKind, describePostgres, testMasterKeys } from "../../databases.ts"
import { bearer, goodPassword, type OpenAccounts, openAccounts } from "./open-accounts.ts"

/** A database whose tables and functions belong to a plain login: its policies bind the functions too. */
const ownedPlainly = (kind: DatabaseKind): DatabaseKind => ({
  name: kind.name,
  make: async () => {
    const made = await kind.make({ migrated: false })
    const [login, password] = [`owner_${randomBytes(6).toString("hex")}`, randomBytes(12).toString("hex")]
    const url = new URL(Redacted.value(made.connection.url!))
    const name = url.pathname.slice(1)
    await made.admin(`create role ${login} login createrole password '${password}'`)
    await made.admin(`alter database ${name} owner to ${login}`)
    url.username = login
    url.password = password
    const connection = { url: Redacted.make(url.href) }
    await Effect.runPromise(migrate(connection, ...schemaFolders))
    return {
      ...made,
      connection,
      layer: storeLayer.pipe(
        Layer.provideMerge(testMasterKeys),
        Layer.provideMerge(Layer.orDie(Database.layer({ connection, connectionsMax: 4, embedded: false })))
      ),
      drop: async () => {
        await made.admin(`reassign owned by ${login} to current_user`)
        await made.admin(`drop owned by ${login}`)
        await made.admin(`drop role ${login}`)
        await made.drop()
      }
    }
  }
})

describePostgres("accounts whose tables belong to a plain login", (kind) => {
  let accounts: OpenAccounts
  beforeAll(async () => {
    accounts = await openAccounts(ownedPlainly(kind))
  })
  afterAll(() => accounts?.close())

  it("work all the way: two companies, invitations, refreshes, replays, keys, the audit", async () => {
    const run = accounts.run
    const [owner] = await accounts.database.admin(
      "select r.rolsuper or r.rolbypassrls from pg_roles r join pg_class c on c.relowner = r.oid where c.oid = 'core.session'::regclass"
    )
    expect(owner).toEqual([false])
    const operator = await run(Operator)
    const first = (await run(operator.ensureFirstAdmin("acme")))!
    expect(await run(operator.ensureFirstAdmin("acme"))).toBeUndefined()
    const sessions = await run(Sessions)
    const asFirst = await run(sessions.login({ ...first, address: "127.0.0.1" }))
    const principal = await accounts.principal(asFirst)

    const invitations = await run(Invitations)
    const asked = { email: "ana@acme.test", roles: ["Comercial"] }
    const { token } = await run(invitations.invite(principal, asked))
    expect(await run(invitations.list(principal))).toHaveLength(1)
    const password = Redacted.make(goodPassword)
    const accepted = await run(invitations.accept({ token, password, name: "Ana", address: "127.0.0.1" }))
    const there = { email: "ana@acme.test", name: "Ana", roles: ["Admin"], password }
    await run(operator.createUser("other", there, "operator:test"))

    const ana = await accounts.login("ana@acme.test", "acme")
    expect(ana.memberships.map(({ company }) => company)).toEqual(["acme", "other"])
    const moved = await run(sessions.switchCompany(ana.refresh, "other", { address: "x" }))
    const asAna = await accounts.principal({ ...ana, ...moved })
    expect(asAna).toMatchObject({ id: accepted.user, company: "other", roles: ["Admin"] })
    const next = await run(sessions.refresh(moved.refresh, { address: "x" }))
    expect(await accounts.refused(sessions.refresh(moved.refresh, { address: "x" }))).toMatchObject({
      reason: "replayed"
    })
    const authentication = await run(Authentication)
    expect(await accounts.refused(authentication.authenticate(bearer(next)))).toMatchObject({
      reason: "ended"
    })

    const again = await accounts.login("ana@acme.test", "acme")
    const elsewhere = await accounts.login("ana@acme.test", "other")
    const anaAtAcme = await accounts.principal(again)
    expect((await run(sessions.list(anaAtAcme))).map(({ company }) => company).sort()).toEqual([
      "acme",
      "other"
    ])
    const users = await run(Users)
    await run(users.changePassword(anaAtAcme, password, Redacted.make("another-good-one-9")))
    expect(await accounts.refused(authentication.authenticate(bearer(elsewhere)))).toMatchObject({
      reason: "ended"
    })
    expect((await run(users.list(principal))).map(({ email }) => email)).toEqual([
      "admin@localhost",
      "ana@acme.test"
    ])
    await run(users.setRoles(principal, accepted.user, ["Diretor"]))
    expect((await run(authentication.authenticate(bearer(again)))).roles).toEqual(["Diretor"])

    const keys = await run(ApiKeys)
    const { id, key } = await run(keys.create(principal, { name: "agent", roles: ["Agente_IA"] }))
    const header = `Bearer ${Redacted.value(key)}`
    expect(await run(authentication.authenticate(header))).toMatchObject({ id, company: "acme" })
    await run(keys.revoke(principal, id))
    expect(await accounts.refused(authentication.authenticate(header))).toMatchObject({ reason: "revoked" })
    await run(users.remove(principal, accepted.user))
    expect(await accounts.refused(authentication.authenticate(bearer(again)))).toMatchObject({
      reason: "ended"
    })
    expect(
      (await run(sessions.login({ ...there, password: Redacted.make("another-good-one-9"), address: "x" })))
        .company
    ).toBe("other")
    expect(await run(operator.dropCompany("other", "operator:test"))).toBe(1)
    expect(await accounts.database.admin("select email from core.app_user")).toEqual([["admin@localhost"]])
    expect((await accounts.audit("acme")).map(([, action, , outcome]) => `${action} ${outcome}`)).toEqual([
      "user.make done",
      "session.start done",
      "invitation.make done",
      "invitation.accept done",
      "session.start done",
      "session.start done",
      "user.changePassword done",
      "user.setRoles done",
      "apiKey.make done",
      "apiKey.revoke done",
      "apiKey.use refused",
      "user.remove done"
    ])
  })
})
