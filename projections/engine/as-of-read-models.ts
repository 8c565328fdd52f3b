import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { Database, type DatabaseError } from "../../eventstore/database/database.ts"
import { Turns } from "../../eventstore/database/turns.ts"
import { EventStore, type StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { ReadModel } from "../read-model.ts"
import { fillScratch } from "./fill-scratch.ts"
import { type Moment, type Positions, positionsAt } from "./moment.ts"
import {
  beginScratch,
  dropScratch,
  erasuresSince,
  finishScratch,
  keepScratches,
  listScratches,
  stateOfScratch
} from "./scratches.ts"

/** The company has no such moment. */
export class NoSuchMoment extends Schema.TaggedError<NoSuchMoment>()("NoSuchMoment", {
  message: Schema.String
}) {}

/** Not now: a person is being erased, or as many moments are being built as may be. */
export class MomentBusy extends Schema.TaggedError<MomentBusy>()("MomentBusy", { message: Schema.String }) {}

/** Read models of a past moment: `inCompany(…, scratch)` asks them. */
export interface AsOfReadModel {
  readonly scratch: string
  readonly positions: Positions
}

export type PastFailure = NoSuchMoment | MomentBusy | DatabaseError | StoreUnavailable

/** Events taken in so far, and how many there will be. */
export type Progress = (read: number, total: number) => void

/** Any read model as of a past moment: built from history in a schema of its own, and kept for a while. */
export class AsOfReadModels extends Context.Service<
  AsOfReadModels,
  {
    readonly at: (
      company: string,
      moment: Moment,
      progress?: Progress
    ) => Effect.Effect<AsOfReadModel, PastFailure>
    /** Drops what is kept of the company, as when a person of it is erased; gives how many moments. */
    readonly drop: (company: string) => Effect.Effect<number, DatabaseError>
  }
>()("centurion/projections/AsOfReadModels") {
  static readonly layer = (options: {
    readonly models: ReadonlyArray<ReadModel>
    readonly upcastersOf: (machine: string) => Upcasters | undefined
  }) =>
    Layer.effect(
      AsOfReadModels,
      Effect.gen(function* () {
        return makeAsOfReadModels({
          database: yield* Database,
          store: yield* EventStore,
          history: yield* History,
          ...options,
          underWay: new Map(),
          turns: new Turns({ all: buildsAtOnce, each: 0 }),
          building: new Map()
        })
      })
    )
}

/** Moments of a company that are kept; the longest unused go first. */
const keptMax = 8
/** With those that were just asked for. */
const keptMost = 16
/** Of all companies; those that wait take turns by company. */
const buildsAtOnce = 2
/** Of one company, with the one that is being built. */
const buildsWaitingMax = 4
/** Another process that builds the same moment is waited for so often. */
const pollMs = 200

/** What past read models are built from, and which are being built. */
interface PastParts {
  readonly database: Database["Service"]
  readonly store: EventStore["Service"]
  readonly history: History["Service"]
  readonly models: ReadonlyArray<ReadModel>
  readonly upcastersOf: (machine: string) => Upcasters | undefined
  /** Moments that are being built or wait for it, by company and schema. */
  readonly underWay: Map<string, Deferred.Deferred<void>>
  readonly turns: Turns
  /** By company: one at a time, and how many there are. */
  readonly building: Map<string, { readonly alone: Semaphore.Semaphore; count: number }>
}

const build = Effect.fnUntraced(function* (
  parts: PastParts,
  past: AsOfReadModel,
  company: string,
  progress: Progress
) {
  const { database, store } = parts
  const { scratch, positions } = past
  const began = yield* store.now
  if (yield* erasuresSince(database, company, began)) return yield* beingErased(company)
  yield* keepScratches(database, company, keptMax - 1)
  if ((yield* listScratches(database, company)).length >= keptMost) return yield* tooManyKept(company)
  yield* beginScratch(database, company, scratch, JSON.stringify(positions))
  const filled = fillScratch(parts, company, scratch, positions, progress)
  yield* Effect.onError(filled, () => Effect.ignore(dropScratch(database, company, scratch)))
  // Whoever asked for an erasure meanwhile must not find the person here.
  if (yield* erasuresSince(database, company, began)) {
    yield* dropScratch(database, company, scratch)
    return yield* beingErased(company)
  }
  yield* finishScratch(database, company, scratch)
  return past
})

/** One build of a company at a time and few over all, so that lists of now go on; more than some are refused. */
const inTurn = <A, E>(parts: PastParts, company: string, work: Effect.Effect<A, E>) =>
  Effect.suspend((): Effect.Effect<A, E | MomentBusy> => {
    const builds = parts.building.get(company) ?? { alone: Semaphore.makeUnsafe(1), count: 0 }
    if (builds.count >= buildsWaitingMax) return Effect.fail(tooMany(company))
    parts.building.set(company, builds)
    builds.count++
    return Effect.ensuring(
      builds.alone.withPermit(parts.turns.take(company, work)),
      Effect.sync(() => {
        builds.count--
        if (builds.count === 0) parts.building.delete(company)
      })
    )
  })

const take = (
  parts: PastParts,
  past: AsOfReadModel,
  company: string,
  progress: Progress
): Effect.Effect<AsOfReadModel, PastFailure> =>
  Effect.gen(function* () {
    const key = `${company} ${past.scratch}`
    const ours = parts.underWay.get(key)
    if (ours !== undefined) yield* Deferred.await(ours)
    const state = yield* stateOfScratch(parts.database, company, past.scratch)
    if (state === "ready") return past
    if (state === "building") yield* Effect.sleep(pollMs)
    if (state === "building" || parts.underWay.has(key)) return yield* take(parts, past, company, progress)
    const done = Deferred.makeUnsafe<void>()
    parts.underWay.set(key, done)
    return yield* Effect.ensuring(
      inTurn(parts, company, build(parts, past, company, progress)),
      Effect.sync(() => {
        parts.underWay.delete(key)
        Deferred.doneUnsafe(done, Exit.void)
      })
    )
  })

const makeAsOfReadModels = (parts: PastParts): AsOfReadModels["Service"] => ({
  at: Effect.fnUntraced(function* (company, moment, progress = () => {}) {
    const { database, store, models } = parts
    const partitions = yield* store.partitions(company)
    const now = yield* store.now
    const positions = yield* positionsAt(database, company, partitions, moment, now)
    if (typeof positions === "string") return yield* new NoSuchMoment({ message: positions })
    const scratch = `s_${createHash("sha256")
      .update(JSON.stringify([company, positions, shapes(models)]))
      .digest("hex")
      .slice(0, 24)}`
    return yield* take(parts, { scratch, positions }, company, progress)
  }),
  drop: (company) =>
    Effect.flatMap(listScratches(parts.database, company), (all) =>
      Effect.as(
        Effect.forEach(all, (scratch) => dropScratch(parts.database, company, scratch)),
        all.length
      )
    )
})

const beingErased = (company: string) =>
  new MomentBusy({
    message: `a person of ${company} is being erased, so nothing is built from its past now; try again in a few seconds`
  })

const tooMany = (company: string) =>
  new MomentBusy({
    message: `${buildsWaitingMax} moments of ${company} are being built or wait for it; try again in a few seconds`
  })

const tooManyKept = (company: string) =>
  new MomentBusy({ message: `${keptMost} moments of ${company} are in use; try again in half a minute` })

const shapes = (models: ReadonlyArray<ReadModel>) => models.map(({ name, version }) => `${name} ${version}`)
