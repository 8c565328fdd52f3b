import { integer, maybeText, personalText, text, texts, time } from "./column.ts"
import { maybeWords, words } from "./given.ts"
import { type PastEvent, type RowOf, readModel } from "./read-model.ts"

const columns = {
  contact_id: text("The contact's id, which is its lead's id."),
  name: personalText("The person's name."),
  email: personalText("E-mail address."),
  phone: personalText("Phone number."),
  organisation: personalText("Where the person works, in the person's words."),
  role: personalText("What the person does there."),
  language: maybeText("The language that the person is spoken to in.", { filters: true }),
  tags: texts("Its tags, in the order in which they were given."),
  owner_id: maybeText("The user who looks after it.", { filters: true }),
  account_id: maybeText("The account that it belongs to.", { filters: true }),
  notes: integer("How many notes there are."),
  open_tasks: integer("Tasks and appointments that are not done."),
  created_at: time("When it was first described.", { filters: true, sorts: true }),
  updated_at: time("When anything of it last changed.", { filters: true, sorts: true }),
  version: integer("The version of its stream that this row shows.")
}
type Contact = RowOf<typeof columns>

/** What people know of persons. */
export const contactRecords = readModel({
  name: "contact_records",
  version: 1,
  about:
    "One row for each contact: whoever wrote to us, filled in a form, or was described, tagged or noted. The view `contacts` puts it together with the person's channels.",
  machines: ["contact"],
  key: ["contact_id"],
  columns,
  indexes: [["owner_id", "updated_at"], ["account_id"]],
  fold: (event) => [{ key: [event.id], change: (row) => next(row ?? newContact(event), event) }]
})

const newContact = ({ id, recordedAt, version }: PastEvent): Contact => ({
  contact_id: id,
  name: null,
  email: null,
  phone: null,
  organisation: null,
  role: null,
  language: null,
  tags: [],
  owner_id: null,
  account_id: null,
  notes: 0,
  open_tasks: 0,
  created_at: recordedAt,
  updated_at: recordedAt,
  version
})

const next = (row: Contact, event: PastEvent): Contact => ({
  ...row,
  ...changes(row, event),
  updated_at: event.recordedAt,
  version: event.version
})

const changes = (row: Contact, { type, data }: PastEvent): Partial<Contact> => {
  switch (type) {
    case "ContactDescribed":
      return described(data)
    case "TagAdded":
      return { tags: [...row.tags, words(data.tag)] }
    case "TagRemoved":
      return { tags: row.tags.filter((tag) => tag !== data.tag) }
    case "NoteWritten":
      return { notes: row.notes + 1 }
    case "ActivityLogged":
      return data.done ? {} : { open_tasks: row.open_tasks + 1 }
    case "ActivityDone":
      return { open_tasks: Math.max(0, row.open_tasks - 1) }
    case "OwnerAssigned":
      return { owner_id: maybeWords(data.owner) }
    case "AccountLinked":
      return { account_id: maybeWords(data.accountId) }
    default:
      return {}
  }
}

const fields = ["name", "email", "phone", "organisation", "role", "language"] as const

/** Only what is new is told; null was taken away. */
const described = (data: PastEvent["data"]): Partial<Contact> =>
  Object.fromEntries(
    fields.filter((field) => data[field] !== undefined).map((field) => [field, maybeWords(data[field])])
  )
