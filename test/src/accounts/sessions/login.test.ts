import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { accountLimits } from "../../../../src/accounts/account-limits.ts"
import { Sessions } from "../../../../src/accounts/sessions/sessions.ts"
import { databases } from "../../../databases.ts"
import { goodPassword, type OpenAccounts, openAccounts, type Someone } from "../open-accounts.ts"

describe.each(databases)("logging in on $name", (kind) => {
  let accounts: OpenAccounts
  let ana: Someone
  beforeAll(async () => {
    accounts = await openAccounts(kind)
    ana = await accounts.user("acme", "ana@acme.test", "Comercial")
    await accounts.user("other", "bob@other.test", "Comercial")
  })
  afterAll(() => accounts?.close())
  beforeEach(() => accounts.tick(120_000))

  const login = (email: string, password: string, address = "203.0.113.1", company?: string) =>
    Effect.flatMap(Sessions, (sessions) =>
      sessions.login({ email, password: Redacted.make(password), address, ...(company && { company }) })
    )
  const refusals = async (tries: number, of: (n: number) => ReturnType<typeof login>) => {
    const all: Array<string> = []
    for (let n = 0; n < tries; n++) {
      const error = (await accounts.refused(of(n))) as { readonly _tag: string; readonly reason?: string }
      all.push(error.reason ?? error._tag)
    }
    return all
  }

  it("says the same of a wrong password and of an e-mail that nobody has", async () => {
    const wrong = await accounts.refused(login("ana@acme.test", "not-the-password"))
    const nobody = await accounts.refused(login("nobody@acme.test", goodPassword))
    expect({ ...wrong }).toEqual({ ...nobody })
    expect(wrong).toMatchObject({ _tag: "LoginRefused", reason: "wrongCredentials" })
  })

  it("tells of another company only who knows the password", async () => {
    expect(await refusals(1, () => login("ana@acme.test", "not-the-password", "a", "other"))).toEqual([
      "wrongCredentials"
    ])
    expect(await refusals(1, () => login("ana@acme.test", goodPassword, "b", "other"))).toEqual([
      "otherCompany"
    ])
  })

  it("takes five tries a minute from one address, the right one included", async () => {
    const all = await refusals(7, () => login("ana@acme.test", "not-the-password"))
    expect(all).toEqual([...Array(5).fill("wrongCredentials"), "TooManyTries", "TooManyTries"])
    const error = await accounts.refused(login("ana@acme.test", goodPassword))
    expect(error).toMatchObject({ _tag: "TooManyTries", retryAfterMs: 60_000 })
    expect((await accounts.run(login("ana@acme.test", goodPassword, "203.0.113.2"))).company).toBe("acme")
    accounts.tick(60_000)
    expect((await accounts.run(login("ana@acme.test", goodPassword))).company).toBe("acme")
  })

  it("takes ten tries a minute of one e-mail from all addresses together, whatever its case", async () => {
    const all = await refusals(11, (n) =>
      login(n % 2 === 0 ? "bob@other.test" : "BOB@other.test", "not-the-password", `198.51.100.${n}`)
    )
    expect(all).toEqual([
      ...Array(accountLimits.loginsPerEmailPerMinute).fill("wrongCredentials"),
      "TooManyTries"
    ])
  })

  it("takes thirty tries a minute from one address of all e-mails together", async () => {
    const all = await refusals(accountLimits.loginsPerAddressPerMinute + 1, (n) =>
      login(`guess${n}@acme.test`, "not-the-password", "192.0.2.1")
    )
    expect(all.slice(-2)).toEqual(["wrongCredentials", "TooManyTries"])
  })

  it("writes every refusal: of a user at their company, of nobody at the installation", async () => {
    const of = async (company: string) => (await accounts.audit(company)).length
    const before = [await of("acme"), await of("*")]
    await refusals(1, () => login("ana@acme.test", "not-the-password", "c"))
    await refusals(1, () => login("nobody@acme.test", "not-the-password", "d"))
    expect([await of("acme"), await of("*")]).toEqual([before[0]! + 1, before[1]! + 1])
    expect((await accounts.audit("acme")).at(-1)).toEqual([
      `person:${ana.id}`,
      "session.start",
      "session",
      "refused",
      "wrongCredentials"
    ])
    expect((await accounts.audit("*")).at(-1)).toEqual([
      "anonymous",
      "session.start",
      "session",
      "refused",
      "wrongCredentials"
    ])
  })

  it.each(["", "x".repeat(100_000), "\u0000", "a@b'; drop table core.app_user; --@c"])(
    "takes any nonsense for a wrong e-mail or password: %#",
    async (text) => {
      expect(await refusals(1, () => login(text, goodPassword, `n${text.length}`))).toEqual([
        "wrongCredentials"
      ])
      expect(await refusals(1, () => login("bob@other.test", text, `p${text.length}`))).toEqual([
        "wrongCredentials"
      ])
    }
  )
})
