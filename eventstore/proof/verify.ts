import * as Effect from "effect/Effect"
import { EventStore, type StoreUnavailable } from "../log/event-store.ts"
import type { StoredEvent } from "../log/stored-event.ts"
import type { Partition } from "../log/stored-rows.ts"
import { type ChainEvent, chainEvents } from "./chain-event.ts"
import type { VerifierKey } from "./checkpoint-note.ts"
import type { Damage } from "./damage.ts"
import { leafText } from "./hash.ts"
import { SealStore } from "./seal-store.ts"
import { type ChainReader, type Claim, checkPartition, type VerifyLimits } from "./verify-partition.ts"
import { type CheckedSeals, checkSeals } from "./verify-seals.ts"

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

/** What `verifyHistory` found. */
export interface VerifiedHistory extends Verified {
  readonly seals: number
  /** Seals that the anchor directory has. */
  readonly anchored: number
  /** Events that no seal covers yet. */
  readonly unsealed: number
}

/** What to check; default everything. */
export interface VerifyScope {
  readonly company?: string
  readonly partition?: number
}

/** By what seals are checked. */
export interface VerifyTrust {
  /** Public keys; a seal of any other is damage. */
  readonly keys: ReadonlyArray<VerifierKey>
  /** The anchor directory, if one is to be looked into. */
  readonly anchors?: string
}

const defaultLimits: VerifyLimits = { pageEvents: 1000, streamsMax: 100_000 }

type Tell = (at: VerifyProgress) => void
type ReaderOf = (row: Partition) => ChainReader

/** Checks the chain of every partition in scope against its events and its row. Reads page by page; writes nothing. */
export const verify = (
  scope: VerifyScope = {},
  progress: Tell = () => {},
  limits: Partial<VerifyLimits> = {}
): Effect.Effect<Verified, StoreUnavailable, EventStore> =>
  Effect.flatMap(EventStore, (store) =>
    checkChains(store, eventReader(store), scope, new Map(), progress, limits)
  )

/** As `verify`, and the seals: their signatures and roots, that history is what they say, and what was anchored. */
export const verifyHistory = (
  trust: VerifyTrust,
  scope: VerifyScope = {},
  progress: Tell = () => {},
  limits: Partial<VerifyLimits> = {}
): Effect.Effect<VerifiedHistory, StoreUnavailable, EventStore | SealStore> =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const seals = yield* SealStore
    // Seals first: history that is written meanwhile only goes beyond them.
    const sealed = yield* checkSeals(seals, trust)
    const reader = chainReader(store, seals)
    const checked = yield* checkChains(store, reader, scope, sealed.claims, progress, limits)
    const damages = [...sealed.damages, ...checked.damages]
    return {
      ...checked,
      ok: damages.length === 0,
      damages,
      seals: sealed.seals,
      anchored: sealed.anchored,
      unsealed: yield* unsealedEvents(store, scope, sealed)
    }
  })

const unsealedEvents = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  { company, partition }: VerifyScope,
  { claims }: CheckedSeals
) {
  const rows = yield* store.partitions(company)
  return rows
    .filter((row) => partition === undefined || row.partition === partition)
    .reduce(
      (sum, row) => sum + Math.max(0, row.position - (claims.get(claimName(row))?.at(-1)?.position ?? 0)),
      0
    )
})

const claimName = ({ company, partition }: { readonly company: string; readonly partition: number }) =>
  `${company}/${partition}`

