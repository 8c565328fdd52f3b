import * as Effect from "effect/Effect"
import { EventStore } from "../log/event-store.ts"
import { type ExportedEvent, storedOf } from "./export-file.ts"
import { ImportRefused, SealStore } from "./seal-store.ts"
import type { VerifyTrust } from "./verify.ts"
import { type VerifiedExport, verifyExport } from "./verify-export.ts"

/** What an import did: nothing when its file is damaged (`verified.ok` is false) or when all of it was there before. */
export interface Imported {
  readonly verified: VerifiedExport
  readonly wasThere: boolean
}

/** Events and bytes of one write. */
const [writeEvents, writeBytes] = [500, 256 * 1024]

/**
 * Makes an export the history of a company that has none. Events are put aside while the file is checked and become
 * history in one transaction at its end, so an import that fails or is killed changes nothing.
 */
export const importCompany = Effect.fnUntraced(function* (
  path: string,
  trust: VerifyTrust,
  onRead: (bytes: number) => void = () => {}
) {
  const store = yield* SealStore
  let company: string | undefined
  const take = Effect.fnUntraced(function* (events: ReadonlyArray<ExportedEvent>) {
    if (company === undefined) {
      company = events[0]!.company
      // What an import that was killed left behind.
      yield* store.dropStaged(company)
    }
    for (const part of parts(events)) yield* store.stageEvents(part.map(storedOf))
  })
  const verified = yield* verifyExport(path, trust, onRead, take).pipe(
    Effect.onError(() => Effect.ignore(dropStaged(store, company)))
  )
  if (!verified.ok || (yield* isThere(verified))) {
    yield* dropStaged(store, company)
    return { verified, wasThere: verified.ok }
  }
  const positions = verified.manifest!.ends.map(({ position }) => position)
  yield* store
    .finishImport(verified.company, positions)
    .pipe(Effect.tapError(() => Effect.ignore(dropStaged(store, company))))
  return { verified, wasThere: false } satisfies Imported as Imported
})

const dropStaged = (store: SealStore["Service"], company: string | undefined) =>
  company === undefined ? Effect.void : store.dropStaged(company)

/** Whether the company has just this history already; fails when it has another. */
const isThere = Effect.fnUntraced(function* ({ company, manifest }: VerifiedExport) {
  const rows = yield* Effect.flatMap(EventStore, (store) => store.partitions(company))
  if (rows.every(({ position }) => position === 0)) return false
  const isSame = manifest!.ends.every(({ partition, position, head }) => {
    const row = rows.find((each) => each.partition === partition)
    return row?.position === position && Buffer.compare(row.head, head) === 0
  })
  if (isSame && rows.length === manifest!.ends.length) return true
  return yield* new ImportRefused({
    message: `${company} has events already: a history is imported into a company that has none`
  })
})

/** As few parts as fit into one write each. */
const parts = (events: ReadonlyArray<ExportedEvent>): ReadonlyArray<ReadonlyArray<ExportedEvent>> => {
  const all: Array<Array<ExportedEvent>> = []
  let bytes = writeBytes
  for (const event of events) {
    const size = event.data.length + (event.sealed?.length ?? 0)
    if (bytes + size > writeBytes || all.at(-1)!.length >= writeEvents) {
      all.push([])
      bytes = 0
    }
    all.at(-1)!.push(event)
    bytes += size
  }
  return all
}
