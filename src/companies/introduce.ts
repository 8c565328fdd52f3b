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
