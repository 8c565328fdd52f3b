import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { replyLimits } from "../../../../machines/reply/events.ts"
import { maybeTime, oneOf } from "../../../../projections/column.ts"
import { messageRecords } from "../../../../projections/message-records.ts"
import type { Listed } from "../../../../projections/query/list-sql.ts"
import { about, apiPrefix, example, Id, titled, upTo, Written } from "../group.ts"
import { withListParameters, withParameters, writeHeaders } from "../list-parameters.ts"
import { pageOfRows } from "../lists/lists.ts"
import { AnswersOnce, Authenticates, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

const { message_id: _, ...recorded } = messageRecords.columns

/** As people read them: without doubles and echoes, and with how far each got. */
export const messages: Listed = {
  ...messageRecords,
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
const params = { id: Id }

/** What is said in conversations. */
export const messagesGroup = HttpApiGroup.make("messages")
  .add(
    HttpApiEndpoint.get("list", "/conversations/:id/messages", {
      params,
      success: pageOfRows(messages),
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
  .prefix(apiPrefix)
