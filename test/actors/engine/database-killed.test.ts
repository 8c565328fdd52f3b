import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database, withAdminConnection } from "../../../eventstore/database/database.ts"
import { migrate } from "../../../eventstore/database/migrate.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { verify } from "../../../eventstore/proof/verify.ts"
import { type EngineProcess, startEngineProcess } from "./world/engine-process.ts"
import { faultsOf, startLoad } from "./world/load.ts"
import { canStartPostgres, makeOwnPostgres, type OwnPostgres } from "./world/own-postgres.ts"
import { until } from "./world/run-engine.ts"

const backMaxMs = 30_000

describe.skipIf(!canStartPostgres)("a database that is killed under load", () => {
  let postgres: OwnPostgres
  let engine: EngineProcess
  beforeAll(async () => {
    postgres = await makeOwnPostgres()
    await postgres.start()
    await Effect.runPromise(migrate({ url: Redacted.make(postgres.url) }))
    engine = await startEngineProcess({ databaseUrl: postgres.appUrl, owner: "one", leaseMs: 3000 })
  })
  afterAll(async () => {
    await engine?.kill()
    await postgres?.remove()
  })

  it("loses nothing that was acknowledged, stores nothing twice, and the engine goes on by itself", async () => {
    const connection = { url: Redacted.make(postgres.url) }
    const load = startLoad(16, (to, event, envelope) => engine.deliver(to, event, envelope))
    for (let round = 0; round < 3; round++) {
      const before = load.acknowledged.size
      await until("there is load", () => load.acknowledged.size > before + 300)
      await postgres.kill()
      await until("the engine says so", async () => !(await engine.status()).ready)
      const refused = await engine.deliver("counter/1", { type: "Add" }, { key: `refused-${round}` })
      expect(refused).toMatchObject({ _tag: "TryAgain" })
      await postgres.start()
      const backAt = performance.now()
      const down = load.acknowledged.size
      await until("the engine goes on", () => load.acknowledged.size > down)
      expect(performance.now() - backAt).toBeLessThan(backMaxMs)
    }
    await load.stop()
    const admin = (sql: string) => Effect.runPromise(withAdminConnection(connection, (query) => query(sql)))
    expect(await faultsOf(admin, load.acknowledged)).toEqual([])

    const store = EventStore.layer.pipe(
      Layer.provideMerge(Database.layer({ connection, connectionsMax: 4, embedded: false }))
    )
    expect(await Effect.runPromise(Effect.provide(verify(), store))).toMatchObject({ ok: true })
  })
})
