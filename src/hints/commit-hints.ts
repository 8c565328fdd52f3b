import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { Redis } from "ioredis"
import type { Engine } from "../../actors/engine.ts"

/** `centurion:commits:acme`: the partitions of a company in which something was just committed. */
const channelOf = (company: string) => `centurion:commits:${company}`
/** Commits of so long are one hint: a reader that wakes reads all there is. */
const gatherMs = 20
const connectTimeoutMs = 3000

const connect = (url: Redacted.Redacted<string>, warn: (message: string) => void) => {
  const redis = new Redis(Redacted.value(url), {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false
  })
  let told = false
  redis.on("error", (error: Error) => {
    if (!told) warn(`Redis does not answer, so other processes poll: ${error.message}`)
    told = true
  })
  redis.on("ready", () => {
    told = false
  })
  redis.connect().catch(() => {})
  return redis
}

const connected = (url: Redacted.Redacted<string>) =>
  Effect.gen(function* () {
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    return yield* Effect.acquireRelease(
      Effect.sync(() => connect(url, (message) => void runFork(Effect.logWarning(message)))),
      (redis) => Effect.sync(() => redis.disconnect())
    )
  })

/** Tells other processes what this one commits, until the scope ends. Hints only: nothing depends on one arriving. */
export const publishCommits = (
  url: Redacted.Redacted<string>,
  engine: Engine["Service"]
): Effect.Effect<void, never, Scope> =>
  Effect.gen(function* () {
    const redis = yield* connected(url)
    let gathered = new Map<string, Set<number>>()
    const publish = () => {
      const hints = gathered
      gathered = new Map()
      for (const [company, partitions] of hints) {
        redis.publish(channelOf(company), JSON.stringify([...partitions])).catch(() => {})
      }
    }
    const stop = yield* engine.onCommit(({ company, partition }) => {
      if (gathered.size === 0) setTimeout(publish, gatherMs)
      const partitions = gathered.get(company)
      if (partitions === undefined) gathered.set(company, new Set([partition]))
      else partitions.add(partition)
    })
    yield* Effect.addFinalizer(() => Effect.sync(stop))
  })

/** Calls `wake` when another process says that it committed something of the company, until the scope ends. */
export const hearCommits = (
  url: Redacted.Redacted<string>,
  company: string,
  wake: () => void
): Effect.Effect<void, never, Scope> =>
  Effect.gen(function* () {
    const redis = yield* connected(url)
    const channel = channelOf(company)
    redis.on("message", wake)
    // Subscriptions come back by themselves after a lost connection, once there was a first.
    redis.once("ready", () => void redis.subscribe(channel).catch(() => {}))
  })
