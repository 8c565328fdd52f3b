import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Redis } from "ioredis"
import { expect, test } from "vitest"
import type { CommitHint, Engine } from "../../../actors/engine.ts"
import { hearCommits, publishCommits } from "../../../src/hints/commit-hints.ts"

const url = process.env.TEST_REDIS_URL

/** An engine that commits when it is told to. */
const committing = () => {
  const hearers = new Set<(hint: CommitHint) => void>()
  const engine = {
    onCommit: (hear: (hint: CommitHint) => void) =>
      Effect.sync(() => {
        hearers.add(hear)
        return () => {
          hearers.delete(hear)
        }
      })
  } as unknown as Engine["Service"]
  const commit = (company: string, partition: number) => {
    for (const hear of hearers) hear({ company, partition, position: 1, streams: [] })
  }
  return { engine, commit, hearers }
}

const until = (condition: () => boolean) =>
  Effect.gen(function* () {
    for (let n = 0; n < 400 && !condition(); n++) yield* Effect.sleep(5)
    expect(condition()).toBe(true)
  })

test.skipIf(url === undefined)("wakes those who follow a company, and nobody else", async () => {
  const { engine, commit, hearers } = committing()
  const program = Effect.gen(function* () {
    const redis = Redacted.make(url!)
    const company = `acme-${process.pid}`
    const woken = { acme: 0, other: 0 }
    yield* publishCommits(redis, engine)
    yield* hearCommits(redis, company, () => woken.acme++)
    yield* hearCommits(redis, `other-${process.pid}`, () => woken.other++)
    const admin = new Redis(url!)
    yield* Effect.promise(async () => {
      while (Number((await admin.pubsub("NUMSUB", `centurion:commits:${company}`))[1]) === 0);
    })
    yield* Effect.sync(() => admin.disconnect())
    for (let n = 0; n < 50; n++) commit(company, (n % 4) + 1)
    yield* until(() => woken.acme > 0)
    expect(woken).toEqual({ acme: 1, other: 0 })
  })
  await Effect.runPromise(Effect.scoped(program))
  expect(hearers.size).toBe(0)
})

test("a Redis that is not there disturbs nobody", async () => {
  const { engine, commit } = committing()
  const nowhere = Redacted.make("redis://127.0.0.1:1")
  const program = Effect.gen(function* () {
    yield* publishCommits(nowhere, engine)
    yield* hearCommits(nowhere, "acme", () => expect.unreachable())
    commit("acme", 1)
    yield* Effect.sleep(60)
  })
  await Effect.runPromise(Effect.scoped(program))
})
