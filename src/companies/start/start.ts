import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Address } from "../../../actors/address.ts"
import type { ActorEvent } from "../../../actors/engine/engine.ts"
import type { Company } from "../company.ts"

/** Who begins a conversation or a lead: by which account of which channel, and who the other side is. */
export const Starter = Schema.Struct({
  channel: Schema.String,
  instance: Schema.String,
  contact: Schema.String,
  contactName: Schema.optionalKey(Schema.String),
  /** The person; default one with the id of its conversation. */
  leadId: Schema.optionalKey(Schema.String)
})
export type Starter = typeof Starter.Type

/** An actor that begins: by which event, by whom, at which company. */
export interface Begun {
  readonly address: Address
  readonly event: ActorEvent
  readonly starter: Starter | undefined
  readonly company: Company
}

/** What an actor starts with; a sentence when it can't start so. */
export type Start<Input> = (begun: Begun) => Result.Result<Input, string>
