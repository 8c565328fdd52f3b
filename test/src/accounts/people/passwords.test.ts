import { argon2Sync } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"
import { accountLimits } from "../../../../src/accounts/account-limits.ts"
import { wrongPassword } from "../../../../src/accounts/people/password-rules.ts"
import { hashCost, Passwords } from "../../../../src/accounts/people/passwords.ts"
import { goodPassword } from "../open-accounts.ts"

const cheap = { memory: 64, passes: 1, parallelism: 1 }
const run = <A, E>(effect: Effect.Effect<A, E, Passwords>, cost = cheap) =>
  Effect.runPromise(Effect.provide(effect, Passwords.layerWith(cost)))
const hash = (password: string, cost = cheap) =>
  run(
    Effect.flatMap(Passwords, (passwords) => passwords.hash(Redacted.make(password))),
    cost
  )
const check = (password: string, stored: string | undefined, cost = cheap) =>
  run(
    Effect.flatMap(Passwords, (passwords) => passwords.check(Redacted.make(password), stored)),
    cost
  )

describe("hashes of passwords", () => {
  it("cost 19 MiB and 2 passes of argon2id, with a salt of their own, as others write them", async () => {
    const [first, second] = [await hash(goodPassword, hashCost), await hash(goodPassword, hashCost)]
    expect(first).not.toBe(second)
    const found = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/.exec(first)!
    const again = argon2Sync("argon2id", {
      message: goodPassword,
      nonce: Buffer.from(found[1]!, "base64"),
      parallelism: 1,
      tagLength: 32,
      memory: 19_456,
      passes: 2
    })
    expect(again.toString("base64").replaceAll("=", "")).toBe(found[2])
  })

  it("fit their password, in every spelling of its letters, and no other", async () => {
    const stored = await hash("caf\u00e9 com leite, 2")
    expect(await check("caf\u00e9 com leite, 2", stored)).toEqual({ fits: true })
    expect(await check("cafe\u0301 com leite, 2", stored)).toEqual({ fits: true })
    for (const other of ["cafe com leite, 2", "Caf\u00e9 com leite, 2", "", "caf\u00e9 com leite, 2 "])
      expect(await check(other, stored)).toEqual({ fits: false })
  })

  it("are made anew when they cost something else now", async () => {
    const old = await hash(goodPassword)
    const dearer = { memory: 128, passes: 2, parallelism: 1 }
    const { fits, rehashed } = await check(goodPassword, old, dearer)
    expect([fits, rehashed?.startsWith("$argon2id$v=19$m=128,t=2,p=1$")]).toEqual([true, true])
    expect(await check(goodPassword, rehashed, dearer)).toEqual({ fits: true })
    expect(await check("another-password", old, dearer)).toEqual({ fits: false })
  })

  it.each([undefined, "", "$2b$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=64,t=1,p=1$AAAA"])(
    "that are none fit nothing: %s",
    async (stored) => {
      expect(await check(goodPassword, stored)).toEqual({ fits: false })
    }
  )

  it("cost as much for nobody as for somebody", async () => {
    const stored = await hash(goodPassword, hashCost)
    const time = async (of: string | undefined) => {
      const begun = performance.now()
      for (let n = 0; n < 5; n++) await check("not-the-password", of, hashCost)
      return performance.now() - begun
    }
    await time(stored)
    const [somebody, nobody] = [await time(stored), await time(undefined)]
    // A check that skipped the hash would take a hundredth.
    expect(nobody / somebody).toBeGreaterThan(0.3)
  })

  it("are computed a few at a time, and beyond a bound refused", async () => {
    const { hashesAtOnce, hashesWaitingMax } = accountLimits
    const all = await run(
      Effect.flatMap(Passwords, (passwords) =>
        Effect.all(
          Array.from({ length: hashesAtOnce + hashesWaitingMax + 3 }, () =>
            Effect.result(passwords.hash(Redacted.make(goodPassword)))
          ),
          { concurrency: "unbounded" }
        )
      ),
      hashCost
    )
    expect(all.filter(({ _tag }) => _tag === "Failure")).toHaveLength(3)
  })

  it("take turns by company: whoever fills its own line holds up no other", async () => {
    const order: Array<string> = []
    await run(
      Effect.flatMap(Passwords, (passwords) => {
        const hash = (company: string) =>
          Effect.tap(Effect.ignore(passwords.hash(Redacted.make(goodPassword), company)), () =>
            Effect.sync(() => order.push(company))
          )
        return Effect.all([...Array.from({ length: 40 }, () => hash("acme")), hash("globex")], {
          concurrency: "unbounded"
        })
      }),
      hashCost
    )
    expect(order.indexOf("globex")).toBeLessThan(8)
    expect(order.length).toBe(41)
  })
})

describe("a new password", () => {
  it.each([
    ["elevenchars", false],
    ["twelve chars", true],
    ["x".repeat(257), false],
    [`${"abcdefgh".repeat(32)}`, true],
    ["aaaaaaaaaaaaaaaa", false],
    ["abababababab", false],
    ["Password1234", false],
    ["QWERTYUIOP123", false],
    ["ana@acme.test", false],
    ["ANA@acme.test", false],
    ["🦦🦦🦦🦦🦦🦦", false],
    ["correct horse battery staple", true]
  ])("%s is taken: %s", (password, isTaken) => {
    const refused = wrongPassword(password, "ana@acme.test")
    expect(refused === undefined).toBe(isTaken)
    if (refused !== undefined) expect(refused.message).not.toContain(password)
  })
})
