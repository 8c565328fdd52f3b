import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { StoreUnavailable } from "../log/event-store.ts"
import { MasterKeys } from "./master-keys.ts"
import { SubjectStore } from "./subject-store.ts"

/** The installation's secrets are wrapped by another master key than those given. */
export class WrongMasterKey extends Schema.TaggedError<WrongMasterKey>()("WrongMasterKey", {
  message: Schema.String
}) {}

/** What a secret's wrapping is bound to. */
export const secretBound = (company: string, name: string): string => `secret ${company}/${name}`

const secretBytes = 32

/** A secret made now could be opened by nobody later. */
export const noMasterKey = new WrongMasterKey({
  message:
    "no master key is given, and this needs one: set CENTURION_MASTER_KEY or CENTURION_MASTER_KEY_FILE, or run it where the key of this database is"
})

/** Keys of a company, or of the installation (`*`), made when they are first asked for. */
export class Secrets extends Context.Service<
  Secrets,
  {
    /** 32 bytes, the same for all processes and for ever. */
    readonly take: (
      company: string,
      name: string
    ) => Effect.Effect<Uint8Array, StoreUnavailable | WrongMasterKey>
  }
>()("centurion/eventstore/Secrets") {
  static readonly layerWith = (random: (bytes: number) => Uint8Array) =>
    Layer.effect(
      Secrets,
      Effect.gen(function* () {
        const store = yield* SubjectStore
        const masters = yield* MasterKeys
        const known = new Map<string, Uint8Array>()
        const take = Effect.fnUntraced(function* (company: string, name: string) {
          const bound = secretBound(company, name)
          const there = known.get(bound)
          if (there !== undefined) return there
          if (!masters.isGiven) return yield* noMasterKey
          const wrapped = yield* store.takeSecret(company, name, masters.wrap(bound, random(secretBytes)))
          const secret = masters.unwrap(bound, wrapped)
          if (secret === undefined) {
            return yield* new WrongMasterKey({
              message: `the keys in this database are wrapped by the master key ${wrapped.masterId}, and ${masters.current.id} was given: give the right one as CENTURION_MASTER_KEY, or the old one as CENTURION_MASTER_KEY_OLD`
            })
          }
          known.set(bound, secret)
          return secret
        })
        return Secrets.of({ take })
      })
    )
  static readonly layer = Secrets.layerWith(randomBytes)
}
