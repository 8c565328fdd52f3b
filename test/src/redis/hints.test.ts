import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { CommitHint } from "../../../actors/engine/engine.ts"
import { followHints, type Hint, publishApplied, publishCommits } from "../../../src/redis/hints.ts"
import { connectRedis, RedisConnection } from "../../../src/redis/redis-connection.ts"
import { hasRedis, runWith, startWiredRedis, until, type WiredRedis } from "./with-redis.ts"

/** Something that tells those who hear it, when it is told to. */
const telling = <A>() => {
  const hearers = new Set<(of: A) => void>()
  const on = (hear: (of: A) => void) =>
    Effect.sync(() => {
      hearers.add(hear)
      return () => {
        hearers.delete(hear)
      }
    })
  const tell = (of: A) => {
    for (const hear of hearers) hear(of)
  }
  return { on, tell, hearers }
}

const commit = (company: string, partition: number, position: number): CommitHint => ({
  company,
  partition,
  position,
  streams: []
})

test("a Redis that is not there disturbs nobody", async () => {
  const engine = telling<CommitHint>()
  const program = Effect.gen(function* () {
    const redis = yield* connectRedis(Redacted.make("redis://127.0.0.1:1"))
    yield* publishCommits(redis, { onCommit: engine.on })
    yield* followHints(redis, "commits", "acme", () => expect.unreachable())
    engine.tell(commit("acme", 1, 1))
    yield* Effect.sleep(60)
  })
  await Effect.runPromise(Effect.scoped(program))
  expect(engine.hearers.size).toBe(0)
})

describe.skipIf(!hasRedis)("with a Redis of its own", () => {
  let redis: WiredRedis
  beforeAll(async () => {
    redis = await startWiredRedis()
  })
  afterAll(() => redis.stop())
  const run = (program: Effect.Effect<void, unknown, RedisConnection>) =>
    runWith(RedisConnection.layer(redis.url), program)

  /** Commits until the first hint is there, so that all ears are open. */
  const ready = (heard: Array<Hint>, tell: () => void) =>
    Effect.andThen(
      until(() => {
        tell()
        return heard.length > 0
      }),
      // What was said meanwhile.
      Effect.andThen(
        Effect.sleep(50),
        Effect.sync(() => heard.splice(0))
      )
    )

  test("wakes those who follow a company, and nobody else, with one hint for a burst", () =>
    run(
      Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* RedisConnection
          const engine = telling<CommitHint>()
          const heard = { acme: [] as Array<Hint>, other: [] as Array<Hint> }
          yield* publishCommits(connection, { onCommit: engine.on })
          yield* followHints(connection, "commits", "acme", (hint) => heard.acme.push(hint))
          yield* followHints(connection, "commits", "acme2", (hint) => heard.other.push(hint))
          yield* ready(heard.acme, () => engine.tell(commit("acme", 1, 1)))
          for (let n = 0; n < 50; n++) engine.tell(commit("acme", (n % 4) + 1, n))
          yield* until(() => heard.acme.length > 0)
          expect(heard.other).toEqual([])
          expect(heard.acme).toEqual([
            {
              company: "acme",
              positions: new Map([
                [1, 48],
                [2, 49],
                [3, 46],
                [4, 47]
              ])
            }
          ])
        })
      )
    ))

  test("hears of all companies how far read models have come", () =>
    run(
      Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* RedisConnection
          const projections = telling<CommitHint>()
          const heard: Array<Hint> = []
          yield* publishApplied(connection, { onApplied: projections.on as never })
          yield* followHints(connection, "applied", "*", (hint) => heard.push(hint))
          yield* ready(heard, () => projections.tell(commit("acme", 1, 1)))
          projections.tell(commit("acme", 2, 7))
          projections.tell(commit("other", 1, 9))
          yield* until(() => heard.length === 2)
          expect(heard).toEqual([
            { company: "acme", positions: new Map([[2, 7]]) },
            { company: "other", positions: new Map([[1, 9]]) }
          ])
        })
      )
    ))

  test("what is no hint is passed over", () =>
    run(
      Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* RedisConnection
          const heard: Array<Hint> = []
          yield* followHints(connection, "applied", "acme", (hint) => heard.push(hint))
          const say = (message: string) => connection.publish("centurion:applied:acme", message)
          yield* ready(heard, () => say("[[1,1]]"))
          for (const wrong of ["", "{", "[]]", "[[1]]", "[[1,-1]]", "[[0,1]]", '[["1",1]]', "null"])
            say(wrong)
          say(`[${"[1,1],".repeat(20_000)}[1,1]]`)
          say("[[3,3]]")
          yield* until(() => heard.length > 0)
          expect(heard).toEqual([{ company: "acme", positions: new Map([[3, 3]]) }])
        })
      )
    ))
})
