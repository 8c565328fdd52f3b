import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Database } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { ReadModel } from "../read-model.ts"
import { beginBuild, ensureBuilds, isDropped } from "./builds.ts"
import { CompanyProjector } from "./company-projector.ts"
import { inCompany } from "./in-company.ts"
import { readLags, readParked } from "./lags.ts"
import { makePositionWaits } from "./position-waits.ts"
import { type Applied, NotCaughtUp, Projections, UnknownReadModel } from "./projections.ts"
import { retryParked } from "./retry-parked.ts"

/** What the projections need to know of this installation. */
export interface ProjectionOptions {
  readonly models: ReadonlyArray<ReadModel>
  readonly upcastersOf: (machine: string) => Upcasters | undefined
  /** Whose partitions this process follows: the engine's owner. Undefined follows all, where no server runs. */
  readonly owner: string | undefined
  /** Calls back after commits of this process. */
  readonly onCommit: (
    hear: (commit: {
      readonly company: string
      readonly partition: number
      readonly position: number
    }) => void
  ) => Effect.Effect<() => void>
}

/** Without a hint the small partition table is looked at so often. */
const lookEveryMs = 1000
/**
 * What is committed within this time is read together: a page of one event costs about as much as one of twenty. Whoever
 * comes after a pause is read at once.
 */
const roundEveryMs = 10
/** After something broke. */
const retryMs = 1000
/** Partitions of one company that are read side by side. */
const partitionsAtOnce = 2
/** Companies that are followed side by side. */
const companiesAtOnce = 2

/** A piece of work that ends soon: cut off in the middle, its connection would take seconds to come to rest. */
const whole = Effect.uninterruptible

/** Follows events into the read models until its scope ends. */
export const projectionsLayer = (options: ProjectionOptions) =>
  Layer.effect(
    Projections,
    Effect.suspend(() => makeProjections(options))
  )

