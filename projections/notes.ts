import { integer, maybeText, oneOf, personalText, text, time } from "./column.ts"
import { maybeWhole, maybeWords, oneOfThese, words } from "./given.ts"
import { readModel } from "./read-model.ts"

const abouts = ["contact", "lead", "deal", "conversation"] as const

const columns = {
  contact_id: text("The contact, which has its lead's id.", { filters: true }),
  note: integer("The note's number, from 1."),
  text: personalText("What it says."),
  about: oneOf(abouts, "What it is about.", { filters: true }),
  by: text("Who wrote it.", { filters: true }),
  why: maybeText("Why, when that was told."),
  at: time("When.", { filters: true, sorts: true })
}

/** Notes about persons. */
export const notes = readModel({
  name: "notes",
  version: 1,
  about: "One row for each note about a person, its lead, its deal or its conversation.",
  machines: ["contact"],
  key: ["contact_id", "note"],
  columns,
  fold: ({ id, type, data, recordedAt }) => {
    const note = maybeWhole(Number(data.noteId))
    if (type !== "NoteWritten" || note === null) return []
    return [
      {
        key: [id, note],
        change: () => ({
          contact_id: id,
          note,
          text: maybeWords(data.text),
          about: oneOfThese(data.about, abouts) ?? "contact",
          by: words(data.by),
          why: maybeWords(data.reason),
          at: recordedAt
        })
      }
    ]
  }
})
