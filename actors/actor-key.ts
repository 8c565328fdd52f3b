import * as Effect from "effect/Effect"
import type { Json } from "../eventstore/database/json.ts"
import type { SubjectKeys } from "../eventstore/personal/subject-keys.ts"
import { type Address, formatAddress } from "./address.ts"
import { EventRefused, TryAgain } from "./engine/engine.ts"
import { type LiveActor, needsKey } from "./machine/live-actor.ts"

const storeRetryMs = 1000

/** Takes the key of the person that the actor is about; a new actor says by its input who that is. */
export const giveKey = (
  keys: SubjectKeys["Service"],
  actor: LiveActor,
  startInput: Json | undefined
): Effect.Effect<void, EventRefused | TryAgain> => {
  if (!needsKey(actor)) return Effect.void
  const { company, stream, address, registered } = actor
  return keys.take(company, registered.personal.subjectOf(startInput, stream), stream).pipe(
    Effect.mapError(
      ({ message }) => new TryAgain({ reason: "storeUnavailable", message, retryAfterMs: storeRetryMs })
    ),
    Effect.flatMap((key) => {
      if (key === "erased") return Effect.fail(erased(address))
      if (key === "locked") return Effect.fail(locked(address))
      actor.key = key
      return Effect.void
    })
  )
}

/** Nobody may write to an actor whose person is gone. */
export const erased = (address: Address) =>
  new EventRefused({
    reason: "erased",
    message: `the person that ${formatAddress(address)} is about was erased; it takes nothing more`
  })

const locked = (address: Address) =>
  new EventRefused({
    reason: "parked",
    message: `${formatAddress(address)} is sealed under a master key that is not here; give it as CENTURION_MASTER_KEY_OLD`
  })

/** It has begun, and what is personal of it can be sealed. */
export const isReady = (actor: LiveActor): boolean => actor.version > 0 && !needsKey(actor)

/** Once nobody is on the way to it any more it may be let go, and nobody is beginning it. */
export const unpin = (actor: LiveActor) => {
  actor.pins--
  if (actor.pins === 0) actor.starter = undefined
}