const makeProjections = Effect.fnUntraced(function* (options: ProjectionOptions) {
  const database = yield* Database
  const store = yield* EventStore
  const history = yield* History
  const { models, upcastersOf, owner } = options
  const hearers = new Set<(applied: Applied) => void>()
  const waits = makePositionWaits(database, models)
  const projectors = new Map<string, CompanyProjector>()
  /** By company, the ends of partitions that may not be read yet. */
  const dirty = new Map<string, Map<number, number>>()
  /** Companies without a company file, schema or partition are met at the next look. */
  const ensured = new Set<string>()
  const dropped = new Set<string>()
  let wake = () => {}
  const woken = Effect.callback<void>((resume) => {
    wake = () => resume(Effect.void)
  })

  const applied = (page: Applied) => {
    waits.shown(page.company, page.partition, page.position)
    for (const hear of hearers) hear(page)
  }
  const log = (level: "info" | "warn" | "error", message: string) =>
    ({ info: Effect.logInfo, warn: Effect.logWarning, error: Effect.logError })[level](message)

  const projectorOf = (company: string): CompanyProjector => {
    const known = projectors.get(company)
    if (known !== undefined) return known
    const made = new CompanyProjector(company, { database, history, models, upcastersOf, applied, log })
    projectors.set(company, made)
    return made
  }

  const mark = (company: string, partition: number, position: number) => {
    const ends = dirty.get(company) ?? new Map<number, number>()
    dirty.set(company, ends)
    ends.set(partition, Math.max(position, ends.get(partition) ?? 0))
  }

  const ensureCompany = Effect.fnUntraced(function* (company: string) {
    const partitions = yield* store.partitions(company)
    if (partitions.length === 0) return
    if (yield* isDropped(database, company)) {
      dropped.add(company)
      dirty.delete(company)
      return
    }
    yield* ensureBuilds(database, company, partitions.length, models)
    projectorOf(company).forget()
    ensured.add(company)
    for (const { partition, position } of partitions) mark(company, partition, position)
    wake()
  })

  /** Everything that is ours and may have moved. */
  const look = Effect.gen(function* () {
    const partitions = yield* store.partitions()
    const ours = partitions.filter(
      (each) => (owner === undefined || each.owner === owner) && !dropped.has(each.company)
    )
    for (const company of new Set(ours.map((each) => each.company))) {
      if (!ensured.has(company)) yield* whole(ensureCompany(company))
    }
    for (const { company, partition, position } of ours) {
      if (dropped.has(company)) continue
      const projector = projectorOf(company)
      if ((projector.shown(partition) ?? -1) < position || projector.isBuilding())
        mark(company, partition, position)
    }
  })

  const follow = Effect.fnUntraced(function* (company: string, ends: ReadonlyMap<number, number>) {
    if (!ensured.has(company)) yield* whole(ensureCompany(company))
    if (dropped.has(company)) return
    const projector = projectorOf(company)
    yield* whole(projector.alone(() => Effect.void))
    yield* Effect.forEach(
      ends,
      Effect.fnUntraced(function* ([partition, end]) {
        while (yield* whole(projector.step(partition, end))) yield* Effect.yieldNow
      }),
      { concurrency: database.embedded ? 1 : partitionsAtOnce, discard: true }
    )
    if (projector.needsLook()) for (const [partition, end] of ends) mark(company, partition, end)
    else if (projector.isBuilding()) yield* whole(projector.swapReady)
  })

  const told = new Map<string, string>()
  const round = Effect.gen(function* () {
    const work = [...dirty]
    dirty.clear()
    yield* Effect.forEach(
      work,
      ([company, ends]) =>
        Effect.catch(follow(company, ends), (error) => {
          for (const [partition, end] of ends) mark(company, partition, end)
          const isNews = told.get(company) !== error.message
          told.set(company, error.message)
          return Effect.andThen(
            isNews ? log("error", `the read models of ${company} wait: ${error.message}`) : Effect.void,
            Effect.sleep(retryMs)
          )
        }),
      { concurrency: database.embedded ? 1 : companiesAtOnce, discard: true }
    )
  })

  const stopHearing = yield* options.onCommit(({ company, partition, position }) => {
    mark(company, partition, position)
    wake()
  })
  yield* Effect.addFinalizer(() => Effect.sync(stopHearing))

  const looking = Effect.gen(function* () {
    while (true) {
      yield* Effect.catch(look, (error) =>
        error._tag === "StoreUnavailable" ? Effect.void : log("error", `read models: ${error.message}`)
      )
      wake()
      yield* Effect.sleep(lookEveryMs)
    }
  })
  const following = Effect.gen(function* () {
    while (true) {
      if (dirty.size === 0) yield* woken
      const began = yield* Clock.currentTimeMillis
      yield* round
      const left = roundEveryMs - ((yield* Clock.currentTimeMillis) - began)
      if (left > 0) yield* Effect.sleep(left)
    }
  })
  yield* Effect.forkScoped(looking)
  yield* Effect.forkScoped(following)

  const waitFor: Projections["Service"]["waitFor"] = (company, partition, position, timeoutMs) => {
    const shown = projectors.get(company)?.shown(partition)
    return shown !== undefined && shown >= position
      ? Effect.succeed(true)
      : waits.wait(company, partition, position, timeoutMs)
  }

  return Projections.of({
    ensureCompany,
    dropCompany: Effect.fnUntraced(function* (company) {
      dropped.add(company)
      dirty.delete(company)
      yield* projectorOf(company).alone(() =>
        database.transaction((query) => query("select core.drop_company($1)", [company]))
      )
    }),
    waitFor,
    onApplied: (hear) =>
      Effect.sync(() => {
        hearers.add(hear)
        return () => void hearers.delete(hear)
      }),
    lags: (company) => Effect.flatMap(store.partitions(company ?? undefined), (of) => readLags(database, of)),
    parked: (company) =>
      Effect.flatMap(store.partitions(company ?? undefined), (of) => readParked(database, of)),
    retry: (company, readModel, stream) =>
      retryParked({ database, history, upcastersOf }, projectorOf(company), readModel, stream),
    rebuild: Effect.fnUntraced(function* (company, name) {
      const model = models.find((each) => each.name === name)
      if (model === undefined) {
        const known = models.map((each) => each.name).join(", ")
        return yield* new UnknownReadModel({
          message: `no read model is called "${name}"; there are ${known}`
        })
      }
      const partitions = yield* store.partitions(company)
      yield* inCompany(database, company, (query) =>
        beginBuild(query, company, partitions.length, model, "building")
      )
      yield* ensureCompany(company)
    }),
    erase: Effect.fnUntraced(function* (company, streams) {
      if (!ensured.has(company)) yield* ensureCompany(company)
      for (const { partition, position } of yield* store.partitions(company)) {
        if (yield* waitFor(company, partition, position)) continue
        return yield* new NotCaughtUp({
          message: `the read models of ${company} have not read partition ${partition} up to ${position} yet`
        })
      }
      return yield* projectorOf(company).redact(streams)
    })
  })
})
