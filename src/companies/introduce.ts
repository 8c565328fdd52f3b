import * as Effect from "effect/Effect"
import type { ActorEvent, Engine, TryAgain } from "../../actors/engine/engine.ts"
import type { Language } from "../../machines/conversation/events.ts"

/** Who somebody is, as a channel shows, or as a form or a program says. */
export interface Described {
  readonly name?: string
  readonly email?: string
  readonly phone?: string
  readonly organisation?: string
  readonly role?: string
  readonly language?: typeof Language.Type
}

/** Somebody who is heard of. */
export interface Introduced {
  readonly company: string
  readonly leadId: string
  readonly described: Described
  /** As events name who says so. */
  readonly by: string
  /** Epoch ms. */
  readonly at: number
}

/**
 * Whoever is heard of for the first time is a contact from then on; one who is a contact already stays as people
 * described it. What a contact refuses for good is logged, and keeps nothing else from happening: a list of machines may
 * have no contacts.
 */
export const introduce = (
  engine: Engine["Service"],
  { company, leadId, described, by, at }: Introduced
): Effect.Effect<void, TryAgain> => {
  const event: ActorEvent = { type: "ContactDescribeAsked", ...described, by, at }
  const delivery = engine.deliver({ company, machine: "contact", id: leadId }, event, {
    principal: by,
    occurredAt: at,
    expectedVersion: "none"
  })
  return Effect.catchTags(Effect.asVoid(delivery), {
    WrongVersion: () => Effect.void,
    EventRefused: ({ reason }) =>
      reason === "unknownMachine" || reason === "erased"
        ? Effect.void
        : Effect.logWarning(`somebody new is not taken as a contact: ${reason}`)
  })
}

/** A number that is learnt of somebody becomes the contact's, unless people wrote down another. */
export const tellNumber = Effect.fnUntraced(function* (
  engine: Engine["Service"],
  { company, leadId, described, by, at }: Introduced
) {
  const address = { company, machine: "contact", id: leadId }
  const view = yield* Effect.catchTag(engine.view(address), "EventRefused", () => Effect.succeed(undefined))
  const known = view?.context as { readonly described?: Described } | undefined
  if (known?.described === undefined || known.described.phone !== undefined) return
  const event: ActorEvent = { type: "ContactDescribeAsked", ...described, by, at }
  yield* engine.deliver(address, event, { principal: by, occurredAt: at }).pipe(
    Effect.catchTags({
      WrongVersion: () => Effect.void,
      EventRefused: ({ reason }) => Effect.logWarning(`a contact's number is not taken: ${reason}`)
    })
  )
})
