import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { EventStore } from "../log/event-store.ts"
import type { Partition } from "../log/stored-rows.ts"
import { chainEvents } from "./chain-event.ts"
import { type ExportHeader, eventLine, manifestText } from "./export-file.ts"
import { companySeal } from "./seal-proof.ts"
import { SealSigner } from "./seal-signer.ts"
import { SealStore } from "./seal-store.ts"
import { PartitionCheck } from "./verify-partition.ts"

/** What is there must not be signed: it is damaged. The message names the place. */
export class NotExportable extends Schema.TaggedError<NotExportable>()("NotExportable", {
  message: Schema.String
}) {}

/** What was exported. */
export interface Exported {
  readonly company: string
  readonly partitions: number
  readonly events: number
  /** The number of the last seal that covers some of it; null without one. */
  readonly seal: number | null
}

const pageEvents = 1000

/**
 * Gives the lines of a company's export to `write`, in order: what is stored, sealed data still sealed, and at the end
 * a manifest signed as seals are. The chain is checked on the way.
 */
export const exportCompany = Effect.fnUntraced(function* <E, R>(
  company: string,
  write: (lines: Uint8Array) => Effect.Effect<void, E, R>,
  progress: (checked: number, total: number) => void = () => {}
) {
  const signer = yield* SealSigner
  const seal = (yield* companySeal(company)) ?? null
  // After the seal, so that no partition is shorter than it says.
  const rows = yield* Effect.flatMap(EventStore, (store) => store.partitions(company))
  const total = rows.reduce((sum, { position }) => sum + position, 0)
  const sha256 = createHash("sha256")
  const put = (lines: Uint8Array) => {
    sha256.update(lines)
    return write(lines)
  }
  const header: ExportHeader = { centurion: "export", version: 1, company, partitions: rows.length, seal }
  yield* put(Buffer.from(`${JSON.stringify(header)}\n`))
  let written = 0
  for (const row of rows) {
    yield* exportPartition(row, put, (events) => {
      written += events
      progress(written, total)
    })
  }
  const text = manifestText({ company, ends: rows, events: total, sha256: sha256.digest("hex") })
  yield* write(Buffer.from(`${JSON.stringify({ manifest: signer.sign(text) })}\n`))
  const number = seal === null ? null : seal.log.size
  return { company, partitions: rows.length, events: total, seal: number } satisfies Exported
})

const exportPartition = Effect.fnUntraced(function* <E, R>(
  row: Partition,
  put: (lines: Uint8Array) => Effect.Effect<void, E, R>,
  passed: (events: number) => void
) {
  const { company, partition, position } = row
  const store = yield* SealStore
  const check = new PartitionCheck(row, [], () => Effect.undefined, Number.POSITIVE_INFINITY)
  for (let after = 0; after < position; after += pageEvents) {
    const page = yield* store.readChain(company, partition, after, Math.min(pageEvents, position - after))
    const events = chainEvents(company, partition, page)
    const damage = (yield* check.take(events)) ?? (events.length === 0 ? check.finish() : undefined)
    if (damage !== undefined) {
      return yield* new NotExportable({
        message: `${company} is damaged in partition ${damage.partition} at position ${damage.position}: ${damage.message}; \`centurion verify ${company}\` says more`
      })
    }
    yield* put(Buffer.concat(events.map(eventLine)))
    passed(events.length)
  }
  const damage = check.finish()
  if (damage !== undefined) return yield* new NotExportable({ message: `${company}: ${damage.message}` })
})
