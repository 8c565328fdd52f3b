import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { Engine } from "../../../actors/engine/engine.ts"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import type { Conversation } from "../../../machines/conversation/state.ts"
import { replyLimits } from "../../../machines/reply/events.ts"
import { maybeTime, oneOf } from "../../../projections/column.ts"
import { readModels } from "../../../projections/index.ts"
import type { Listed } from "../../../projections/query/list-sql.ts"
import { rowExample, rowSchema } from "../../../projections/query/row-schema.ts"
import { principalName } from "../../accounts/principal.ts"
import { replyIdOf } from "../../companies/start/reply.ts"
import { newId } from "../../inbox/submit-lead.ts"
import type { MachineResource } from "../../resources/machine-resource.ts"
import { mayReach } from "../caller.ts"
import { about, apiOf, example, Id, titled, upTo } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { withListParameters, withParameters, writeHeaders } from "../lists/list-parameters.ts"
import { readPage } from "../lists/read-page.ts"
import { deliverFromCaller, mustReach, noSuch, written } from "../machines/actor-requests.ts"
import { pageOf, Written } from "../machines/machines.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { AnswersOnce, Idempotency } from "../middleware/idempotency.ts"
import { Problems } from "../middleware/problems.ts"

const named = (name: string) => readModels.find((readModel) => readModel.name === name)!

const records = named("message_records")
const { message_id: _, ...recorded } = records.columns

/** As people read them: without doubles and echoes, and with how far each got. */
const messages: Listed = {
  ...records,
  name: "messages",
  about: "What was said, the newest first, without doubles and echoes, and with how far each message got.",
  columns: {
    ...recorded,
    status: oneOf(
      ["received", "said", "written", "sent", "delivered", "read", "inDoubt", "failed", "notSent"],
      "`received` from the lead, `said` by a person; the AI's go on from `written`.",
      { filters: true }
    ),
    delivered_at: maybeTime("When the channel said that it arrived."),
    read_at: maybeTime("When it said that it was read.")
  },
  isView: true
}
const conversations: Pick<MachineResource, "machine" | "rows"> = {
  machine: "conversation",
  rows: { readModel: named("conversations"), fixed: [] }
}
const params = { id: Id }

const group = HttpApiGroup.make("messages")
  .add(
    HttpApiEndpoint.get("list", "/conversations/:id/messages", {
      params,
      success: pageOf(rowSchema(messages), rowExample(messages)),
      error: problems(400, 401, 403, 404)
    })
      .annotateMerge(about("List a conversation's messages", messages.about))
      .annotateMerge(withListParameters(messages)),
    HttpApiEndpoint.post("send", "/conversations/:id/messages", {
      params,
      payload: example(Schema.Struct({ text: upTo(replyLimits.textMax) }), { text: "Hello, this is Ana." }),
      success: Written.pipe(HttpApiSchema.status(202)),
      error: problems(400, 401, 403, 404, 409, 410, 413, 415, 422)
    })
      .middleware(AnswersOnce)
      .annotateMerge(
        about(
          "Write to the lead as a person",
          "Takes the conversation over and sends the text by its channel; refused with 409 after an opt-out. The id is that of the reply: `GET /replies/{id}` says how far it got."
        )
      )
      .annotateMerge(withParameters(writeHeaders.slice(1)))
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Messages", "What was said in a conversation, and what a person says there."))

/** What is said in conversations. */
export const conversationGroups = [group] as const

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

const handlers = HttpApiBuilder.group(apiOf(group), "messages", (handlers) =>
  handlers.handleAll({
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
)

/** What answers it. */
export const conversationLayers = [handlers] as const
