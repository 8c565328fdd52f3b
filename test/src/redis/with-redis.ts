import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { canStartRedis, type OwnRedis, startOwnRedis } from "../../rig/world/own-redis.ts"
import { startProxy } from "../../rig/world/tcp-proxy.ts"

/** Whether a Redis of a suite's own can be started on this machine. */
export const hasRedis = canStartRedis()

/** A Redis of this suite alone, which it may empty and kill, and a wire to it that can go wrong. */
export const startWiredRedis = async () => {
  const redis: OwnRedis = await startOwnRedis(mkdtempSync(join(tmpdir(), "centurion-redis-")))
  const wire = await startProxy(Number(new URL(redis.url).port))
  return {
    ...redis,
    wire,
    url: Redacted.make(redis.url),
    wiredUrl: Redacted.make(`redis://127.0.0.1:${wire.port}`),
    stop: async () => {
      await wire.close()
      await redis.kill()
    }
  }
}
export type WiredRedis = Awaited<ReturnType<typeof startWiredRedis>>

/** Looks again and again until it is so; the test's own time limit ends it. */
export const until = (look: () => boolean | Effect.Effect<boolean>): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (true) {
      const is = look()
      if (typeof is === "boolean" ? is : yield* is) return
      yield* Effect.sleep(5)
    }
  })

/** Runs it with what a layer gives. */
export const runWith = <A, E, R, LE>(layer: Layer.Layer<R, LE>, effect: Effect.Effect<A, E, R>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, layer))
