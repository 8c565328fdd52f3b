import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { accountLimits } from "../../../../src/accounts/account-limits.ts"
import { Users } from "../../../../src/accounts/people/users.ts"
import { Authentication } from "../../../../src/accounts/sessions/authentication.ts"
import type { TokenPair } from "../../../../src/accounts/sessions/open-session.ts"
import { Sessions } from "../../../../src/accounts/sessions/sessions.ts"
import { databases } from "../../../databases.ts"
import { bearer, goodPassword, type OpenAccounts, openAccounts } from "../open-accounts.ts"

const from = { address: "203.0.113.7", agent: "a browser" }

describe.each(databases)("sessions on $name", (kind) => {
  let accounts: OpenAccounts
  beforeAll(async () => {
    accounts = await openAccounts(kind)
  })
  afterAll(() => accounts?.close())

  const refresh = (token: TokenPair["refresh"]) =>
    Effect.flatMap(Sessions, (sessions) => sessions.refresh(token, from))
  const authenticate = (pair: { readonly access: TokenPair["access"] }) =>
    Effect.flatMap(Authentication, (authentication) => authentication.authenticate(bearer(pair)))
  const reasonOf = (error: unknown) => (error as { readonly reason?: string }).reason

  it("gives whoever logs in a pair of tokens for the first of their companies", async () => {
    const ana = await accounts.user("acme", "ana@acme.test", "Comercial")
    const { loggedIn, principal } = ana
    expect(loggedIn).toMatchObject({
      company: "acme",
      user: { id: ana.id, email: "ana@acme.test", name: "ana@acme.test" },
      memberships: [{ company: "acme", roles: ["Comercial"] }],
      refreshExpiresAt: accounts.now() + accountLimits.refreshTokenMs
    })
    expect(loggedIn.access.expiresAt).toBe(accounts.now() + accountLimits.accessTokenMs)
    expect(principal).toMatchObject({ kind: "user", id: ana.id, company: "acme", roles: ["Comercial"] })
    expect([principal.may("crm", "write"), principal.may("finance", "read")]).toEqual(["own", "none"])
  })

  it("gives the next pair for a refresh token, once", async () => {
    const { loggedIn } = await accounts.user("acme", "bia@acme.test", "Admin")
    accounts.tick(accountLimits.accessTokenMs)
    expect(reasonOf(await accounts.refused(authenticate(loggedIn)))).toBe("expired")
    const next = await accounts.run(refresh(loggedIn.refresh))
    expect(await accounts.run(authenticate(next))).toMatchObject({ email: "bia@acme.test" })
    const third = await accounts.run(refresh(next.refresh))
    expect(await accounts.run(authenticate(third))).toMatchObject({ email: "bia@acme.test" })
  })

  it("ends the whole family when a used refresh token comes again, at once, and writes that once", async () => {
    const { id, loggedIn } = await accounts.user("acme", "cris@acme.test", "Admin")
    const next = await accounts.run(refresh(loggedIn.refresh))
    expect(reasonOf(await accounts.refused(refresh(loggedIn.refresh)))).toBe("replayed")
    expect(reasonOf(await accounts.refused(authenticate(next)))).toBe("ended")
    expect(reasonOf(await accounts.refused(refresh(next.refresh)))).toBe("ended")
    expect(reasonOf(await accounts.refused(refresh(loggedIn.refresh)))).toBe("replayed")
    const replays = (await accounts.audit("acme")).filter(([, action]) => action === "session.refresh")
    expect(replays).toEqual([
      [`person:${id}`, "session.refresh", `session:${loggedIn.session}`, "refused", "replayed"]
    ])
  })

  it("lets one of fifty refreshes at once win, and none of them keep the session", async () => {
    await accounts.user("acme", "duda@acme.test", "Admin")
    // The first round opens the connections; from then on the fifty meet in the database.
    for (let round = 0; round < 5; round++) {
      accounts.tick(60_000)
      const { refresh: token, session, user } = await accounts.login("duda@acme.test")
      const all = await accounts.run(
        Effect.all(
          Array.from({ length: 50 }, () => Effect.result(refresh(token))),
          { concurrency: "unbounded" }
        )
      )
      const won = all.flatMap((one) => (one._tag === "Success" ? [one.success] : []))
      const lost = all.flatMap((one) => (one._tag === "Failure" ? [reasonOf(one.failure)] : []))
      expect([won.length, lost.length, new Set(lost)]).toEqual([1, 49, new Set(["replayed"])])
      expect(reasonOf(await accounts.refused(authenticate(won[0]!)))).toBe("ended")
      expect(reasonOf(await accounts.refused(refresh(won[0]!.refresh)))).toBe("ended")
      const written = (await accounts.audit("acme")).filter(([, , target]) => target === `session:${session}`)
      expect(written).toEqual([
        [`person:${user.id}`, "session.start", `session:${session}`, "done", ""],
        [`person:${user.id}`, "session.refresh", `session:${session}`, "refused", "replayed"]
      ])
    }
  })

  it("refuses a refresh token after 7 days, one of a session after 30, and what is none", async () => {
    const { loggedIn } = await accounts.user("acme", "edu@acme.test", "Admin")
    accounts.tick(accountLimits.refreshTokenMs)
    expect(reasonOf(await accounts.refused(refresh(loggedIn.refresh)))).toBe("expired")
    let pair: TokenPair = await accounts.login("edu@acme.test")
    for (let day = 0; day < 5; day++) {
      accounts.tick(6 * 24 * 3_600_000)
      if (day < 4) pair = await accounts.run(refresh(pair.refresh))
    }
    expect(reasonOf(await accounts.refused(refresh(pair.refresh)))).toBe("expired")
    for (const none of ["", "centr_short", `centr_${"x".repeat(43)}`, "' or 1=1 --", "x".repeat(100_000)])
      expect(reasonOf(await accounts.refused(refresh(Redacted.make(none))))).toBe("unknown")
  })

  it("lists sessions, ends one of them or all others, and never those of somebody else", async () => {
    const first = await accounts.user("acme", "fabi@acme.test", "Comercial")
    const stranger = await accounts.user("acme", "gil@acme.test", "Comercial")
    const second = await accounts.login("fabi@acme.test")
    const third = await accounts.login("fabi@acme.test")
    const sessions = await accounts.run(Sessions)
    const list = () => accounts.run(sessions.list(first.principal))
    expect((await list()).map(({ session, current }) => [session, current]).sort()).toEqual(
      [
        [first.loggedIn.session, true],
        [second.session, false],
        [third.session, false]
      ].sort()
    )
    expect(await accounts.refused(sessions.end(stranger.principal, second.session))).toMatchObject({
      _tag: "NotFound"
    })
    await accounts.run(sessions.end(first.principal, second.session))
    expect(reasonOf(await accounts.refused(authenticate(second)))).toBe("ended")
    expect(await accounts.run(sessions.endOthers(first.principal))).toBe(1)
    expect(reasonOf(await accounts.refused(authenticate(third)))).toBe("ended")
    expect(await accounts.run(authenticate(first.loggedIn))).toMatchObject({ id: first.id })
    await accounts.run(sessions.logout(first.principal))
    expect(reasonOf(await accounts.refused(authenticate(first.loggedIn)))).toBe("ended")
    expect(await list()).toEqual([])
    expect(await accounts.run(authenticate(stranger.loggedIn))).toMatchObject({ id: stranger.id })
  })

  it("ends the oldest when a user has too many", async () => {
    const { loggedIn } = await accounts.user("acme", "hugo@acme.test", "Comercial")
    await accounts.database.admin(
      `insert into core.session select company, 'old' || n, user_id, started_at + n * interval '1 s', seen_at, expires_at, '', ''
         from core.session, generate_series(1, $2) n where session_id = $1`,
      [loggedIn.session, accountLimits.sessionsPerUser - 1]
    )
    accounts.tick(3_600_000)
    const newest = await accounts.login("hugo@acme.test")
    expect(reasonOf(await accounts.refused(refresh(loggedIn.refresh)))).toBe("ended")
    expect(
      await accounts.database.admin(
        "select count(*)::int from core.session s join core.session mine using (company, user_id) where mine.session_id = $1 and s.ended_at is null",
        [newest.session]
      )
    ).toEqual([[accountLimits.sessionsPerUser]])
  })

  it("switches the company, and only to one where the user belongs", async () => {
    const { id, loggedIn } = await accounts.user("acme", "iara@acme.test", "Comercial")
    const sessions = await accounts.run(Sessions)
    const to = (token: TokenPair["refresh"]) => sessions.switchCompany(token, "other", from)
    expect(await accounts.refused(to(loggedIn.refresh))).toMatchObject({ reason: "otherCompany" })
    await accounts.database.admin(
      "insert into core.membership (company, user_id, roles, since) values ('other', $1, '{Admin}', now())",
      [id]
    )
    const there = await accounts.run(to(loggedIn.refresh))
    expect(await accounts.run(authenticate(there))).toMatchObject({ company: "other", roles: ["Admin"] })
    expect(reasonOf(await accounts.refused(authenticate(loggedIn)))).toBe("ended")
    expect(reasonOf(await accounts.refused(to(loggedIn.refresh)))).toBe("replayed")
    expect(await accounts.run(authenticate(there))).toMatchObject({ company: "other" })
  })

  it("ends all other sessions when the password changes, at all companies", async () => {
    const { id, principal, loggedIn } = await accounts.user("acme", "joao@acme.test", "Comercial")
    await accounts.database.admin(
      "insert into core.membership (company, user_id, roles, since) values ('other', $1, '{Admin}', now())",
      [id]
    )
    const elsewhere = await accounts.login("joao@acme.test", "other")
    const users = await accounts.run(Users)
    const change = (current: string, next: string) =>
      users.changePassword(principal, Redacted.make(current), Redacted.make(next))
    expect(await accounts.refused(change("not it at all", "another-good-one-9"))).toMatchObject({
      reason: "wrongPassword"
    })
    expect(await accounts.refused(change(goodPassword, "short"))).toMatchObject({ reason: "weakPassword" })
    await accounts.run(change(goodPassword, "another-good-one-9"))
    expect(reasonOf(await accounts.refused(authenticate(elsewhere)))).toBe("ended")
    expect(await accounts.run(authenticate(loggedIn))).toMatchObject({ id })
    expect(await accounts.login("joao@acme.test").catch((error) => reasonOf(error))).toBe("wrongCredentials")
  })

  it("knows of what another process ended within the stated time", async () => {
    const { loggedIn, principal } = await accounts.user("acme", "kika@acme.test", "Comercial")
    const other = await accounts.another()
    expect(await other.run(authenticate(loggedIn))).toMatchObject({ email: "kika@acme.test" })
    await accounts.run(Effect.flatMap(Sessions, (sessions) => sessions.logout(principal)))
    expect(reasonOf(await accounts.refused(authenticate(loggedIn)))).toBe("ended")
    accounts.tick(accountLimits.seenForMs)
    expect(reasonOf(await other.refused(authenticate(loggedIn)))).toBe("ended")
  })
})
