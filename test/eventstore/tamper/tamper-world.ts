import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  Database,
  type DatabaseError,
  type Row,
  withAdminConnection
} from "../../../eventstore/database/database.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { anchorPath } from "../../../eventstore/proof/anchor-directory.ts"
import type { Damage } from "../../../eventstore/proof/damage.ts"
import { type SealedPartition, SealStore, type StoredSeal } from "../../../eventstore/proof/seal-store.ts"
import { verifyHistory } from "../../../eventstore/proof/verify.ts"
import { sealVerifier } from "../sealed-history.ts"
import type { Chance } from "./chance.ts"

/** A sealed history in the hands of someone who has every right in the database, and is not the signer. */
export interface TamperWorld {
  readonly sql: (
    statement: string,
    params?: ReadonlyArray<unknown>
  ) => Effect.Effect<ReadonlyArray<Row>, DatabaseError>
  readonly seals: SealStore["Service"]
  readonly chance: Chance
  /** As it was before anything was changed. */
  readonly was: {
    readonly events: ReadonlyArray<StoredEvent>
    readonly seals: ReadonlyArray<StoredSeal>
    readonly sealed: ReadonlyArray<SealedPartition>
  }
  readonly anchorFile: (seal: number) => string
}

/** Where a change must be found. */
export interface Trace {
  /** In words, for the report. */
  readonly what: string
  readonly place?: { readonly company: string; readonly partition: number; readonly position: number }
  readonly seal?: number
  /** Only what is kept outside the database can tell. */
  readonly needsAnchor?: boolean
}

/** One way to change history. */
export interface Change {
  readonly name: string
  readonly make: (world: TamperWorld) => Effect.Effect<Trace, unknown>
}

/** What came of one change. */
export interface Attempt {
  readonly change: string
  readonly trace: Trace
  readonly anchors: boolean
  readonly found: boolean
  readonly damages: ReadonlyArray<Damage>
}

/** Whether one of the damages names the place of the change; without anchors, at least the seal that shows it. */
export const names = (
  { place, seal }: Trace,
  damages: ReadonlyArray<Damage>,
  withAnchors: boolean
): boolean =>
  damages.some((damage) =>
    place === undefined || (seal !== undefined && !withAnchors)
      ? damage.seal === seal
      : damage.company === place.company &&
        damage.partition === place.partition &&
        (damage.kind === "partition" || isBetween(place.position, damage))
  )

const isBetween = (position: number, damage: Damage) =>
  damage.position !== null && damage.position <= position && position <= (damage.until ?? damage.position)

/**
 * Makes `changes` changes to the history of a database, one at a time, looks for each with `verify`, and takes it back.
 * All in one transaction that is never committed; changed anchors are put back from a copy.
 */
export const tamper = (
  connection: PgConnection.Config,
  anchors: string,
  all: ReadonlyArray<Change>,
  chance: Chance,
  changes: number,
  told: (attempt: Attempt) => void
) =>
  Effect.runPromise(
    withAdminConnection(
      connection,
      Effect.fnUntraced(function* (sql) {
        const layer = Layer.mergeAll(EventStore.layer, SealStore.layer).pipe(
          Layer.provideMerge(
            Layer.succeed(Database, {
              query: sql,
              transaction: (use) => use(sql),
              read: (_first, text, params) => sql(text, params),
              isLate: () => false,
              embedded: true
            })
          )
        )
        yield* sql("begin")
        // As a superuser does it, to whom triggers are no hindrance.
        yield* sql("set local session_replication_role = replica")
        const world = yield* Effect.provide(openWorld(sql, chance, anchors), layer)
        for (let n = 0; n < changes; n++) {
          const attempt = yield* Effect.provide(tryChange(world, all[n % all.length]!, anchors), layer)
          told(attempt)
        }
        yield* sql("rollback")
      })
    )
  )

const openWorld = Effect.fnUntraced(function* (sql: TamperWorld["sql"], chance: Chance, anchors: string) {
  const seals = yield* SealStore
  const store = yield* EventStore
  const rows = yield* store.partitions()
  const events = yield* Effect.forEach(rows, ({ company, partition }) =>
    store.readPartition(company, partition, 0, 100_000)
  )
  const stored = yield* seals.seals(0, 100_000)
  const was = {
    events: events.flat(),
    seals: stored,
    sealed: yield* seals.sealedPartitions(0, stored.length)
  }
  return { sql, seals, chance, was, anchorFile: (seal) => anchorPath(anchors, seal) } satisfies TamperWorld
})

const tryChange = Effect.fnUntraced(function* (world: TamperWorld, change: Change, anchors: string) {
  yield* world.sql("savepoint untouched")
  const files = keepFiles(world)
  const trace = yield* change.make(world)
  // Half of what shows without anchors must show without them.
  const withAnchors = trace.needsAnchor === true || world.chance.below(2) === 0
  const { ok, damages } = yield* verifyHistory({ keys: [sealVerifier], ...(withAnchors && { anchors }) })
  yield* world.sql("rollback to savepoint untouched")
  files.putBack()
  return {
    change: change.name,
    trace,
    anchors: withAnchors,
    found: !ok && names(trace, damages, withAnchors),
    damages
  } satisfies Attempt
})

/** The anchored files as they are now. */
const keepFiles = ({ was, anchorFile }: TamperWorld) => {
  const texts = was.seals.map(({ number }) => [anchorFile(number), readFileSync(anchorFile(number))] as const)
  return {
    putBack: () => {
      for (const [file, text] of texts) {
        if (existsSync(file) && readFileSync(file).equals(text)) continue
        rmSync(file, { force: true })
        writeFileSync(file, text)
      }
    }
  }
}

/** Puts another seal's file in the place of one. */
export const copyAnchor = (world: TamperWorld, from: number, to: number): void => {
  rmSync(world.anchorFile(to))
  copyFileSync(world.anchorFile(from), world.anchorFile(to))
}
