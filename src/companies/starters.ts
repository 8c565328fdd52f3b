import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Address, formatAddress } from "../../actors/address.ts"
import { EventRefused } from "../../actors/engine.ts"
import { Companies, type Starter, type StartInput } from "./companies.ts"

/** Starters kept at most; of more than this the oldest are let go, and their next message brings them again. */
const startersMax = 10_000

/** Who begins which actor: kept between the message that came in and the first step that it makes. */
export class Starters extends Context.Service<
  Starters,
  {
    /** Says who talks in this conversation; before the first event is delivered to it. */
    readonly remember: (address: Address, starter: Starter) => Effect.Effect<void>
    /** What the engine starts an actor with; fails with `wrongData` when nobody said enough. */
    readonly startInput: (address: Address) => Effect.Effect<StartInput, EventRefused>
  }
>()("centurion/companies/Starters") {
  static readonly layer = Layer.effect(
    Starters,
    Effect.gen(function* () {
      const companies = yield* Companies
      const known = new Map<string, Starter>()
      return {
        remember: (address, starter) =>
          Effect.sync(() => {
            const key = formatAddress(address)
            // Deleted first, so that it is the newest of the map.
            known.delete(key)
            known.set(key, starter)
            const oldest = known.keys().next().value
            if (known.size > startersMax && oldest !== undefined) known.delete(oldest)
          }),
        startInput: (address) =>
          Effect.mapError(
            companies.startInput(address, known.get(formatAddress(address))),
            ({ message }) => new EventRefused({ reason: "wrongData", message })
          )
      }
    })
  )
}
