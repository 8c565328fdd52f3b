import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { StoreUnavailable } from "../log/event-store.ts"
import { type Seal, type SealedReach, sealOf } from "./seal-log.ts"
import { SealStore } from "./seal-store.ts"

/** A place outside the database that did not take a seal; it is tried again. */
export class AnchorFailed extends Schema.TaggedError<AnchorFailed>()("AnchorFailed", {
  message: Schema.String
}) {}

/** A place outside the database where seals are kept, so that whoever rules the database can't take them back. */
export interface Anchor {
  /** What `es.anchored` calls it. */
  readonly name: string
  /** Writing the same seal again changes nothing. */
  readonly write: (seal: Seal) => Effect.Effect<void, AnchorFailed>
}

/** A seal as one line of JSON, to the byte the same every time. */
export const anchorText = ({ number, sealedAt, note, reaches }: Seal): string =>
  `${JSON.stringify({
    seal: number,
    sealedAt,
    note,
    partitions: reaches.map(({ company, partition, position, root }) => [
      company,
      partition,
      position,
      root.toString("hex")
    ])
  })}\n`

/** Reads what `anchorText` wrote; undefined when it is anything else, by a single byte too. */
export const parseAnchor = (text: string): Seal | undefined => {
  try {
    const { seal, sealedAt, note, partitions } = JSON.parse(text)
    const reaches = (partitions as ReadonlyArray<readonly [string, number, number, string]>).map(
      ([company, partition, position, root]): SealedReach => ({
        company,
        partition,
        position,
        root: Buffer.from(root, "hex")
      })
    )
    const parsed = { number: seal, sealedAt, note, reaches }
    return anchorText(parsed) === text ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Seals of one read. */
const sealsMax = 100
const firstRetryMs = 1000
const retryMaxMs = 60_000

/** The seals after `after`, at most a hundred, with all that they say; it ends before one that is not whole. */
const readSeals = Effect.fnUntraced(function* (store: SealStore["Service"], after: number) {
  const stored = yield* store.seals(after, sealsMax)
  if (stored.length === 0) return []
  const rows = yield* store.sealedPartitions(after, stored.at(-1)!.number)
  const seals: Array<Seal> = []
  for (const each of stored) {
    const seal = sealOf(
      each,
      rows.filter((row) => row.seal === each.number)
    )
    if (seal === undefined) break
    seals.push(seal)
  }
  return seals
})

/** Writes every seal to the place, in order, and what was written into the store; gives how many there were. */
export const anchorSeals = Effect.fnUntraced(function* (anchor: Anchor) {
  const store = yield* SealStore
  let last = (yield* store.anchors).find((each) => each.anchor === anchor.name)?.seal ?? 0
  let written = 0
  while (true) {
    const seals = yield* readSeals(store, last)
    for (const seal of seals) {
      yield* anchor.write(seal)
      yield* store.noteAnchored(anchor.name, seal.number)
      last = seal.number
    }
    written += seals.length
    if (seals.length < sealsMax) return written
  }
})

/** Anchors whatever is new for as long as the scope is open; a place that refuses is told once and tried again. */
export const runAnchor = Effect.fnUntraced(function* (anchor: Anchor, lookEveryMs: number) {
  let waitMs = lookEveryMs
  let lastLogged = ""
  const failed = ({ _tag, message }: AnchorFailed | StoreUnavailable) => {
    // The database's outage says nothing of the place, which may be at hand as soon as that is over.
    waitMs =
      _tag === "StoreUnavailable" ? firstRetryMs : Math.min(Math.max(firstRetryMs, waitMs * 2), retryMaxMs)
    if (message === lastLogged) return Effect.void
    lastLogged = message
    return Effect.logWarning(`seals can't be anchored in ${anchor.name}: ${message}; it is tried again`)
  }
  const look = Effect.gen(function* () {
    yield* anchorSeals(anchor)
    if (lastLogged !== "") yield* Effect.logInfo(`seals are anchored in ${anchor.name} again`)
    lastLogged = ""
    waitMs = lookEveryMs
  }).pipe(Effect.catch(failed))
  return yield* Effect.forever(
    Effect.andThen(
      look,
      Effect.suspend(() => Effect.sleep(waitMs))
    )
  )
})
