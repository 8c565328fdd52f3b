import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import { afterEach, beforeEach, expect, it } from "vitest"
import { Database } from "../../../eventstore/database/database.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { analystViews, readModels } from "../../../projections/index.ts"
import { localQueriesLayer, pastLayer } from "../../../src/queries/local-queries.ts"
import { noticeBuilds } from "../../../src/queries/notice-builds.ts"
import { Queries } from "../../../src/queries/queries.ts"
import { describePostgres } from "../../databases.ts"
import { openProjections, type ProjectionsWorld } from "../../projections/engine/open-projections.ts"
import { leadEvents, noon } from "../cli/world/read-world.ts"

const park = `do $$ begin
  perform core.enter('acme');
  delete from leads where lead_id = 'l1';
  insert into core.parked (company, read_model, build, stream, partition, stream_version, reason)
    select company, read_model, build, 'lead/l1', 1, 1, 'planted' from core.projection
      where company = 'acme' and read_model = 'leads' and state = 'live';
end $$`

describePostgres("a command beside the process that keeps the read models", (kind) => {
  let world: ProjectionsWorld
  let runtime: ManagedRuntime.ManagedRuntime<Queries | Database | EventStore, unknown>
  beforeEach(async () => {
    world = await openProjections(kind)
    const { layer } = world.database
    const session = Effect.map(Layer.build(layer), Context.get(Database))
    const queries = localQueriesLayer({ mayFold: Effect.void, session, spoolDir: undefined }).pipe(
      Layer.provide(pastLayer)
    )
    runtime = ManagedRuntime.make(Layer.provideMerge(queries, layer))
  })
  afterEach(async () => {
    await runtime?.dispose()
    await world?.close()
  })

  const scores = () => world.rows("acme", "select lead_id, score::int from leads order by 1")
  const scored = (score: number) =>
    [
      "lead/l1",
      { type: "LeadScored", kind: "emitted", data: { score, met: [], unmet: [], open: [] } }
    ] as const

  it("folds a parked stream again, and that process follows it from there", async () => {
    const [owner] = await world.own("acme", 1)
    const first = await world.project(readModels, analystViews)
    await world.write(owner!, ...leadEvents("l1", noon, { score: 5, said: "hm" }))
    await first.shows(owner!)
    await first.stop()
    await world.database.admin(park)
    const keeper = await world.project(readModels, analystViews)
    await world.write(owner!, scored(6))
    await keeper.shows(owner!)
    expect(await scores()).toEqual([])
    expect(
      await runtime.runPromise(
        Effect.flatMap(Queries, (queries) => queries.retry("acme", "leads", "lead/l1"))
      )
    ).toEqual({ outcome: "folded", events: 4 })
    expect(await scores()).toEqual([["l1", 6]])
    await world.write(owner!, scored(7))
    await keeper.shows(owner!)
    expect(await scores()).toEqual([["l1", 7]])
  })

  it("begins a build that the process notices", async () => {
    const [owner] = await world.own("acme", 1)
    const keeper = await world.project(readModels, analystViews)
    await world.write(owner!, ...leadEvents("l1", noon, { score: 5, said: "hm" }))
    await keeper.shows(owner!)
    const scope = Scope.makeUnsafe()
    const noticing = Effect.gen(function* () {
      return yield* noticeBuilds(yield* Database, keeper.service, yield* EventStore)
    })
    await runtime.runPromise(Scope.provide(noticing, scope))
    const built = Effect.gen(function* () {
      const queries = yield* Queries
      yield* Effect.promise(() => world.rows("acme", "update leads set score = 1"))
      yield* queries.beginRebuild("acme", "leads")
      const lags = Effect.flatMap(queries.lags("acme"), (all) =>
        all.some(({ state }) => state === "building") ? Effect.fail("building") : Effect.succeed(all.length)
      )
      return yield* Effect.eventually(Effect.tapError(lags, () => Effect.sleep(50)))
    })
    expect(await runtime.runPromise(built)).toBe(readModels.length)
    expect(await scores()).toEqual([["l1", 5]])
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })
})
