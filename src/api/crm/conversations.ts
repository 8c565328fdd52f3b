import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import { Engine } from "../../../actors/engine/engine.ts"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import type { Conversation } from "../../../machines/conversation/state.ts"
import { replyLimits } from "../../../machines/reply/events.ts"
import { conversations as conversationRows } from "../../../projections/conversations.ts"
import { principalName } from "../../accounts/principal.ts"
import { replyIdOf } from "../../companies/start/reply.ts"
import { newId } from "../../inbox/submit-lead.ts"
import type { MachineResource } from "../../resources/machine-resource.ts"
import { mayReach } from "../caller.ts"
import { messages, messagesGroup } from "../contract/crm/conversations.ts"
import { Idempotency } from "../contract/middleware.ts"
import { handlersOf } from "../handlers-of.ts"
import { readPage } from "../lists/read-page.ts"
import { deliverFromCaller, mustReach, noSuch, written } from "../machines/actor-requests.ts"

const conversations: Pick<MachineResource, "machine" | "rows"> = {
  machine: "conversation",
  rows: { readModel: conversationRows, fixed: [] }
}

/** A retry by the same key is the same reply. */
const ownIdOf = (key: string | undefined): string =>
  key === undefined ? newId() : createHash("sha256").update(key).digest("hex").slice(0, 20)

const send = Effect.fnUntraced(function* (id: string, text: string) {
  const { caller, scope } = yield* mayReach(
    "conversations",
    "write",
    "conversation.write",
    `conversation:${id}`
  )
  const { company } = caller
  yield* mustReach(conversations, company, scope, id)
  const address = { company, machine: "conversation", id }
  const engine = yield* Engine
  const view = yield* engine.view(address)
  if (view === undefined) return yield* noSuch(address, id)
  const by = principalName(caller)
  const at = (yield* EngineClock).now()
  const key = yield* Idempotency
  const keyed = key === undefined ? {} : { key }
  // Whether the lead may be written to is the conversation's to say, and from here on the AI is silent.
  const taken = { type: "PersonTookOver", by, reason: "answers from the console", at }
  yield* deliverFromCaller(address, taken, { ...keyed, expectedVersion: "exists" })
  const { channel, instance, contact, leadId, followed } = view.context as Conversation
  const asked = {
    ...{ type: "ReplyAsked", conversationId: id, channel, instance, contact, text },
    knownMessageIds: followed.map(({ messageId }) => messageId).slice(-replyLimits.knownMessagesMax),
    ...{ by, at }
  }
  const reply = { company, machine: "reply", id: replyIdOf(leadId, ownIdOf(key)) }
  return written(yield* deliverFromCaller(reply, asked, keyed), 202)
})

/** What answers messagesGroup. */
export const messagesHandlers = handlersOf(messagesGroup, {
  list: Effect.fnUntraced(function* () {
    const { id = "" } = yield* HttpRouter.params
    const { caller, scope } = yield* mayReach("conversations", "read", "message.list", `conversation:${id}`)
    // Who reaches the conversation reaches all of it.
    yield* mustReach(conversations, caller.company, scope, id)
    const ofThis = { column: "conversation_id", kind: "text", operator: "in", value: [id] } as const
    return yield* readPage(messages, caller.company, { kind: "all" }, [ofThis])
  }),
  send: ({ params, payload }) => send(params.id, payload.text)
})
