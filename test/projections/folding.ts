import { askModel, foldEvents } from "../../projections/engine/fold-events.ts"
import { keyText, type Row, readRow, rowsJson } from "../../projections/engine/row-values.ts"
import type { PastEvent, ReadModel } from "../../projections/read-model.ts"
import { type Golden, readGoldens } from "../golden/golden-files.ts"

/** One event of a history, in short. */
export interface Happened {
  readonly type: string
  readonly data?: object
  /** Left out, an emitted one of the last input. */
  readonly input?: true
  /** Seconds after the start; left out, as the one before. */
  readonly s?: number
}

/** A Monday, 10:00 in São Paulo. */
export const startedAt = Date.UTC(2026, 5, 1, 13)
/** That moment, so many seconds later. */
export const at = (seconds: number): number => startedAt + seconds * 1000

/** A history of one stream as folds see it. */
export const history = (
  stream: string,
  happened: ReadonlyArray<Happened>,
  more: Partial<PastEvent> = {}
): ReadonlyArray<PastEvent> => {
  const [machine, id] = stream.split("/") as [string, string]
  let cause = 0
  let seconds = 0
  return happened.map(({ type, data = {}, input, s }, n) => {
    seconds = s ?? seconds
    if (input === true) cause = n + 1
    return {
      company: "acme",
      partition: 1,
      position: n + 1,
      stream,
      version: n + 1,
      kind: input === true ? "input" : "emitted",
      type,
      occurredAt: at(seconds),
      recordedAt: at(seconds),
      principal: input === true ? "test" : "engine",
      causation: input === true ? null : `${stream}@${cause}`,
      correlation: null,
      machineVersion: "1.0.0+00000000",
      machine,
      id,
      data: JSON.parse(JSON.stringify(data)),
      isWithheld: false,
      ...more
    }
  })
}

/** A recorded history of a released version, as folds see it. */
export interface PastHistory {
  readonly name: string
  readonly machine: string
  readonly events: ReadonlyArray<PastEvent>
  /** The persisted state that the machine ended in. */
  // biome-ignore lint/suspicious/noExplicitAny: each machine has its own
  readonly state: any
}

const pastHistories = ({ machine, version, release, histories }: Golden): ReadonlyArray<PastHistory> =>
  histories.map(({ name, events, state }, n) => ({
    name: `${machine} ${version} ${name}`,
    machine,
    state,
    events: history(
      `${machine}/${n + 1}`,
      events.map(({ type, data, kind, at }) => ({
        type,
        data,
        s: (at - startedAt) / 1000,
        ...(kind === "input" ? { input: true as const } : {})
      })),
      { machineVersion: release.versions.at(-1)! }
    )
  }))

/** Every history that was recorded of a released version. */
export const goldenHistories: ReadonlyArray<PastHistory> = readGoldens(
  `${import.meta.dirname}/../golden`
).flatMap(pastHistories)

/** The rows that a read model makes of events, read in pages of so many, by key. Rows go through their JSON as in the database. */
export const foldAll = (
  model: ReadModel,
  events: ReadonlyArray<PastEvent>,
  page = Number.POSITIVE_INFINITY
): ReadonlyMap<string, Row> => {
  const table = new Map<string, Row>()
  for (let from = 0; from < events.length; from += page) {
    const { asked, poisons } = askModel(model, events.slice(from, from + page), new Set())
    const folded = foldEvents(model, asked, table)
    for (const { stream, streamVersion, reason } of [...poisons, ...folded.poisons]) {
      throw new Error(`${model.name} can't fold ${stream}@${streamVersion}: ${reason}`)
    }
    for (const key of folded.removed) table.delete(keyText(key))
    const written = JSON.parse(rowsJson(folded.written)) as ReadonlyArray<Row>
    for (const { stream: _, ...row } of written) {
      table.set(keyText(model.key.map((name) => row[name])), readRow(model.columns, stored(model, row)))
    }
  }
  return table
}

/** The row's values as the database gives them. */
const stored = ({ columns }: ReadModel, row: Row): ReadonlyArray<unknown> =>
  Object.entries(columns).map(([name, { kind }]) =>
    kind === "json" && row[name] !== null ? JSON.stringify(row[name]) : row[name]
  )

/** The same as a list, by key. */
export const rowsOf = (...given: Parameters<typeof foldAll>): ReadonlyArray<Row> =>
  [...foldAll(...given).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)

/** Only these columns of each row. */
export const pick = (rows: ReadonlyArray<Row>, ...columns: ReadonlyArray<string>): ReadonlyArray<Row> =>
  rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])))
