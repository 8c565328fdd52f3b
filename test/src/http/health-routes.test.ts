import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import { afterEach, expect, test } from "vitest"
import { Engine, type EngineStatus } from "../../../actors/engine/engine.ts"
import { Database } from "../../../eventstore/database/database.ts"
import { healthRoutes } from "../../../src/http/health-routes.ts"

const disposals: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose()
})

const ready = async (status: Partial<EngineStatus>, isLate = false) => {
  const engine = { status: Effect.succeed({ partitions: 4, ...status }) } as Engine["Service"]
  const { handler, dispose } = HttpRouter.toWebHandler(
    Layer.provide(
      healthRoutes,
      Layer.merge(
        Layer.succeed(Engine, engine),
        Layer.succeed(Database, { isLate: () => isLate } as Database["Service"])
      )
    ),
    { disableLogger: true }
  )
  disposals.push(dispose)
  const answer = await handler(new Request("http://localhost/readyz"))
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), body: await answer.json() }
}

test("whoever asks whether it is ready learns that, and of what is not only what kind it is", async () => {
  expect(await ready({ ready: true })).toMatchObject({
    status: 200,
    body: { status: "ready", partitions: 4 }
  })
  const why = "connect ECONNREFUSED 10.1.2.3:5432: database centurion of db.internal"
  const away = await ready({ ready: false, lacks: "storeUnavailable", why })
  expect(away).toMatchObject({
    ...{ status: 503, retryAfter: "2" },
    body: { detail: "the database does not answer now; try again" }
  })
  const standsBy = await ready({ ready: false, lacks: "notOwner", why: `the lease ran out: ${why}` })
  expect(standsBy.body.detail).toBe("another process is taking over; try again")
  expect(await ready({ ready: true }, true)).toMatchObject({
    ...{ status: 503, retryAfter: "2" },
    body: { detail: "the database does not answer in time; try again" }
  })
  for (const { body } of [away, standsBy])
    expect(JSON.stringify(body)).not.toMatch(/ECONN|5432|centurion|internal|10\.1/)
})
