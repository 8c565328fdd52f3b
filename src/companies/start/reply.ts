import * as Result from "effect/Result"
import type { ReplyInput } from "../../../machines/reply/events.ts"
import type { Start } from "./start.ts"

/** The id of a new reply to this lead, which says whom it is about: its key is that person's. */
export const replyIdOf = (leadId: string, own: string): string => `${leadId}.${own}`

/** A reply is about the lead that its id begins with. */
export const startReply: Start<typeof ReplyInput.Type> = ({ address: { id } }) =>
  Result.succeed({ leadId: id.slice(0, Math.max(0, id.lastIndexOf("."))) })
