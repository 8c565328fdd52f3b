import * as Result from "effect/Result"
import type { ConversationInput } from "../../../machines/conversation/events.ts"
import type { Start } from "./start.ts"

/** A conversation is on the channel and with the contact of whoever wrote first. */
export const startConversation: Start<typeof ConversationInput.Type> = ({ address, starter, company }) => {
  if (starter === undefined)
    return Result.fail(
      `The conversation ${address.id} can't start: nobody said by which channel and with whom`
    )
  const { leadId = address.id, ...who } = starter
  return Result.succeed({
    conversationId: address.id,
    ...who,
    leadId,
    agent: company.agent.id,
    language: company.language,
    settings: company.conversation
  })
}
