import {
  boolean,
  integer,
  maybeInteger,
  maybeText,
  maybeTime,
  oneOf,
  personalText,
  text,
  time
} from "./column.ts"
import { maybeWhole, maybeWords, moment, oneOfThese, words } from "./given.ts"
import { type PastEvent, type RowChange, type RowOf, readModel } from "./read-model.ts"

const kinds = ["call", "meeting", "email", "visit", "task", "other"] as const

const columns = {
  contact_id: text("The contact, which has its lead's id.", { filters: true }),
  task: integer("Its number, from 1."),
  kind: oneOf(kinds, "What it is.", { filters: true }),
  title: personalText("What it is about."),
  is_done: boolean("Whether it is done.", { filters: true }),
  happened_at: time("When it happened, or when it was written down.", { filters: true, sorts: true }),
  due_at: maybeTime("When it is due.", { filters: true, sorts: true }),
  done_at: maybeTime("When it was done."),
  duration_minutes: maybeInteger("How long it took."),
  by: text("Who wrote it down.", { filters: true }),
  done_by: maybeText("Who did it."),
  updated_at: time("When the row last changed.")
}
type Task = RowOf<typeof columns>

/** Calls, meetings and tasks with persons. */
export const tasks = readModel({
  name: "tasks",
  version: 1,
  about:
    "One row for each call, meeting, e-mail, visit or task with a person: what was done, and what is to be done.",
  machines: ["contact"],
  key: ["contact_id", "task"],
  columns,
  indexes: [["is_done", "due_at"]],
  fold: (event) => changesOf(event)
})

const changesOf = (event: PastEvent): ReadonlyArray<RowChange<typeof columns>> => {
  const { id, type, data, recordedAt } = event
  const task = maybeWhole(Number(data.activityId))
  if (task === null) return []
  const key = [id, task]
  if (type === "ActivityLogged") return [{ key, change: () => logged(event, task) }]
  if (type !== "ActivityDone") return []
  const done = { is_done: true, done_at: recordedAt, done_by: maybeWords(data.by), updated_at: recordedAt }
  return [{ key, change: (row) => (row === null ? null : { ...row, ...done }) }]
}

const logged = ({ id, data, recordedAt }: PastEvent, task: number): Task => ({
  contact_id: id,
  task,
  kind: oneOfThese(data.kind, kinds) ?? "other",
  title: maybeWords(data.title),
  is_done: data.done === true,
  happened_at: moment(data.happenedAt) ?? recordedAt,
  due_at: moment(data.dueAt),
  done_at: data.done ? recordedAt : null,
  duration_minutes: maybeWhole(data.durationMinutes),
  by: words(data.by),
  done_by: data.done ? maybeWords(data.by) : null,
  updated_at: recordedAt
})
