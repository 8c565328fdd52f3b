import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { EventStore, type StoreUnavailable } from "../log/event-store.ts"
import type { Partition } from "../log/stored-rows.ts"
import { checkpointText } from "./checkpoint-note.ts"
import { Frontier } from "./merkle.ts"
import { reachOf, type SealedReach, SealLog } from "./seal-log.ts"
import { SealSigner } from "./seal-signer.ts"
import { type SealedPartition, SealStore } from "./seal-store.ts"

/** When a seal is due. */
export interface SealerLimits {
  /** New events after which a seal is due at the next look. */
  readonly everyEvents: number
  /** Time after which one is due if there is anything new. */
  readonly everyMs: number
  readonly lookEveryMs: number
}

/** History is not as the store itself says, so it is not sealed: `centurion verify` tells more. */
export class NotSealable extends Schema.TaggedError<NotSealable>()("NotSealable", {
  message: Schema.String
}) {}

/** Links of one read. */
const linksMax = 20_000
const linkBytes = 32

/** What was sealed so far, as this process knows it. */
interface Sealed {
  readonly sealedAt: number
  readonly log: SealLog
  readonly trees: Map<string, Frontier>
}

const nameOf = ({ company, partition }: { readonly company: string; readonly partition: number }) =>
  `${company}/${partition}`

/**
 * Seals what is new when it is due; gives the number of the new seal, undefined when there was nothing to do or another
 * process was faster. It keeps the right edges of all trees, so a seal reads the links that are new and no others.
 */
export const makeSealer = Effect.fnUntraced(function* ({
  everyEvents,
  everyMs
}: Omit<SealerLimits, "lookEveryMs">) {
  const events = yield* EventStore
  const store = yield* SealStore
  const signer = yield* SealSigner
  let sealed: Sealed | undefined

  const catchUp = Effect.fnUntraced(function* (): Effect.fn.Return<
    Sealed & { now: number },
    StoreUnavailable | NotSealable
  > {
    const { seal, now } = yield* store.lastSeal
    if (sealed?.log.number !== (seal?.number ?? 0)) {
      sealed =
        seal === undefined ? nothingSealed() : yield* sealedUpTo(seal, yield* store.sealedBy(seal.number))
    }
    return { ...sealed!, now }
  })

  return Effect.gen(function* () {
    const { log, trees, sealedAt, now } = yield* catchUp()
    const rows = yield* events.partitions()
    const grown = rows.filter((row) => row.position > (trees.get(nameOf(row))?.size ?? 0))
    const fresh = grown.reduce((sum, row) => sum + row.position - (trees.get(nameOf(row))?.size ?? 0), 0)
    if (fresh === 0 || (fresh < everyEvents && now - sealedAt < everyMs)) return undefined
    const partitions: Array<SealedPartition> = []
    const reaches: Array<SealedReach> = []
    for (const row of grown) {
      const tree = trees.get(nameOf(row))?.copy() ?? new Frontier()
      yield* grow(store, tree, row)
      trees.set(nameOf(row), tree)
      const { company, partition, position } = row
      partitions.push({ seal: log.number + 1, company, partition, position, frontier: tree.toBytes() })
      reaches.push({ company, partition, position, root: tree.root() })
    }
    const root = log.advance(now, reaches)
    const text = checkpointText({ origin: signer.verifierKey.name, size: log.number, root })
    const seal = { number: log.number, sealedAt: now, frontier: log.log.toBytes(), note: signer.sign(text) }
    const isOurs = yield* store.writeSeal(seal, partitions)
    sealed = isOurs ? { sealedAt: now, log, trees } : undefined
    return isOurs ? seal.number : undefined
  }).pipe(
    // What is known may be half moved on.
    Effect.onError(() =>
      Effect.sync(() => {
        sealed = undefined
      })
    )
  )
})

const nothingSealed = (): Sealed => ({ sealedAt: 0, log: new SealLog(), trees: new Map() })

const sealedUpTo = Effect.fnUntraced(function* (
  seal: { readonly number: number; readonly sealedAt: number; readonly frontier: Uint8Array },
  rows: ReadonlyArray<SealedPartition>
) {
  const log = Frontier.from(seal.number, seal.frontier)
  const reaches = rows.map(reachOf)
  if (log === undefined || reaches.includes(undefined)) {
    return yield* new NotSealable({ message: `seal ${seal.number} is not as it was written` })
  }
  const trees = new Map(rows.map((row) => [nameOf(row), Frontier.from(row.position, row.frontier)!]))
  return { sealedAt: seal.sealedAt, log: new SealLog(log, reaches as ReadonlyArray<SealedReach>), trees }
})

/** Brings the tree to where the partition's row is, whose head must be the last link. */
const grow = Effect.fnUntraced(function* (
  store: SealStore["Service"],
  tree: Frontier,
  { company, partition, position, head }: Partition
) {
  let last: Uint8Array | undefined
  while (tree.size < position) {
    const most = Math.min(linksMax, position - tree.size)
    const links = yield* store.readLinks(company, partition, tree.size, most)
    if (links.length !== most * linkBytes) {
      return yield* new NotSealable({
        message: `${company}, partition ${partition}: after position ${tree.size} there are no ${most} links`
      })
    }
    for (let at = 0; at < links.length; at += linkBytes) tree.append(links.subarray(at, at + linkBytes))
    last = links.subarray(-linkBytes)
  }
  if (last !== undefined && Buffer.compare(last, head) !== 0) {
    return yield* new NotSealable({
      message: `${company}, partition ${partition}: the head is not the link of the last event`
    })
  }
})

/** Seals for as long as the scope is open. What hinders it is logged and tried again; it never ends the process. */
export const runSealer = Effect.fnUntraced(function* (
  limits: SealerLimits,
  sealed: (number: number) => Effect.Effect<void> = () => Effect.void
) {
  const seal = yield* makeSealer(limits)
  let lastLogged = ""
  const look = Effect.gen(function* () {
    const number = yield* seal
    lastLogged = ""
    if (number !== undefined) yield* sealed(number)
  }).pipe(
    Effect.catch(({ message }) => {
      const isNew = message !== lastLogged
      lastLogged = message
      return isNew ? Effect.logWarning(`history can't be sealed: ${message}`) : Effect.void
    })
  )
  return yield* Effect.forever(Effect.andThen(look, Effect.sleep(limits.lookEveryMs)))
})
