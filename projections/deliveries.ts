import { integer, oneOf, personalText, text, time } from "./column.ts"
import { maybeWords, oneOfThese } from "./given.ts"
import { readModel } from "./read-model.ts"

const statuses = ["sent", "delivered", "read", "failed"] as const

const columns = {
  conversation_id: text("The conversation."),
  version: integer("The version of its stream that told it."),
  message_id: personalText("What the provider calls the message."),
  status: oneOf(statuses, "How far it got; never goes back."),
  at: time("When we heard of it.", { sorts: true })
}

/**
 * How far messages got, each word of it as it came. The message is known by the provider's id alone, which goes with the
 * person, so it can't be a key: the view `messages` puts the two together while the id is there.
 */
export const deliveries = readModel({
  name: "deliveries",
  version: 1,
  about: "One row for each step that a message of ours took at the provider: delivered, read, failed.",
  machines: ["conversation"],
  key: ["conversation_id", "version"],
  columns,
  indexes: [
    ["conversation_id", "message_id"],
    ["status", "at"]
  ],
  fold: ({ id, type, version, data, recordedAt }) =>
    type === "DeliveryStatusChanged"
      ? [
          {
            key: [id, version],
            change: () => ({
              conversation_id: id,
              version,
              message_id: maybeWords(data.messageId),
              status: oneOfThese(data.status, statuses) ?? "sent",
              at: recordedAt
            })
          }
        ]
      : []
})
