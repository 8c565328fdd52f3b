import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { accountLimits } from "../../../../src/accounts/account-limits.ts"
import { Invitations } from "../../../../src/accounts/people/invitations.ts"
import { databases } from "../../../databases.ts"
import { goodPassword, type OpenAccounts, openAccounts, type Someone } from "../open-accounts.ts"

describe.each(databases)("invitations on $name", (kind) => {
  let accounts: OpenAccounts
  let invitations: Invitations["Service"]
  let admin: Someone
  let seller: Someone
  let stranger: Someone
  beforeAll(async () => {
    accounts = await openAccounts(kind)
    invitations = await accounts.run(Invitations)
    admin = await accounts.user("acme", "admin@acme.test", "Admin")
    seller = await accounts.user("acme", "seller@acme.test", "Comercial")
    stranger = await accounts.user("other", "admin@other.test", "Admin")
  })
  afterAll(() => accounts?.close())

  const invite = (email: string, ...roles: ReadonlyArray<string>) =>
    accounts.run(invitations.invite(admin.principal, { email, roles }))
  const acceptance = (token: Redacted.Redacted<string>, password = goodPassword) =>
    invitations.accept({
      token,
      password: Redacted.make(password),
      name: "Ana Maria",
      language: "pt",
      address: "203.0.113.1"
    })

  it("make a user of whoever accepts, once", async () => {
    const { id, token } = await invite("Ana@Acme.test", "Comercial")
    expect(await accounts.run(invitations.look(token))).toEqual({
      company: "acme",
      email: "ana@acme.test",
      roles: ["Comercial"],
      hasAccount: false
    })
    const { user } = await accounts.run(acceptance(token))
    const loggedIn = await accounts.login("ana@acme.test")
    expect(loggedIn).toMatchObject({
      user: { id: user, name: "Ana Maria", language: "pt" },
      memberships: [{ company: "acme", roles: ["Comercial"] }]
    })
    expect(await accounts.refused(acceptance(token))).toMatchObject({ reason: "invitationOver" })
    expect(await accounts.refused(invitations.look(token))).toMatchObject({ reason: "invitationOver" })
    const written = (await accounts.audit("acme")).filter(([, , target]) => target === `invitation:${id}`)
    expect(written).toEqual([
      [`person:${admin.id}`, "invitation.make", `invitation:${id}`, "done", ""],
      [`person:${user}`, "invitation.accept", `invitation:${id}`, "done", ""]
    ])
  })

  it("are accepted by one of many at once", async () => {
    const { token } = await invite("many@acme.test", "Comercial")
    const all = await accounts.run(
      Effect.all(
        Array.from({ length: 8 }, () => Effect.result(acceptance(token))),
        { concurrency: "unbounded" }
      )
    )
    expect(all.filter(({ _tag }) => _tag === "Success")).toHaveLength(1)
  })

  it("don't open an account that was there before: its password is asked for", async () => {
    const asked = { email: "seller@acme.test", roles: ["Admin"] }
    const { token } = await accounts.run(invitations.invite(stranger.principal, asked))
    expect(await accounts.run(invitations.look(token))).toMatchObject({ hasAccount: true })
    expect(await accounts.refused(acceptance(token, "the-strangers-own-1"))).toMatchObject({
      reason: "wrongPassword"
    })
    expect((await accounts.login("seller@acme.test")).memberships).toHaveLength(1)
    expect(await accounts.run(acceptance(token))).toMatchObject({ user: seller.id, company: "other" })
    const { memberships, user } = await accounts.login("seller@acme.test")
    expect([memberships.length, user.name]).toEqual([2, "seller@acme.test"])
  })

  it("let nobody guess that password through them", async () => {
    const asked = { email: "admin@acme.test", roles: ["Comercial"] }
    const { token } = await accounts.run(invitations.invite(stranger.principal, asked))
    const refusals: Array<unknown> = []
    for (let n = 0; n <= accountLimits.loginsPerMinute; n++)
      refusals.push(await accounts.refused(acceptance(token, `a-guess-number-${n}`)))
    expect(refusals.at(-1)).toMatchObject({ _tag: "TooManyTries" })
  })

  it("end: by time, by being withdrawn, and not by somebody of another company", async () => {
    const late = await invite("late@acme.test", "Comercial")
    accounts.tick(accountLimits.invitationMs)
    expect(await accounts.refused(acceptance(late.token))).toMatchObject({ reason: "invitationOver" })
    const { id, token } = await invite("gone@acme.test", "Comercial")
    const withdraw = (by: Someone) => invitations.withdraw(by.principal, id)
    expect(await accounts.refused(withdraw(stranger))).toMatchObject({ _tag: "NotFound" })
    expect(await accounts.refused(withdraw(seller))).toMatchObject({ _tag: "Forbidden" })
    expect((await accounts.run(invitations.list(admin.principal))).map(({ email }) => email)).toEqual([
      "gone@acme.test"
    ])
    expect(await accounts.run(invitations.list(stranger.principal))).toEqual([])
    await accounts.run(withdraw(admin))
    expect(await accounts.refused(acceptance(token))).toMatchObject({ reason: "invitationOver" })
    expect(await accounts.refused(withdraw(admin))).toMatchObject({ _tag: "NotFound" })
  })

  it.each<[object, object]>([
    [{ roles: ["super_admin"] }, { _tag: "Forbidden" }],
    [{ roles: [] }, { reason: "wrongRoles" }],
    [{ roles: ["nothing"] }, { reason: "wrongRoles" }],
    [{ email: "nobody" }, { reason: "wrongEmail" }],
    [{ email: "a@b\r\nBcc: all@acme.test" }, { reason: "wrongEmail" }],
    [{ email: `${"x".repeat(250)}@acme.test` }, { reason: "wrongEmail" }],
    [{ email: "SELLER@acme.test" }, { reason: "alreadyMember" }],
    [{ validMs: 0 }, { reason: "wrongTime" }],
    [{ validMs: 31 * 24 * 3_600_000 }, { reason: "wrongTime" }],
    [{ validMs: Number.NaN }, { reason: "wrongTime" }]
  ])("are not made of %j", async (more, refusal) => {
    const asked = { email: "new@acme.test", roles: ["Comercial"], ...more }
    expect(await accounts.refused(invitations.invite(admin.principal, asked))).toMatchObject(refusal)
  })

  it("are not accepted with a weak password or without a name", async () => {
    const { token } = await invite("weak@acme.test", "Comercial")
    expect(await accounts.refused(acceptance(token, "weak@acme.test"))).toMatchObject({
      reason: "weakPassword"
    })
    const nameless = { token, password: Redacted.make(goodPassword), name: " ", address: "" }
    expect(await accounts.refused(invitations.accept(nameless))).toMatchObject({ reason: "wrongName" })
    await accounts.run(acceptance(token))
  })

  it.each(["", "centi_", `centi_${"A".repeat(43)}`, "' or 1=1 --"])(
    "that nobody made are none: %j",
    async (text) => {
      expect(await accounts.refused(acceptance(Redacted.make(text)))).toMatchObject({
        reason: "invitationOver"
      })
    }
  )

  it("are open in a number that has an end", async () => {
    await accounts.database.admin(
      `insert into core.invitation (company, invitation_id, hash, email, roles, invited_by, made_at, expires_at)
         select 'other', 'i' || n, sha256(n::text::bytea), 'x', '{Cliente}', 'test', now(), 'infinity'
         from generate_series(1, $1) n`,
      [accountLimits.invitationsOpenMax]
    )
    const asked = { email: "more@other.test", roles: ["Cliente"] }
    expect(await accounts.refused(invitations.invite(stranger.principal, asked))).toMatchObject({
      reason: "tooMany"
    })
  })
})
