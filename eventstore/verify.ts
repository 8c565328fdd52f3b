import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { ChainCheck, type Damage, damageAt } from "./chain-check.ts"
import { EventStore, type StoreUnavailable } from "./event-store.ts"
import type { StoredEvent } from "./stored-event.ts"
import type { Partition } from "./stored-rows.ts"
import { StreamVersions } from "./stream-versions.ts"

export interface VerifyProgress {
  readonly company: string
  readonly partition: number
  /** Over all partitions asked for. */
  readonly checked: number
  /** What there was when the check began. */
  readonly total: number
}

export interface Verified {
  /** No damage, and every partition was checked up to where it was at the start. */
  readonly ok: boolean
  readonly partitions: number
  readonly events: number
  /** The first of each damaged partition; what comes after it there was not checked. */
  readonly damages: ReadonlyArray<Damage>
}

/** What to check; default everything. */
export interface VerifyScope {
  readonly company?: string
  readonly partition?: number
}

export interface VerifyLimits {
  /** Events of one read. */
  readonly pageEvents: number
  /** Streams whose version is kept in memory, twice at most; of older ones the event before is read from the store. */
  readonly streamsMax: number
}

const defaultLimits: VerifyLimits = { pageEvents: 1000, streamsMax: 100_000 }

/** Pages on their way while one is checked, each on a connection of its own if there are as many. */
const pagesAhead = 3

/** Checks the chain of every partition in scope against its events and its row. Reads page by page; writes nothing. */
export const verify = (
  scope: VerifyScope = {},
  progress: (at: VerifyProgress) => void = () => {},
  limits: Partial<VerifyLimits> = {}
): Effect.Effect<Verified, StoreUnavailable, EventStore> =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const rows = yield* store.partitions(scope.company)
    const isAsked = ({ partition }: { readonly partition: number }) =>
      scope.partition === undefined || partition === scope.partition
    const asked = rows.filter(isAsked)
    const damages = missingPartitions(rows).filter(isAsked)
    const total = asked.reduce((sum, row) => sum + row.position, 0)
    let checked = 0
    for (const row of asked) {
      const { company, partition } = row
      const passed = (events: number) => {
        checked += events
        progress({ company, partition, checked, total })
      }
      const damage = yield* checkPartition(store, row, limits, passed)
      if (damage !== undefined) damages.push(damage)
    }
    return { ok: damages.length === 0, partitions: asked.length, events: checked, damages }
  })

/** Partitions are numbered 1, 2, 3…: one that is gone leaves a hole, unless it was the last. */
const missingPartitions = (rows: ReadonlyArray<Partition>): Array<Damage> => {
  const damages: Array<Damage> = []
  let before = { company: "", partition: 0 }
  for (const { company, partition } of rows) {
    const due = company === before.company ? before.partition + 1 : 1
    if (partition !== due) {
      const message = `partition ${due} of ${company} has no row, ${partition} comes next`
      const nowhere = { position: 0, stream: null, version: null }
      damages.push({ company, partition: due, ...nowhere, kind: "partition", message })
    }
    before = { company, partition }
  }
  return damages
}

const checkPartition = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  row: Partition,
  limits: Partial<VerifyLimits>,
  passed: (events: number) => void
) {
  const { company, partition, position: end } = row
  const { pageEvents, streamsMax } = { ...defaultLimits, ...limits }
  const check = new ChainCheck(row)
  const versions = new StreamVersions(store, streamsMax)
  // Positions are dense, so every page is known beforehand; a hole shows before the pages after it are looked at.
  const reading: Array<Fiber.Fiber<ReadonlyArray<StoredEvent>, StoreUnavailable>> = []
  for (let asked = 0; asked < end || reading.length > 0; ) {
    while (asked < end && reading.length < pagesAhead) {
      const read = store.readPartition(company, partition, asked, Math.min(pageEvents, end - asked))
      reading.push(yield* Effect.forkChild(read, { startImmediately: true }))
      asked += pageEvents
    }
    const page = yield* Fiber.join(reading.shift()!)
    const damage = yield* checkPage(check, versions, page)
    if (damage !== undefined) {
      yield* Fiber.interruptAll(reading)
      return damage
    }
    passed(page.length)
  }
  return check.end() ?? (yield* beyondTheEnd(store, row))
})

const checkPage = Effect.fnUntraced(function* (
  check: ChainCheck,
  versions: StreamVersions,
  page: ReadonlyArray<StoredEvent>
) {
  for (const event of page) {
    const broken = check.take(event)
    if (broken !== undefined) return broken
    const looked = versions.take(event)
    const damage = Effect.isEffect(looked) ? yield* looked : looked
    if (damage !== undefined) return damage
  }
  return undefined
})

/** Events after the head are fine when they were written meanwhile: then the row has moved with them. */
const beyondTheEnd = Effect.fnUntraced(function* (store: EventStore["Service"], row: Partition) {
  const { company, partition, position } = row
  const beyond = (yield* store.readPartition(company, partition, position, 1))[0]
  if (beyond === undefined) return undefined
  const now = (yield* store.partitions(company)).find((each) => each.partition === partition)
  if (now !== undefined && now.position >= beyond.position) return undefined
  return damageAt(beyond, "head", `the partition's row ends at ${position}, and an event stands after it`)
})
