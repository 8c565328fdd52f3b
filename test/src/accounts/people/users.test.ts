import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ApiKeys } from "../../../../src/accounts/keys/api-keys.ts"
import { Invitations } from "../../../../src/accounts/people/invitations.ts"
import { Operator } from "../../../../src/accounts/people/operator.ts"
import { Users } from "../../../../src/accounts/people/users.ts"
import { Authentication } from "../../../../src/accounts/sessions/authentication.ts"
import { Sessions } from "../../../../src/accounts/sessions/sessions.ts"
import { databases } from "../../../databases.ts"
import { bearer, goodPassword, type OpenAccounts, openAccounts, type Someone } from "../open-accounts.ts"

describe.each(databases)("users on $name", (kind) => {
  let accounts: OpenAccounts
  let users: Users["Service"]
  let owner: Someone
  let admin: Someone
  let seller: Someone
  let stranger: Someone
  beforeAll(async () => {
    accounts = await openAccounts(kind)
    users = await accounts.run(Users)
    owner = await accounts.user("acme", "owner@acme.test", "super_admin")
    admin = await accounts.user("acme", "admin@acme.test", "Admin")
    seller = await accounts.user("acme", "seller@acme.test", "Comercial")
    stranger = await accounts.user("other", "admin@other.test", "Admin")
  })
  afterAll(() => accounts?.close())

  const authenticate = (one: Someone) =>
    Effect.flatMap(Authentication, (authentication) => authentication.authenticate(bearer(one.loggedIn)))
  const emails = async (one: Someone) =>
    (await accounts.run(users.list(one.principal))).map(({ email }) => email)

  it("are listed by e-mail, page by page, those of the own company only", async () => {
    expect(await emails(admin)).toEqual(["admin@acme.test", "owner@acme.test", "seller@acme.test"])
    expect(await emails(stranger)).toEqual(["admin@other.test"])
    const [second] = await accounts.run(users.list(admin.principal, { after: "admin@acme.test", limit: 1 }))
    expect(second).toEqual({
      id: owner.id,
      email: "owner@acme.test",
      name: "owner@acme.test",
      language: null,
      roles: ["super_admin"],
      state: "active",
      since: accounts.now(),
      loggedInAt: accounts.now()
    })
    expect(await accounts.refused(users.list(seller.principal))).toMatchObject({ _tag: "Forbidden" })
  })

  it("have new rights with their next request when their roles change", async () => {
    const one = await accounts.user("acme", "one@acme.test", "Comercial")
    expect((await accounts.run(authenticate(one))).may("crm", "read")).toBe("own")
    await accounts.run(users.setRoles(admin.principal, one.id, ["Diretor", "Comercial"]))
    expect((await accounts.run(authenticate(one))).may("crm", "read")).toBe("all")
    await accounts.run(users.setRoles(admin.principal, one.id, ["Cliente"]))
    expect((await accounts.run(authenticate(one))).may("crm", "read")).toBe("none")
    expect((await accounts.audit("acme")).slice(-2)).toEqual([
      [`person:${admin.id}`, "user.setRoles", `user:${one.id}`, "done", ""],
      [`person:${admin.id}`, "user.setRoles", `user:${one.id}`, "done", ""]
    ])
  })

  it("are given no roles above those of whoever gives them", async () => {
    const one = await accounts.user("acme", "two@acme.test", "Comercial")
    const give = (by: Someone, user: string, ...roles: ReadonlyArray<string>) =>
      accounts.refused(users.setRoles(by.principal, user, roles))
    expect(await give(admin, one.id, "super_admin")).toMatchObject({ _tag: "Forbidden" })
    expect(await give(admin, one.id, "Comercial", "backoffice_admin")).toMatchObject({ _tag: "Forbidden" })
    expect(await give(admin, admin.id, "super_admin")).toMatchObject({ _tag: "Forbidden" })
    expect(await give(seller, seller.id, "Admin")).toMatchObject({ _tag: "Forbidden" })
    expect(await give(admin, one.id)).toMatchObject({ reason: "wrongRoles" })
    expect(await give(admin, one.id, "root")).toMatchObject({ reason: "wrongRoles" })
    const refused = (await accounts.audit("acme")).filter(
      ([, action, , outcome]) => action === "user.setRoles" && outcome === "refused"
    )
    expect(refused.map(([by, , target]) => [by, target])).toEqual([
      [`person:${admin.id}`, `user:${one.id}`],
      [`person:${admin.id}`, `user:${one.id}`],
      [`person:${admin.id}`, `user:${admin.id}`],
      [`person:${seller.id}`, `user:${seller.id}`]
    ])
    expect((await accounts.run(authenticate(one))).roles).toEqual(["Comercial"])
  })

  it("with roles above are not touched", async () => {
    for (const touch of [
      users.setRoles(admin.principal, owner.id, ["Cliente"]),
      users.suspend(admin.principal, owner.id),
      users.remove(admin.principal, owner.id),
      users.rename(admin.principal, owner.id, "Nobody")
    ])
      expect(await accounts.refused(touch)).toMatchObject({ _tag: "Forbidden" })
    expect(await accounts.run(authenticate(owner))).toMatchObject({ name: "owner@acme.test" })
  })

  it("with rights above have sessions, keys and invitations that are not touched either", async () => {
    const sessions = await accounts.run(Sessions)
    const keys = await accounts.run(ApiKeys)
    const invitations = await accounts.run(Invitations)
    const key = await accounts.run(keys.create(owner.principal, { name: "k", roles: ["super_admin"] }))
    const asked = { email: "new-owner@acme.test", roles: ["super_admin"] }
    const invited = await accounts.run(invitations.invite(owner.principal, asked))
    const forbidden = { _tag: "Forbidden" }
    expect(await accounts.refused(sessions.endOf(admin.principal, owner.id))).toMatchObject(forbidden)
    expect(await accounts.refused(keys.revoke(admin.principal, key.id))).toMatchObject(forbidden)
    expect(await accounts.refused(invitations.withdraw(admin.principal, invited.id))).toMatchObject(forbidden)
    expect(await accounts.run(authenticate(owner))).toMatchObject({ name: "owner@acme.test" })
    const refused = (await accounts.audit("acme")).filter(([, , , outcome]) => outcome === "refused")
    expect(refused.slice(-3).map(([by, action, target]) => [by, action, target])).toEqual([
      [`person:${admin.id}`, "session.endAll", `user:${owner.id}`],
      [`person:${admin.id}`, "apiKey.revoke", `apiKey:${key.id}`],
      [`person:${admin.id}`, "invitation.withdraw", `invitation:${invited.id}`]
    ])
    // Their own, and those of others within their rights, they may.
    await accounts.run(keys.revoke(owner.principal, key.id))
    await accounts.run(invitations.withdraw(owner.principal, invited.id))
    const one = await accounts.user("acme", "ended@acme.test", "Comercial")
    expect(await accounts.run(sessions.endOf(admin.principal, one.id))).toBe(1)
  })

  it("of another company are not there", async () => {
    for (const touch of [
      users.setRoles(stranger.principal, seller.id, ["Cliente"]),
      users.suspend(stranger.principal, seller.id),
      users.restore(stranger.principal, seller.id),
      users.remove(stranger.principal, seller.id),
      users.rename(stranger.principal, seller.id, "Nobody"),
      users.remove(stranger.principal, "' or true --")
    ])
      expect(await accounts.refused(touch)).toMatchObject({ _tag: "NotFound" })
    const sessions = await accounts.run(Sessions)
    expect(await accounts.run(sessions.listOf(stranger.principal, seller.id))).toEqual([])
    expect(await accounts.run(sessions.endOf(stranger.principal, seller.id))).toBe(0)
    expect(await accounts.run(authenticate(seller))).toMatchObject({ roles: ["Comercial"] })
    const written = await accounts.audit("other")
    expect(
      written.filter(([, , target, outcome]) => target === `user:${seller.id}` && outcome === "refused")
    ).toHaveLength(5)
  })

  it("who are suspended are out at once, come in no more, and do again when they are restored", async () => {
    const one = await accounts.user("acme", "three@acme.test", "Comercial")
    await accounts.run(users.suspend(admin.principal, one.id))
    expect(await accounts.refused(authenticate(one))).toMatchObject({ reason: "ended" })
    await expect(accounts.login("three@acme.test")).rejects.toMatchObject({ reason: "noCompany" })
    await expect(accounts.login("three@acme.test", "acme")).rejects.toMatchObject({ reason: "noCompany" })
    await accounts.run(users.restore(admin.principal, one.id))
    expect(await accounts.refused(authenticate(one))).toMatchObject({ reason: "ended" })
    expect((await accounts.login("three@acme.test")).company).toBe("acme")
  })

  it("who are removed are out at once, and keep their place at other companies", async () => {
    const one = await accounts.user("acme", "four@acme.test", "Comercial")
    await accounts.database.admin(
      "insert into core.membership (company, user_id, roles, since) values ('other', $1, '{Admin}', now())",
      [one.id]
    )
    await accounts.run(users.remove(admin.principal, one.id))
    expect(await accounts.refused(authenticate(one))).toMatchObject({ reason: "ended" })
    expect(await accounts.login("four@acme.test")).toMatchObject({
      company: "other",
      memberships: [{ company: "other", roles: ["Admin"] }]
    })
    accounts.tick(60_000)
    await expect(accounts.login("four@acme.test", "acme")).rejects.toMatchObject({ reason: "otherCompany" })
    expect(await accounts.refused(users.remove(admin.principal, one.id))).toMatchObject({ _tag: "NotFound" })
  })

  it("who belong to no company any more leave no account", async () => {
    const one = await accounts.user("acme", "gone@acme.test", "Comercial")
    await accounts.run(users.remove(admin.principal, one.id))
    const rows = await accounts.database.admin("select 1 from core.app_user where user_id = $1", [one.id])
    expect(rows).toEqual([])
    await expect(accounts.login("gone@acme.test")).rejects.toMatchObject({ reason: "wrongCredentials" })
    const again = await accounts.user("acme", "gone@acme.test", "Comercial")
    expect(again.id).not.toBe(one.id)
  })

  it("go with their company, but for those who belong to another", async () => {
    await accounts.database.admin("select es.create_company('closing', 1)")
    const only = await accounts.user("closing", "only@closing.test", "Admin")
    const both = await accounts.user("closing", "both@closing.test", "Admin")
    await accounts.database.admin(
      "insert into core.membership (company, user_id, roles, since) values ('other', $1, '{Cliente}', now())",
      [both.id]
    )
    const operator = await accounts.run(Operator)
    expect(await accounts.run(operator.dropCompany("closing", "person:x"))).toBe(2)
    expect(await accounts.run(operator.dropCompany("closing", "person:x"))).toBe(0)
    for (const each of [only, both])
      expect(await accounts.refused(authenticate(each))).toMatchObject({ reason: "ended" })
    expect((await accounts.login("both@closing.test")).memberships).toEqual([
      { company: "other", roles: ["Cliente"] }
    ])
    await expect(accounts.login("only@closing.test")).rejects.toMatchObject({ reason: "wrongCredentials" })
    expect((await accounts.audit("closing")).length).toBeGreaterThan(4)
  })

  it("at two companies are one account with rights of its own at each", async () => {
    const one = await accounts.user("acme", "five@acme.test", "Cliente")
    await accounts.database.admin(
      "insert into core.membership (company, user_id, roles, since) values ('other', $1, '{Comercial}', now())",
      [one.id]
    )
    const there = await accounts.principal(await accounts.login("five@acme.test", "other"))
    expect([one.principal.may("crm", "read"), there.may("crm", "read")]).toEqual(["none", "own"])
    await accounts.run(users.suspend(stranger.principal, one.id))
    expect(await accounts.run(authenticate(one))).toMatchObject({ company: "acme" })
    expect(await accounts.refused(users.rename(admin.principal, one.id, "Mine"))).toMatchObject({
      reason: "wrongName"
    })
    await accounts.run(users.changeProfile(one.principal, { name: "My own", language: "pt" }))
    expect(await accounts.run(authenticate(one))).toMatchObject({ name: "My own", language: "pt" })
  })

  it("keep the company its last admin and its last owner, also when two go at once", async () => {
    await accounts.database.admin("select es.create_company('small', 1)")
    const first = await accounts.user("small", "first@small.test", "Admin")
    const alone = [
      users.setRoles(first.principal, first.id, ["Diretor"]),
      users.suspend(first.principal, first.id),
      users.remove(first.principal, first.id)
    ]
    for (const leave of alone) expect(await accounts.refused(leave)).toMatchObject({ reason: "lastAdmin" })
    const second = await accounts.user("small", "second@small.test", "Admin")
    const both = await accounts.run(
      Effect.all(
        [users.remove(first.principal, second.id), users.remove(second.principal, first.id)].map((each) =>
          Effect.result(each)
        ),
        { concurrency: "unbounded" }
      )
    )
    expect(both.filter(({ _tag }) => _tag === "Success")).toHaveLength(1)
    expect(await accounts.refused(users.remove(owner.principal, owner.id))).toMatchObject({
      reason: "lastAdmin"
    })
  })

  it("who lose their rights take the invitations with them that they made", async () => {
    const one = await accounts.user("acme", "six@acme.test", "Admin")
    const invitations = await accounts.run(Invitations)
    const asked = { email: "friend@acme.test", roles: ["Admin"] }
    const { token } = await accounts.run(invitations.invite(one.principal, asked))
    await accounts.run(users.setRoles(admin.principal, one.id, ["Comercial"]))
    expect(await accounts.refused(invitations.look(token))).toMatchObject({ reason: "invitationOver" })
  })

  it("are suspended everywhere, given a password and listed by whoever has the database", async () => {
    const one = await accounts.user("acme", "seven@acme.test", "Comercial")
    const operator = await accounts.run(Operator)
    await accounts.run(operator.setState("SEVEN@acme.test", "suspended", "operator:ana"))
    expect(await accounts.refused(authenticate(one))).toMatchObject({ reason: "ended" })
    await expect(accounts.login("seven@acme.test")).rejects.toMatchObject({ reason: "suspended" })
    await accounts.run(operator.setState("seven@acme.test", "active", "operator:ana"))
    const next = "another-good-one-9"
    await accounts.run(operator.setPassword("seven@acme.test", Redacted.make(next), "operator:ana"))
    await expect(accounts.login("seven@acme.test")).rejects.toMatchObject({ reason: "wrongCredentials" })
    const nobody = operator.setPassword("nobody@acme.test", Redacted.make(next), "operator:ana")
    expect(await accounts.refused(nobody)).toMatchObject({ _tag: "NotFound" })
    const weak = operator.setPassword("seven@acme.test", Redacted.make("short"), "operator:ana")
    expect(await accounts.refused(weak)).toMatchObject({ reason: "weakPassword" })
    const listed = await accounts.run(operator.list("acme"))
    expect(listed.find(({ id }) => id === one.id)).toMatchObject({ state: "active" })
    const written = (await accounts.audit("acme")).filter(([by]) => by === "operator:ana")
    expect(written.map(([, action]) => action)).toEqual([
      "account.suspend",
      "account.restore",
      "user.setPassword"
    ])
  })

  it("have e-mails that are the same whatever their case", async () => {
    const operator = await accounts.run(Operator)
    const asked = {
      email: " Eight@Acme.test ",
      name: "Eight",
      roles: ["Cliente"],
      password: Redacted.make(goodPassword)
    }
    const { id, isNew } = await accounts.run(operator.createUser("acme", asked, "operator:test"))
    expect(isNew).toBe(true)
    const again = operator.createUser("other", { ...asked, email: "EIGHT@ACME.TEST" }, "operator:test")
    expect(await accounts.run(again)).toEqual({ id, isNew: false })
    expect(await accounts.refused(again)).toMatchObject({ reason: "alreadyMember" })
    expect((await accounts.login("eIGHT@acme.test")).user.email).toBe("eight@acme.test")
  })
})

describe.each(databases)("the first admin on $name", (kind) => {
  let accounts: OpenAccounts
  beforeAll(async () => {
    accounts = await openAccounts(kind)
  })
  afterAll(() => accounts?.close())

  it("is made once, on an installation without users, by one of many who start at once", async () => {
    const ensure = Effect.flatMap(Operator, (operator) => operator.ensureFirstAdmin("acme"))
    const all = await accounts.run(Effect.all([ensure, ensure, ensure, ensure], { concurrency: "unbounded" }))
    const made = all.filter((one) => one !== undefined)
    expect(made).toHaveLength(1)
    expect(await accounts.run(ensure)).toBeUndefined()
    const { email, password } = made[0]!
    expect(Redacted.value(password)).toMatch(/^[a-z2-7]{5}(-[a-z2-7]{5}){3}$/)
    expect(`${made[0]!.password}`).not.toContain(Redacted.value(password))
    const sessions = await accounts.run(Sessions)
    const loggedIn = await accounts.run(sessions.login({ email, password, address: "127.0.0.1" }))
    expect(loggedIn.memberships).toEqual([{ company: "acme", roles: ["super_admin"] }])
  })
})
