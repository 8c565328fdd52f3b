import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { partitionOf } from "../../actors/engine/owned-partitions.ts"
import type { EventStore, StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import type { CompanyFile } from "../../machines/company/settings.ts"

/** A company as its history has it. */
export interface StoredCompany {
  readonly id: string
  readonly status: "active" | "suspended" | "deleting" | "deleted"
  /** As its file would have them: what is left out has its default. */
  readonly settings: CompanyFile
  /** Of its last event, in its stream. */
  readonly version: number
  /** When it was made, and when anything of it last changed; epoch ms. */
  readonly createdAt: number
  readonly changedAt: number
  /** Why it is suspended or deleted, and by whom. */
  readonly why?: { readonly by: string; readonly reason: string }
}

/** The company after one more event of its stream. */
export const nextCompany = (
  before: StoredCompany | undefined,
  { company: id, kind, type, data, version, recordedAt }: StoredEvent
): StoredCompany | undefined => {
  if (kind !== "emitted") return before && { ...before, version }
  if (before === undefined) {
    if (type !== "CompanyCreated") return undefined
    const settings = data.settings as CompanyFile
    return { id, status: "active", settings, version, createdAt: recordedAt, changedAt: recordedAt }
  }
  const { why: _, ...rest } = before
  const now = { ...rest, version, changedAt: recordedAt }
  const why = { by: String(data.by), reason: String(data.reason) }
  switch (type) {
    case "CompanySettingsChanged": {
      const { section, after } = data as { readonly section: string; readonly after: unknown }
      const { [section as keyof CompanyFile]: __, ...others } = before.settings
      const settings = (after === null ? others : { ...others, [section]: after }) as CompanyFile
      return { ...before, version, changedAt: recordedAt, settings }
    }
    case "CompanySuspended":
      return { ...now, status: "suspended", why }
    case "CompanyResumed":
      return { ...now, status: "active" }
    case "CompanyDeletionStarted":
      return { ...now, status: "deleting", why }
    case "CompanyDeleted":
      return { ...now, status: "deleted", why }
    default:
      return { ...before, version }
  }
}

/** The stream of a company's own actor. */
export const streamOfCompany = (company: string): string => `company/${company}`

const pageEvents = 200

/** Reads all companies; what was read before is remembered, so that only what is new is read again. */
export const makeCompanyReader = (
  store: Pick<EventStore["Service"], "partitions">,
  history: Pick<History["Service"], "readStream">
): Effect.Effect<ReadonlyArray<StoredCompany>, StoreUnavailable> => {
  const known = new Map<string, { company: StoredCompany | undefined; version: number; position: number }>()

  const readOne = Effect.fnUntraced(function* (id: string, position: number) {
    const before = known.get(id)
    if (before?.position === position) return before.company
    let { company, version } = before ?? { company: undefined, version: 0 }
    while (true) {
      const page = yield* history.readStream(id, streamOfCompany(id), version, pageEvents)
      for (const event of page) company = nextCompany(company, event)
      version = page.at(-1)?.version ?? version
      if (page.length < pageEvents) break
    }
    known.set(id, { company, version, position })
    return company
  })

  const read = Effect.gen(function* () {
    const partitions = yield* store.partitions()
    const counts = new Map<string, number>()
    for (const { company, partition } of partitions)
      counts.set(company, Math.max(partition, counts.get(company) ?? 0))
    const found: Array<StoredCompany> = []
    for (const { company, partition, position } of partitions) {
      if (partitionOf(streamOfCompany(company), counts.get(company)!) !== partition) continue
      const stored = yield* readOne(company, position)
      if (stored !== undefined) found.push(stored)
    }
    return found
  })
  // Two at once would take the same events twice.
  const turns = Semaphore.makeUnsafe(1)
  return turns.withPermits(1)(read)
}
