import type { PastEvent, ReadModel, RowChange } from "../read-model.ts"
import { keyText, type Row, redacted } from "./row-values.ts"

/** A stream that can't be folded from this event on. */
export interface Poison {
  readonly stream: string
  readonly partition: number
  readonly streamVersion: number
  readonly reason: string
}

/** What one event asks of a table; the rows it wants are known before any is changed. */
export interface Asked {
  readonly event: PastEvent
  readonly changes: ReadonlyArray<RowChange>
}

/** What events ask of a read model, and the streams whose events it can't take. */
export interface AskedOfModel {
  readonly asked: ReadonlyArray<Asked>
  readonly keys: ReadonlyArray<ReadonlyArray<string | number>>
  readonly poisons: ReadonlyArray<Poison>
}

/** Reasons are kept short: they may be read by anyone who looks at lags. */
const reasonMax = 500

const poisonOf = ({ stream, partition, version }: PastEvent, reason: string): Poison => ({
  stream,
  partition,
  streamVersion: version,
  reason: reason.slice(0, reasonMax)
})

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What the fold asks of the table for this event, or why it can't take it. */
type Answer =
  | { readonly kind: "changes"; readonly changes: ReadonlyArray<RowChange> }
  | { readonly kind: "refused"; readonly why: string }

const ask = ({ fold }: ReadModel, event: PastEvent): Answer => {
  try {
    return { kind: "changes", changes: fold(event) }
  } catch (error) {
    return { kind: "refused", why: reasonOf(error) }
  }
}

/**
 * Asks the fold about each event. Streams in `parked`, and those whose fold breaks here, are left out from then on. With
 * `refused`, why the database takes no row of these events, none is folded.
 */
export const askModel = (
  model: ReadModel,
  events: ReadonlyArray<PastEvent>,
  parked: ReadonlySet<string>,
  refused?: string
): AskedOfModel => {
  const asked: Array<Asked> = []
  const keys = new Map<string, ReadonlyArray<string | number>>()
  const poisons = new Map<string, Poison>()
  for (const event of events) {
    if (model.machines !== undefined && !model.machines.includes(event.machine)) continue
    if (parked.has(event.stream) || poisons.has(event.stream)) continue
    const answer: Answer = refused === undefined ? ask(model, event) : { kind: "refused", why: refused }
    if (answer.kind === "refused") {
      poisons.set(event.stream, poisonOf(event, answer.why))
      continue
    }
    const { changes } = answer
    if (changes.length === 0) continue
    asked.push({ event, changes })
    for (const { key } of changes) keys.set(keyText(key), key)
  }
  return { asked, keys: [...keys.values()], poisons: [...poisons.values()] }
}

/** Rows after the events: those to write, those to take away, and the streams that could not be folded. */
export interface Folded {
  readonly written: ReadonlyArray<{ readonly stream: string; readonly row: Row }>
  readonly removed: ReadonlyArray<ReadonlyArray<string | number>>
  readonly poisons: ReadonlyArray<Poison>
}

/** Changes the rows in the order of the events. An event whose change breaks changes nothing, and parks its stream. */
export const foldEvents = (
  model: ReadModel,
  asked: ReadonlyArray<Asked>,
  before: ReadonlyMap<string, Row>
): Folded => {
  const now = new Map<string, { key: ReadonlyArray<string | number>; stream: string; row: Row | null }>()
  const poisons = new Map<string, Poison>()
  for (const { event, changes } of asked) {
    if (poisons.has(event.stream)) continue
    try {
      const changed = changes.flatMap(({ key, change }) => {
        const text = keyText(key)
        const known = now.get(text)
        const row = known === undefined ? (before.get(text) ?? null) : known.row
        const after = change(row as never) as Row | null
        if (after === row) return []
        const bare = after !== null && event.isWithheld ? redacted(model.columns, after) : after
        return [[text, { key, stream: event.stream, row: bare }] as const]
      })
      for (const [text, entry] of changed) now.set(text, entry)
    } catch (error) {
      poisons.set(event.stream, poisonOf(event, reasonOf(error)))
    }
  }
  const entries = [...now.values()]
  const { onWrite = (row: Row) => row } = model
  return {
    written: entries.flatMap(({ stream, row }) => (row === null ? [] : [{ stream, row: onWrite(row) }])),
    removed: entries.flatMap(({ key, row }) => (row === null ? [key] : [])),
    poisons: [...poisons.values()]
  }
}
