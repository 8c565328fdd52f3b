import { randomBytes, timingSafeEqual } from "node:crypto"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Context from "effect/Context"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Turns } from "../../../eventstore/database/turns.ts"
import { TooManyTries } from "../account-errors.ts"
import { accountLimits } from "../account-limits.ts"
import { normalPassword } from "./password-rules.ts"

/** What a hash costs: `memory` in KiB. */
export interface HashCost {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** OWASP's first choice for argon2id: 19 MiB, 2 passes. */
export const hashCost: HashCost = { memory: 19_456, passes: 2, parallelism: 1 }

const saltBytes = 16
const hashBytes = 32

interface StoredHash {
  readonly cost: HashCost
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64").replaceAll("=", "")

/** `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, as other implementations write it. */
const phcOf = ({ cost: { memory, passes, parallelism }, salt, hash }: StoredHash) =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`

const phcShape = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const readPhc = (text: string): StoredHash | undefined => {
  const found = phcShape.exec(text)
  if (found === null) return undefined
  const [, memory, passes, parallelism, salt, hash] = found
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt!, "base64"),
    hash: Buffer.from(hash!, "base64")
  }
}

const isSameCost = (a: HashCost, b: HashCost) =>
  a.memory === b.memory && a.passes === b.passes && a.parallelism === b.parallelism

/** What a password is compared with. */
export interface CheckedPassword {
  readonly fits: boolean
  /** The same password at the present cost, when it was hashed at another. */
  readonly rehashed?: string
}

/** Does a hash at its company's turn; refuses when too many of the company wait. */
const inTurns = () => {
  const turns = new Turns({ all: accountLimits.hashesAtOnce, each: 0 })
  const waiting = new Map<string, number>()

  return <A>(company: string, work: Effect.Effect<A>): Effect.Effect<A, TooManyTries> =>
    Effect.suspend((): Effect.Effect<A, TooManyTries> => {
      const count = waiting.get(company) ?? 0
      if (count >= accountLimits.hashesAtOnce + accountLimits.hashesWaitingMax) return Effect.fail(busy)
      waiting.set(company, count + 1)
      return Effect.ensuring(
        turns.take(company, work),
        Effect.sync(() => {
          const left = waiting.get(company)! - 1
          if (left === 0) waiting.delete(company)
          else waiting.set(company, left)
        })
      )
    })
}

/**
 * Hashes of passwords: argon2id as a PHC string. Few at once, because each takes its memory; companies take turns, and
 * whoever belongs to none is of the company "".
 */
export class Passwords extends Context.Service<
  Passwords,
  {
    readonly hash: (
      password: Redacted.Redacted<string>,
      company?: string
    ) => Effect.Effect<string, TooManyTries>
    /** Without a stored hash it takes as long, so that nobody learns from the time who has an account. */
    readonly check: (
      password: Redacted.Redacted<string>,
      stored: string | undefined,
      company?: string
    ) => Effect.Effect<CheckedPassword, TooManyTries>
  }
>()("centurion/accounts/Passwords") {
  static readonly layerWith = (cost: HashCost) =>
    Layer.effect(
      Passwords,
      Effect.gen(function* () {
        const kdf = yield* Kdf.Kdf
        const limited = inTurns()
        const decoy: StoredHash = { cost, salt: randomBytes(saltBytes), hash: randomBytes(hashBytes) }
        const derive = (
          password: Redacted.Redacted<string>,
          at: HashCost,
          salt: Uint8Array,
          length: number,
          company: string
        ) =>
          limited(
            company,
            Effect.orDie(
              kdf.derive(Kdf.argon2id(at), Buffer.from(normalPassword(Redacted.value(password)), "utf8"), {
                salt,
                length
              })
            )
          )

        const hash = Effect.fn("Passwords.hash")(function* (
          password: Redacted.Redacted<string>,
          company = ""
        ) {
          const salt = randomBytes(saltBytes)
          return phcOf({ cost, salt, hash: yield* derive(password, cost, salt, hashBytes, company) })
        })
        const check = Effect.fn("Passwords.check")(function* (
          password: Redacted.Redacted<string>,
          stored: string | undefined,
          company = ""
        ) {
          // Longer than any that was ever taken: not worth its hash.
          if (Redacted.value(password).length > 2 * accountLimits.passwordMax) return { fits: false }
          const read = stored === undefined ? undefined : readPhc(stored)
          const wanted = read ?? decoy
          const derived = yield* derive(password, wanted.cost, wanted.salt, wanted.hash.length, company)
          const fits = timingSafeEqual(derived, wanted.hash) && read !== undefined
          if (!fits || isSameCost(wanted.cost, cost)) return { fits }
          return { fits, rehashed: yield* hash(password, company) }
        })
        return Passwords.of({ hash, check })
      })
    ).pipe(Layer.provide(NodeCrypto.layerKdf))
  static readonly layer = Passwords.layerWith(hashCost)
}

const busy = new TooManyTries({
  message: "too many passwords are being checked at once; try again in a moment",
  retryAfterMs: accountLimits.busyRetryMs
})
