import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { accountLimits } from "../../../../src/accounts/account-limits.ts"
import { Authentication } from "../../../../src/accounts/sessions/authentication.ts"
import { TokenKeys } from "../../../../src/accounts/sessions/token-keys.ts"
import { Tokens } from "../../../../src/accounts/sessions/tokens.ts"
import { databases } from "../../../databases.ts"
import { bearer, type OpenAccounts, openAccounts, type Someone } from "../open-accounts.ts"

describe.each(databases)("access tokens on $name", (kind) => {
  let accounts: OpenAccounts
  let ana: Someone
  let stranger: Someone
  let token: string
  beforeAll(async () => {
    accounts = await openAccounts(kind)
    ana = await accounts.user("acme", "ana@acme.test", "Comercial")
    stranger = await accounts.user("other", "zoe@other.test", "Admin")
    token = Redacted.value(ana.loggedIn.access.token)
  })
  afterAll(() => accounts?.close())

  const authenticate = (authorization: string | undefined, company?: string) =>
    Effect.flatMap(Authentication, (authentication) =>
      authentication.authenticate(authorization, { address: "203.0.113.9", ...(company && { company }) })
    )
  const refusal = async (authorization: string | undefined, company?: string) => {
    const error = await accounts.refused(authenticate(authorization, company))
    return (error as { readonly reason?: string }).reason
  }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
  /** The token with its header or claims changed and its signature kept. */
  const changed = (header: object, claims: object) => {
    const [, , signature] = token.split(".")
    return `${part({ ...decodeProtectedHeader(token), ...header })}.${part({ ...decodeJwt(token), ...claims })}.${signature}`
  }
  /** The token's claims, signed by the key at hand, with some changed. */
  const signed = async (claims: object, header: object = {}) => {
    const { key, kid } = await accounts.run(Effect.flatMap(TokenKeys, (keys) => keys.current))
    return new SignJWT({ ...decodeJwt(token), ...claims })
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid, ...header })
      .sign(key)
  }

  it("hold who, where and which session, and nothing else", () => {
    expect(decodeJwt(token)).toEqual({
      sub: ana.id,
      company: "acme",
      sid: ana.loggedIn.session,
      iss: "centurion",
      aud: "centurion-api",
      iat: accounts.now() / 1000,
      exp: (accounts.now() + accountLimits.accessTokenMs) / 1000
    })
    expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "at+jwt", kid: "t1" })
  })

  it("are taken whatever the scheme's case, and only as Bearer", async () => {
    expect(await accounts.run(authenticate(`bearer  ${token}`))).toMatchObject({
      id: ana.id,
      address: "203.0.113.9"
    })
    for (const header of [undefined, ""]) expect(await refusal(header)).toBe("missing")
    for (const header of [
      token,
      `Basic ${token}`,
      `Bearer`,
      `Bearer ${token} ${token}`,
      `Bearer ${token}\n`,
      "Bearer sesame",
      `Bearer ${"e".repeat(100_000)}`
    ])
      expect(await refusal(header)).toBe("malformed")
  })

  it.each<[string, () => string | Promise<string>]>([
    ["without an algorithm", () => `${changed({ alg: "none" }, {}).split(".").slice(0, 2).join(".")}.`],
    ["without an algorithm, with the signature", () => changed({ alg: "none" }, {})],
    ["with another algorithm", () => changed({ alg: "HS512" }, {})],
    ["with an asymmetric algorithm", () => changed({ alg: "RS256" }, {})],
    ["for another user", () => changed({}, { sub: stranger.id })],
    ["for another company", () => changed({}, { company: "other" })],
    ["for another session", () => changed({}, { sid: stranger.loggedIn.session })],
    ["that lives longer", () => changed({}, { exp: 9_999_999_999 })],
    ["without a key's name", () => changed({ kid: undefined }, {})],
    ["with an invented key's name", () => changed({ kid: "t2" }, {})],
    ["with a path for a key's name", () => changed({ kid: "../../etc/passwd" }, {})],
    ["with SQL for a key's name", () => changed({ kid: "t1' or '1'='1" }, {})],
    [
      "signed by another key",
      () =>
        new SignJWT(decodeJwt(token))
          .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: "t1" })
          .sign(Buffer.alloc(32, 1))
    ],
    [
      "that brings its own key",
      () =>
        new SignJWT(decodeJwt(token))
          .setProtectedHeader({
            alg: "HS256",
            typ: "at+jwt",
            kid: "t1",
            jwk: { kty: "oct", k: Buffer.alloc(32, 1).toString("base64url") }
          } as never)
          .sign(Buffer.alloc(32, 1))
    ],
    ["of ours for another audience", () => signed({ aud: "somewhere-else" })],
    ["of ours by another issuer", () => signed({ iss: "somebody" })],
    ["of ours of another type", () => signed({}, { typ: "JWT" })],
    ["of ours without a session", () => signed({ sid: undefined })],
    ["of ours without an end", () => signed({ exp: undefined })],
    ["with its signature cut", () => token.slice(0, -2)],
    ["of ours too long to be one", () => signed({ more: "x".repeat(accountLimits.bearerMax) })]
  ])("are refused when they are forged: %s", async (_, forge) => {
    expect(["wrongToken", "malformed"]).toContain(await refusal(`Bearer ${await forge()}`))
  })

  it("of ours with another's session or company are refused as ended", async () => {
    expect(await refusal(`Bearer ${await signed({ sid: stranger.loggedIn.session })}`)).toBe("ended")
    expect(await refusal(`Bearer ${await signed({ company: "other" })}`)).toBe("ended")
    expect(await refusal(`Bearer ${await signed({ sub: stranger.id })}`)).toBe("ended")
    expect(
      await refusal(`Bearer ${await signed({ company: "other", sid: stranger.loggedIn.session })}`)
    ).toBe("ended")
  })

  it("are refused for another company than their own, which is written at their own", async () => {
    expect(await accounts.run(authenticate(`Bearer ${token}`, "acme"))).toMatchObject({ company: "acme" })
    expect(await refusal(`Bearer ${token}`, "other")).toBe("otherCompany")
    expect((await accounts.audit("acme")).at(-1)).toEqual([
      `person:${ana.id}`,
      "request",
      "company:other",
      "refused",
      "otherCompany"
    ])
    expect((await accounts.audit("other")).filter(([by]) => by === `person:${ana.id}`)).toEqual([])
  })

  it("outlive a rotation of the key until they expire, and one that drops the old key do not", async () => {
    const before = await accounts.login("ana@acme.test")
    const keys = await accounts.run(TokenKeys)
    expect(await accounts.run(keys.rotate())).toBe("t2")
    const after = await accounts.login("ana@acme.test")
    expect(decodeProtectedHeader(Redacted.value(after.access.token)).kid).toBe("t2")
    for (const each of [before, after]) await accounts.run(authenticate(bearer(each)))
    // The same claims with the names of the two keys exchanged.
    const [head, claims, signature] = Redacted.value(after.access.token).split(".")
    expect(decodeProtectedHeader(`${head}.e30.`)).toMatchObject({ kid: "t2" })
    const swapped = `${part({ alg: "HS256", typ: "at+jwt", kid: "t1" })}.${claims}.${signature}`
    expect(await refusal(`Bearer ${swapped}`)).toBe("wrongToken")
    accounts.tick(accountLimits.accessTokenMs)
    expect(await refusal(bearer(before))).toBe("expired")
    const last = await accounts.login("ana@acme.test")
    expect(await accounts.run(keys.rotate(0))).toBe("t3")
    expect(await refusal(bearer(last))).toBe("wrongToken")
    await accounts.run(authenticate(bearer(await accounts.login("ana@acme.test"))))
  })

  it("of a key that another process has begun are taken, and of one that it dropped no longer", async () => {
    const other = await accounts.another()
    const before = await accounts.login("ana@acme.test")
    await other.run(authenticate(bearer(before)))
    await accounts.run(Effect.flatMap(TokenKeys, (keys) => keys.rotate(0)))
    accounts.tick(accountLimits.tokenKeysAgainMs)
    await other.run(authenticate(bearer(await accounts.login("ana@acme.test"))))
    accounts.tick(accountLimits.seenForMs - accountLimits.tokenKeysAgainMs)
    expect(await other.refused(authenticate(bearer(before)))).toMatchObject({ reason: "wrongToken" })
  })

  it("expire at their moment, however lately they were seen", async () => {
    const opened = await accounts.login("ana@acme.test")
    accounts.tick(accountLimits.accessTokenMs - 1)
    await accounts.run(authenticate(bearer(opened)))
    accounts.tick(1)
    expect(await accounts.refused(authenticate(bearer(opened)))).toMatchObject({ reason: "expired" })
  })

  it("do not go into errors", async () => {
    const error = await accounts.refused(
      Effect.flatMap(Tokens, (tokens) => tokens.read(changed({}, { sub: "somebody" })))
    )
    expect(JSON.stringify(error)).not.toContain(token.split(".")[2])
  })
})
