import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { Secrets } from "../../../eventstore/personal/secrets.ts"
import { accountLimits } from "../account-limits.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"

/** A key that signs access tokens, or did a short while ago. */
export interface TokenKey {
  /** What tokens name it by. */
  readonly kid: string
  readonly key: CryptoKey
  /** Epoch ms; null for the one that signs. */
  readonly acceptedUntil: number | null
}

const kidOf = (generation: number) => `t${generation}`
const secretName = (generation: number) => (generation === 1 ? "access token" : `access token ${generation}`)

const importKey = (bytes: Uint8Array) =>
  Effect.promise(() =>
    crypto.subtle.importKey("raw", new Uint8Array(bytes), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
      "verify"
    ])
  )

/** The keys of access tokens: one signs, the one before is accepted until its tokens have expired. */
export class TokenKeys extends Context.Service<
  TokenKeys,
  {
    readonly current: Effect.Effect<TokenKey, StoreUnavailable>
    /** Undefined when there is none of this name, or no longer. */
    readonly find: (kid: string) => Effect.Effect<TokenKey | undefined, StoreUnavailable>
    /** A new key signs from now on; with 0 the old one is worth nothing at once. Gives the name of the new one. */
    readonly rotate: (oldAcceptedForMs?: number) => Effect.Effect<string, StoreUnavailable>
  }
>()("centurion/accounts/TokenKeys") {
  static readonly layer = Layer.effect(
    TokenKeys,
    Effect.gen(function* () {
      const { query } = yield* accountDatabase
      const secrets = yield* Secrets
      const imported = new Map<number, CryptoKey>()
      let seen: { readonly at: number; readonly keys: ReadonlyArray<TokenKey> } | undefined

      const keyOf = Effect.fnUntraced(function* (generation: number) {
        const there = imported.get(generation)
        if (there !== undefined) return there
        // Under a wrong master key the server does not start; a command says the same by dying.
        const secret = yield* secrets
          .take("*", secretName(generation))
          .pipe(Effect.catchTag("WrongMasterKey", (error) => Effect.die(error)))
        const key = yield* importKey(secret)
        imported.set(generation, key)
        return key
      })
      const read = Effect.fnUntraced(function* () {
        const at = yield* now
        const rows = yield* answered(query("select * from core.token_keys(es.at($1))", [at]))
        const keys = yield* Effect.forEach(rows, ([generation, acceptedUntil]) =>
          Effect.map(keyOf(Number(generation)), (key) => ({
            kid: kidOf(Number(generation)),
            key,
            acceptedUntil: acceptedUntil === null ? null : Number(acceptedUntil)
          }))
        )
        seen = { at, keys }
        return keys
      })
      const keysNotOlderThan = Effect.fnUntraced(function* (ms: number) {
        const at = yield* now
        return seen !== undefined && at - seen.at < ms ? seen.keys : yield* read()
      })

      const current = Effect.map(keysNotOlderThan(accountLimits.tokenKeysSeenForMs), (keys) => keys[0]!)
      const find = Effect.fnUntraced(function* (kid: string) {
        const at = yield* now
        const among = (keys: ReadonlyArray<TokenKey>) =>
          keys.find((key) => key.kid === kid && (key.acceptedUntil === null || key.acceptedUntil > at))
        const found = among(yield* keysNotOlderThan(accountLimits.tokenKeysSeenForMs))
        // Another process may have rotated; whoever invents names must not make us ask each time.
        return found ?? among(yield* keysNotOlderThan(accountLimits.tokenKeysAgainMs))
      })
      const rotate = Effect.fn("TokenKeys.rotate")(function* (
        oldAcceptedForMs: number = accountLimits.oldTokenKeyMs
      ) {
        const at = yield* now
        yield* answered(
          query("select core.rotate_token_key(es.at($1), es.at($2))", [at, at + oldAcceptedForMs])
        )
        return (yield* read())[0]!.kid
      })
      return TokenKeys.of({ current, find, rotate })
    })
  )
}
