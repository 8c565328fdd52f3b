import { personalText, text, time } from "./column.ts"
import { maybeWords, words } from "./given.ts"
import { type PastEvent, type RowOf, readModel } from "./read-model.ts"

const columns = {
  conversation_id: text("The conversation that tells it."),
  lead_id: text("The person's lead; the contact has the same id.", { filters: true }),
  channel: text("The channel that the person is reached on.", { filters: true }),
  instance: text("Our account on that channel."),
  address: personalText("What the channel calls the person: a phone number, a chat's id."),
  name: personalText("The name that the channel shows."),
  first_seen: time("When the conversation began."),
  last_seen: time("When the person last wrote there, or else when the conversation began.", { sorts: true }),
  updated_at: time("When the row last changed.")
}
type ContactChannel = RowOf<typeof columns>

/** Where a person can be reached, as its conversations tell. */
export const contactChannels = readModel({
  name: "contact_channels",
  version: 1,
  about:
    "One row for each conversation: the person's address and name on that channel. `contacts` puts them together.",
  machines: ["conversation"],
  key: ["conversation_id"],
  columns,
  indexes: [["lead_id"]],
  fold: (event) =>
    event.type === "ActorStarted" || event.type === "MessageReceived"
      ? [{ key: [event.id], change: (row) => next(row ?? newChannel(event), event) }]
      : []
})

const newChannel = ({ id, recordedAt, data }: PastEvent): ContactChannel => ({
  conversation_id: id,
  lead_id: words(data.input?.leadId),
  channel: words(data.input?.channel),
  instance: words(data.input?.instance),
  address: maybeWords(data.input?.contact),
  name: maybeWords(data.input?.contactName),
  first_seen: recordedAt,
  last_seen: recordedAt,
  updated_at: recordedAt
})

const next = (row: ContactChannel, { type, data, recordedAt }: PastEvent): ContactChannel =>
  type === "ActorStarted"
    ? row
    : {
        ...row,
        name: maybeWords(data.contactName) ?? row.name,
        last_seen: recordedAt,
        updated_at: recordedAt
      }
