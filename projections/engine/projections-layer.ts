import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Database } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { ReadModel } from "../read-model.ts"
import { beginBuild } from "./builds.ts"
import { Follower } from "./follower.ts"
import { inCompany } from "./in-company.ts"
import { readLags, readParked } from "./lags.ts"
import { NotCaughtUp, Projections, UnknownReadModel } from "./projections.ts"
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

/** Follows events into the read models until its scope ends. */
export const projectionsLayer = (options: ProjectionOptions) =>
  Layer.effect(
    Projections,
    Effect.suspend(() => makeProjections(options))
  )

const makeProjections = Effect.fnUntraced(function* (options: ProjectionOptions) {
  const { models, upcastersOf, owner } = options
  const follower = new Follower({
    database: yield* Database,
    store: yield* EventStore,
    history: yield* History,
    ...{ models, upcastersOf, owner }
  })
  const unsubscribe = yield* options.onCommit(({ company, partition, position }) =>
    follower.committed(company, partition, position)
  )
  yield* Effect.addFinalizer(() => Effect.sync(unsubscribe))
  yield* Effect.forkScoped(follower.looking)
  yield* Effect.forkScoped(follower.following)
  return projectionsOf(follower)
})

const projectionsOf = (follower: Follower): Projections["Service"] => {
  const { database, store, history, upcastersOf } = follower.parts
  return {
    ensureCompany: follower.ensureCompany,
    dropCompany: Effect.fnUntraced(function* (company) {
      follower.drop(company)
      yield* follower
        .projectorOf(company)
        .alone(() =>
          database.transaction((query) => query("select core.drop_company($1)", [company]), company)
        )
    }),
    waitFor: waitFor(follower),
    onApplied: follower.subscribers.add,
    lags: (company) => Effect.flatMap(store.partitions(company ?? undefined), (of) => readLags(database, of)),
    parked: (company) =>
      Effect.flatMap(store.partitions(company ?? undefined), (of) => readParked(database, of)),
    retry: (company, readModel, stream) =>
      retryParked({ database, history, upcastersOf }, follower.projectorOf(company), readModel, stream),
    rebuild: (company, name) => rebuild(follower, company, name),
    erase: (company, streams) => erase(follower, company, streams)
  }
}

const waitFor =
  (follower: Follower): Projections["Service"]["waitFor"] =>
  (company, partition, position, timeoutMs) => {
    const shown = follower.shown(company, partition)
    return shown !== undefined && shown >= position
      ? Effect.succeed(true)
      : follower.waits.wait(company, partition, position, timeoutMs)
  }

const rebuild = Effect.fnUntraced(function* (follower: Follower, company: string, name: string) {
  const { database, store, models } = follower.parts
  const model = models.find((each) => each.name === name)
  if (model === undefined) {
    const known = models.map((each) => each.name).join(", ")
    return yield* new UnknownReadModel({ message: `no read model is called "${name}"; there are ${known}` })
  }
  const partitions = yield* store.partitions(company)
  yield* inCompany(database, company, (query) =>
    beginBuild(query, company, partitions.length, model, "building")
  )
  yield* follower.ensureCompany(company)
})

const erase = Effect.fnUntraced(function* (
  follower: Follower,
  company: string,
  streams: ReadonlyArray<string>
) {
  if (!follower.ensured.has(company)) yield* follower.ensureCompany(company)
  for (const { partition, position } of yield* follower.parts.store.partitions(company)) {
    if (yield* waitFor(follower)(company, partition, position)) continue
    return yield* new NotCaughtUp({
      message: `the read models of ${company} have not read partition ${partition} up to ${position} yet`
    })
  }
  return yield* follower.projectorOf(company).redact(streams)
})
