import type { StateMachine } from "xstate"
import type { Json } from "../../../eventstore/database/json.ts"
import type { Listed } from "../../../machines/index.ts"
import { startContact } from "./contact.ts"
import { startConversation } from "./conversation.ts"
import { startLead } from "./lead.ts"
import { startReply } from "./reply.ts"
import type { Start } from "./start.ts"

// biome-ignore format: one of fifteen is of interest
// biome-ignore lint/suspicious/noExplicitAny: whatever else the machine is typed by
type NameOf<M> = M extends StateMachine<any, any, any, any, any, any, any, any, any, any, any, any, any, infer S, any>
  ? S["id"]
  : never

type FieldsOf<S> = S extends { readonly fields: infer Fields } ? keyof Fields : never

/** True when one of the events has all fields of the input. */
type Told<Input, Events> = true extends {
  [Type in keyof Events]: [FieldsOf<Input>] extends [FieldsOf<Events[Type]>] ? true : false
}[keyof Events]
  ? true
  : false

/** The name of a machine that starts with more than any event of its own tells. */
export type StartsWithMore<L> = L extends {
  readonly machine: infer M
  readonly input: infer I
  readonly events: infer E
}
  ? Told<I, E> extends true
    ? never
    : NameOf<M>
  : never

/**
 * What the actors of our machines start with. A machine that is not here starts with what its first event tells; one
 * that no event tells enough must be here. A company's own actor begins before the company is there.
 */
export type Starts = Readonly<Record<Exclude<StartsWithMore<Listed>, "company">, Start<Json>>>

export const starts = {
  conversation: startConversation,
  lead: startLead,
  contact: startContact,
  reply: startReply
} satisfies Starts & Readonly<Record<string, Start<Json>>>
