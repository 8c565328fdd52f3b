import { text, time } from "./column.ts"
import { words } from "./given.ts"
import { type PastEvent, type RowChange, readModel } from "./read-model.ts"

const columns = {
  contact_id: text("The contact, which has its lead's id."),
  tag: text("The tag.", { filters: true }),
  added_at: time("When it was given.", { sorts: true }),
  by: text("Who gave it.")
}

/** Tags of contacts. */
export const tags = readModel({
  name: "tags",
  version: 1,
  about: "One row for each tag that a contact has now.",
  machines: ["contact"],
  key: ["contact_id", "tag"],
  columns,
  indexes: [["tag", "contact_id"]],
  fold: (event) => changesOf(event)
})

const changesOf = ({ id, type, data, recordedAt }: PastEvent): ReadonlyArray<RowChange<typeof columns>> => {
  if (typeof data.tag !== "string") return []
  if (type === "TagRemoved") return [{ key: [id, data.tag], change: () => null }]
  if (type !== "TagAdded") return []
  const row = { contact_id: id, tag: data.tag, added_at: recordedAt, by: words(data.by) }
  return [{ key: [id, data.tag], change: () => row }]
}
