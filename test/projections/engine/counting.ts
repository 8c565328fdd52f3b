import { integer, maybeText, personalText, text, texts, time } from "../../../projections/column.ts"
import { type PastEvent, type ReadModel, type RowOf, readModel } from "../../../projections/read-model.ts"

const columns = {
  id: text("The stream's id."),
  events: integer("How many events it has.", { sorts: true, filters: true }),
  last: text("The type of the last one."),
  word: maybeText("A word of the last one."),
  name: personalText("Whose it is."),
  words: texts("Every word, in order."),
  changed_at: time("When.", { sorts: true })
}
type Count = RowOf<typeof columns>

/** Folds `Said {word}`: a word `poison` breaks the fold, `unstorable` a row that the database refuses, `gone` takes the row away. */
export const counting = (options: { readonly version?: number; readonly poison?: string } = {}): ReadModel =>
  readModel({
    name: "counts",
    version: options.version ?? 1,
    about: "Counts events of streams; it's for tests.",
    key: ["id"],
    columns,
    fold: (event) => [{ key: [event.id], change: (row) => next(row, event, options.poison ?? "poison") }]
  })

const next = (row: Count | null, { id, type, data, recordedAt }: PastEvent, poison: string): Count | null => {
  if (data.word === poison) throw new Error(`the word ${poison} can't be counted`)
  if (data.word === "gone") return null
  return {
    id,
    events: data.word === "unstorable" ? Number.MAX_VALUE : (row?.events ?? 0) + 1,
    last: type,
    word: data.word ?? null,
    name: data.name ?? row?.name ?? null,
    words: [...(row?.words ?? []), ...(data.word === undefined ? [] : [data.word])],
    changed_at: recordedAt
  }
}
