import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Address, formatAddress } from "../../actors/address.ts"
import type { Starter } from "../companies/companies.ts"

/** Who is writing just now, by the address they write to: what an actor is started with is not in the event itself. */
export class Starters extends Context.Service<
  Starters,
  {
    readonly of: (address: Address) => Starter | undefined
    /** Remembers the starter while `delivery` runs. */
    readonly during: <A, E, R>(
      address: Address,
      starter: Starter,
      delivery: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E, R>
  }
>()("centurion/http/Starters") {
  static readonly layer = Layer.sync(Starters, () => {
    const starters = new Map<string, { starter: Starter; deliveries: number }>()
    return Starters.of({
      of: (address) => starters.get(formatAddress(address))?.starter,
      during: (address, starter, delivery) =>
        Effect.suspend(() => {
          const key = formatAddress(address)
          const known = starters.get(key)
          const entry = known ?? { starter, deliveries: 0 }
          entry.deliveries++
          if (known === undefined) starters.set(key, entry)
          return Effect.ensuring(
            delivery,
            Effect.sync(() => {
              if (--entry.deliveries === 0) starters.delete(key)
            })
          )
        })
    })
  })
}