const checkChains = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  readerOf: ReaderOf,
  scope: VerifyScope,
  claims: ReadonlyMap<string, ReadonlyArray<Claim>>,
  progress: Tell,
  limits: Partial<VerifyLimits>
) {
  const rows = yield* store.partitions(scope.company)
  const isAsked = ({
    company,
    partition
  }: {
    readonly company: string | null
    readonly partition: number | null
  }) =>
    (scope.company === undefined || company === scope.company) &&
    (scope.partition === undefined || partition === scope.partition)
  const asked = rows.filter(isAsked)
  const damages = missingPartitions(rows, claims).filter(isAsked)
  const total = asked.reduce((sum, row) => sum + row.position, 0)
  let checked = 0
  for (const row of asked) {
    const { company, partition } = row
    const passed = (events: number) => {
      checked += events
      progress({ company, partition, checked, total })
    }
    const claimed = claims.get(claimName(row)) ?? []
    const damage = yield* checkPartition(readerOf(row), row, claimed, { ...defaultLimits, ...limits }, passed)
    if (damage !== undefined && !(yield* wasWrittenMeanwhile(store, row, damage))) damages.push(damage)
  }
  return { ok: damages.length === 0, partitions: asked.length, events: checked, damages }
})

/** Events after the head are fine when they were written meanwhile: then the row has moved with them. */
const wasWrittenMeanwhile = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  row: Partition,
  { kind, position }: Damage
) {
  if (kind !== "head" || position === null || position <= row.position) return false
  const now = (yield* store.partitions(row.company)).find(({ partition }) => partition === row.partition)
  return now !== undefined && now.position >= position
})

/** Partitions are numbered 1, 2, 3…: one that is gone leaves a hole, or is known by a seal. */
const missingPartitions = (
  rows: ReadonlyArray<Partition>,
  claims: ReadonlyMap<string, ReadonlyArray<Claim>>
): ReadonlyArray<Damage> => {
  const there = new Set(rows.map(claimName))
  const last = new Map(rows.map(({ company, partition }) => [company, partition]))
  const missing = new Map<string, Damage>()
  const miss = (company: string, partition: number, message: string) => {
    const nowhere = { position: 0, stream: null, version: null }
    missing.set(`${company}/${partition}`, { company, partition, ...nowhere, kind: "partition", message })
  }
  for (const [company, partitions] of last) {
    for (let n = 1; n < partitions; n++) {
      if (!there.has(`${company}/${n}`)) miss(company, n, `partition ${n} of ${company} has no row`)
    }
  }
  for (const [name, claimed] of claims) {
    const [company = "", partition] = name.split("/")
    const { seal, position } = claimed.at(-1)!
    if (!there.has(name)) {
      const message = `partition ${partition} of ${company} has no row, and seal ${seal} covers ${position} events of it`
      miss(company, Number(partition), message)
    }
  }
  return [...missing.values()]
}

/** Reads by the event store alone. */
const eventReader =
  (store: EventStore["Service"]): ReaderOf =>
  ({ company, partition }) => ({
    page: (after, most) =>
      Effect.map(store.readPartition(company, partition, after, most), (events) => events.map(asChainEvent)),
    find: findBy(store)
  })

/** Reads pages of bytes, which costs a third. */
const chainReader =
  (store: EventStore["Service"], seals: SealStore["Service"]): ReaderOf =>
  ({ company, partition }) => ({
    page: (after, most) =>
      Effect.map(seals.readChain(company, partition, after, most), (page) =>
        chainEvents(company, partition, page)
      ),
    find: findBy(store)
  })

const findBy =
  (store: EventStore["Service"]): ChainReader["find"] =>
  (company, stream, version) =>
    Effect.map(store.readStream(company, stream, version - 1, 1), ([event]) =>
      event?.version === version ? event.position : undefined
    )

const asChainEvent = (event: StoredEvent): ChainEvent => ({
  position: event.position,
  version: event.version,
  stream: event.stream,
  recordedAt: event.recordedAt,
  hasKey: event.keyId !== null,
  payloadHash: Buffer.from(event.payloadHash).toString("hex"),
  leaf: Buffer.from(leafText(event)),
  link: Buffer.from(event.link),
  data: Buffer.from(event.dataText),
  sealedHash: event.sealedHash && Buffer.from(event.sealedHash),
  sealed: event.sealed && Buffer.from(event.sealed)
})
