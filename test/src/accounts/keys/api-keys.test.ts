import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { accountLimits } from "../../../../src/accounts/account-limits.ts"
import { ApiKeys } from "../../../../src/accounts/keys/api-keys.ts"
import { principalName } from "../../../../src/accounts/principal.ts"
import { Authentication } from "../../../../src/accounts/sessions/authentication.ts"
import { databases } from "../../../databases.ts"
import { type OpenAccounts, openAccounts, type Someone } from "../open-accounts.ts"

describe.each(databases)("API keys on $name", (kind) => {
  let accounts: OpenAccounts
  let admin: Someone
  let stranger: Someone
  let seller: Someone
  let keys: ApiKeys["Service"]
  beforeAll(async () => {
    accounts = await openAccounts(kind)
    admin = await accounts.user("acme", "admin@acme.test", "Admin")
    seller = await accounts.user("acme", "seller@acme.test", "Comercial")
    stranger = await accounts.user("other", "admin@other.test", "Admin")
    keys = await accounts.run(ApiKeys)
  })
  afterAll(() => accounts?.close())

  const asked = { name: "SDR agent", roles: ["Agente_IA"] } as const
  const authenticate = (key: string) =>
    Effect.flatMap(Authentication, (authentication) =>
      authentication.authenticate(`Bearer ${key}`, { address: "203.0.113.5" })
    )
  const make = async (more: object = {}) => {
    const made = await accounts.run(keys.create(admin.principal, { ...asked, ...more }))
    return { id: made.id, key: Redacted.value(made.key) }
  }

  it("stand for a program of the company, with the rights of their roles", async () => {
    const { id, key } = await make({ perMinute: 60 })
    expect(key).toMatch(new RegExp(`^cent_${id}_[A-Za-z0-9_-]{43}$`))
    const principal = await accounts.run(authenticate(key))
    expect(principal).toMatchObject({
      kind: "apiKey",
      id,
      company: "acme",
      name: "SDR agent",
      roles: ["Agente_IA"],
      perMinute: 60,
      perHour: accountLimits.apiKeyPerHour
    })
    expect(principalName(principal)).toBe(`api:${id}`)
    expect([principal.may("hunter", "write"), principal.may("crm", "write")]).toEqual(["all", "none"])
  })

  it("are narrowed to the rights that were named", async () => {
    const { key } = await make({ scopes: ["crm:read", "finance:write"] })
    const { may } = await accounts.run(authenticate(key))
    expect([may("crm", "read"), may("hunter", "read"), may("finance", "write")]).toEqual([
      "all",
      "none",
      "none"
    ])
  })

  it("are kept as a hash, and shown without it", async () => {
    const { id, key } = await make()
    const rows = await accounts.database.admin("select k::text from core.api_key k")
    const secret = key.split("_").slice(2).join("_")
    expect(JSON.stringify(rows)).not.toContain(secret)
    const listed = await accounts.run(keys.list(admin.principal))
    expect(listed.find((each) => each.id === id)).toEqual({
      id,
      name: "SDR agent",
      roles: ["Agente_IA"],
      scopes: null,
      perMinute: 1000,
      perHour: 10_000,
      madeBy: `person:${admin.id}`,
      madeAt: accounts.now(),
      expiresAt: null,
      usedAt: null,
      revokedAt: null
    })
    expect(JSON.stringify(listed)).not.toContain(secret)
  })

  it("say when they were last used, to the minute", async () => {
    const { id, key } = await make()
    const usedAt = async () =>
      (await accounts.run(keys.list(admin.principal))).find((each) => each.id === id)!.usedAt
    await accounts.run(authenticate(key))
    const first = accounts.now()
    expect(await usedAt()).toBe(first)
    accounts.tick(accountLimits.seenForMs)
    await accounts.run(authenticate(key))
    expect(await usedAt()).toBe(first)
    accounts.tick(61_000)
    await accounts.run(authenticate(key))
    expect(await usedAt()).toBe(accounts.now())
  })

  it("are worth nothing once they are revoked, at once, and their further use is written once a minute", async () => {
    const { id, key } = await make()
    await accounts.run(authenticate(key))
    await accounts.run(keys.revoke(admin.principal, id))
    for (let n = 0; n < 3; n++) {
      expect(await accounts.refused(authenticate(key))).toMatchObject({ reason: "revoked" })
      accounts.tick(accountLimits.seenForMs)
    }
    const uses = (await accounts.audit("acme")).filter(([by]) => by === `api:${id}`)
    expect(uses).toEqual([[`api:${id}`, "apiKey.use", `apiKey:${id}`, "refused", "revoked"]])
    expect(await accounts.refused(keys.revoke(admin.principal, id))).toMatchObject({ _tag: "NotFound" })
  })

  it("are known by another process for the stated time at most after they were revoked", async () => {
    const { id, key } = await make()
    const other = await accounts.another()
    await other.run(authenticate(key))
    await accounts.run(keys.revoke(admin.principal, id))
    accounts.tick(accountLimits.seenForMs)
    expect(await other.refused(authenticate(key))).toMatchObject({ reason: "revoked" })
  })

  it("expire", async () => {
    const { key } = await make({ expiresAt: accounts.now() + 60_000 })
    await accounts.run(authenticate(key))
    accounts.tick(60_000)
    expect(await accounts.refused(authenticate(key))).toMatchObject({ reason: "expired" })
  })

  it("of another company are not listed, and can't be revoked or made there", async () => {
    const { id, key } = await make()
    expect(await accounts.run(keys.list(stranger.principal))).toEqual([])
    expect(await accounts.refused(keys.revoke(stranger.principal, id))).toMatchObject({ _tag: "NotFound" })
    expect(await accounts.run(authenticate(key))).toMatchObject({ company: "acme" })
    expect((await accounts.audit("other")).at(-1)).toEqual([
      `person:${stranger.id}`,
      "apiKey.revoke",
      `apiKey:${id}`,
      "refused",
      "no API key of this id is in use"
    ])
  })

  it("that nobody made are refused", async () => {
    const { key } = await make()
    const other = key.slice(0, -1) + (key.endsWith("A") ? "B" : "A")
    expect(await accounts.refused(authenticate(other))).toMatchObject({ reason: "unknownKey" })
    for (const none of ["cent_", `cent_${"a".repeat(12)}_short`, `${key}x`, key.toUpperCase()])
      expect(await accounts.refused(authenticate(none))).toMatchObject({ reason: "malformed" })
  })

  it.each([
    [{ roles: [] }, "wrongRoles"],
    [{ roles: ["root"] }, "wrongRoles"],
    [{ scopes: [] }, "wrongScopes"],
    [{ scopes: ["crm:own"] }, "wrongScopes"],
    [{ name: " " }, "wrongName"],
    [{ name: "x".repeat(81) }, "wrongName"],
    [{ perMinute: 0 }, "wrongLimit"],
    [{ perMinute: 1.5 }, "wrongLimit"],
    [{ perHour: Number.NaN }, "wrongLimit"],
    [{ expiresAt: 0 }, "wrongTime"],
    [{ expiresAt: Number.NaN }, "wrongTime"]
  ])("are not made of nonsense: %j", async (more, reason) => {
    expect(await accounts.refused(keys.create(admin.principal, { ...asked, ...more }))).toMatchObject({
      reason
    })
  })

  it("reach no further than whoever makes them, and a seller makes none", async () => {
    const above = keys.create(admin.principal, { name: "root", roles: ["super_admin"] })
    expect(await accounts.refused(above)).toMatchObject({ _tag: "Forbidden" })
    const below = { name: "half a root", roles: ["super_admin"], scopes: ["crm:read"] }
    await accounts.run(keys.create(admin.principal, below))
    expect(await accounts.refused(keys.create(seller.principal, asked))).toMatchObject({ _tag: "Forbidden" })
    expect(await accounts.refused(keys.list(seller.principal))).toMatchObject({ _tag: "Forbidden" })
    const refused = (await accounts.audit("acme"))
      .filter(([, , , outcome]) => outcome === "refused")
      .slice(-3)
    expect(refused.map(([by, action]) => [by, action])).toEqual([
      [`person:${admin.id}`, "apiKey.make"],
      [`person:${seller.id}`, "apiKey.make"],
      [`person:${seller.id}`, "apiKey.list"]
    ])
  })

  it("are so many at most", async () => {
    await accounts.database.admin(
      `insert into core.api_key (company, key_id, hash, name, roles, per_minute, per_hour, made_by, made_at)
         select 'other', 'k' || n, sha256(n::text::bytea), 'n', '{Cliente}', 1, 1, 'test', now()
         from generate_series(1, $1) n`,
      [accountLimits.apiKeysMax]
    )
    expect(await accounts.refused(keys.create(stranger.principal, asked))).toMatchObject({
      reason: "tooMany"
    })
  })
})
