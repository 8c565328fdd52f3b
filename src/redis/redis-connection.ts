import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import { Redis } from "ioredis"
import { redisLimits } from "./redis-limits.ts"

/** Redis did not answer, or can't be reached now. Whoever asked goes on without it. */
export class RedisAway extends Schema.TaggedError<RedisAway>()("RedisAway", {
  message: Schema.String
}) {}

/** Whether Redis answers, and how long that took, ms; `none` when none was set up. */
export type RedisHealth =
  | { readonly state: "none" }
  | { readonly state: "up"; readonly latencyMs: number }
  | { readonly state: "away"; readonly why: string }

type Subscriber = (channel: string, message: string) => void

/**
 * The connection to Redis: two sockets, one for commands and one to listen. Nothing waits for it: while it is away a
 * command fails at once, and one that hangs fails after `commandTimeoutMs`.
 */
export class RedisConnection extends Context.Service<
  RedisConnection,
  {
    readonly send: <A = unknown>(
      command: string,
      ...args: ReadonlyArray<string | number>
    ) => Effect.Effect<A, RedisAway>
    /** Says it to whoever listens; lost while Redis is away. */
    readonly publish: (channel: string, message: string) => void
    /** Hears what is said on a channel, `*` standing for any text in its name, until the scope ends. */
    readonly listen: (pattern: string, subscriber: Subscriber) => Effect.Effect<void, never, Scope>
    readonly health: Effect.Effect<RedisHealth>
  }
>()("centurion/redis/RedisConnection") {
  /** Connects in the background; never fails. */
  static readonly layer = (url: Redacted.Redacted<string>) => Layer.effect(RedisConnection, connectRedis(url))
  /** Where there is no Redis: as one that is always away. */
  static readonly layerNone = Layer.sync(RedisConnection, () =>
    RedisConnection.of({
      send: () => Effect.fail(new RedisAway({ message: "no Redis is set up" })),
      publish: () => {},
      listen: () => Effect.void,
      health: Effect.succeed({ state: "none" })
    })
  )
}

/** The same without a layer, until the scope ends. */
export const connectRedis = (
  url: Redacted.Redacted<string>
): Effect.Effect<RedisConnection["Service"], never, Scope> =>
  Effect.gen(function* () {
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const warn = warnOnce((message) => void runFork(Effect.logWarning(message)))
    const commands = yield* openSocket(url, warn)
    const asked = askWith(commands)
    const subscribers = new Map<string, Set<Subscriber>>()
    const listener = yield* openListener(url, subscribers, warn)
    return RedisConnection.of({
      send: asked,
      publish: (channel, message) => {
        if (commands.status === "ready") commands.publish(channel, message).catch(ignore)
      },
      listen: (pattern, subscriber) =>
        Effect.acquireRelease(
          Effect.sync(() => listener.add(pattern, subscriber)),
          () => Effect.sync(() => listener.remove(pattern, subscriber))
        ),
      health: Effect.suspend(() => {
        const began = performance.now()
        return Effect.match(asked("PING"), {
          onSuccess: (): RedisHealth => ({ state: "up", latencyMs: performance.now() - began }),
          onFailure: ({ message }): RedisHealth => ({ state: "away", why: message })
        })
      })
    })
  })

const ignore = () => {}

/** One warning for each time that it goes away, however many sockets and tries see it. */
const warnOnce = (warn: (message: string) => void) => {
  let isLogged = false
  return {
    away: (error: Error) => {
      if (!isLogged) warn(`Redis does not answer, so this process goes on without it: ${error.message}`)
      isLogged = true
    },
    back: () => {
      isLogged = false
    }
  }
}
type Warning = ReturnType<typeof warnOnce>

const connect = (url: Redacted.Redacted<string>, warn: Warning): Redis => {
  const redis = new Redis(Redacted.value(url), {
    lazyConnect: true,
    connectTimeout: redisLimits.connectTimeoutMs,
    commandTimeout: redisLimits.commandTimeoutMs,
    // A wire that is dead on the far side is given up and made anew.
    socketTimeout: redisLimits.commandTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // We do so ourselves, a first connection that fails included.
    autoResubscribe: false,
    retryStrategy: (times) =>
      Math.min(redisLimits.reconnectMaxMs, redisLimits.reconnectMinMs * 2 ** Math.min(times, 10))
  })
  redis.on("error", (error: Error) => warn.away(error))
  redis.on("ready", () => warn.back())
  redis.connect().catch(ignore)
  return redis
}

const openSocket = (url: Redacted.Redacted<string>, warn: Warning) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const redis = connect(url, warn)
      const beat = setInterval(() => {
        if (redis.status === "ready") redis.ping().catch(ignore)
      }, redisLimits.pingEveryMs)
      return { redis, beat }
    }),
    ({ redis, beat }) =>
      Effect.sync(() => {
        clearInterval(beat)
        redis.disconnect()
      })
  ).pipe(Effect.map(({ redis }) => redis))

const askWith = (redis: Redis) => {
  let underWay = 0
  return <A = unknown>(
    command: string,
    ...args: ReadonlyArray<string | number>
  ): Effect.Effect<A, RedisAway> =>
    Effect.suspend(() => {
      if (redis.status !== "ready")
        return Effect.fail(new RedisAway({ message: `Redis can't be reached: ${redis.status}` }))
      if (underWay >= redisLimits.commandsMax)
        return Effect.fail(new RedisAway({ message: `${underWay} commands wait for Redis already` }))
      underWay++
      return Effect.tryPromise({
        try: () => redis.call(command, ...args) as Promise<A>,
        catch: (error) => new RedisAway({ message: `Redis refused ${command}: ${String(error)}` })
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            underWay--
          })
        )
      )
    })
}

/** The socket that listens: connected once somebody wants to listen, and listening again after every loss. */
const openListener = Effect.fnUntraced(function* (
  url: Redacted.Redacted<string>,
  subscribers: Map<string, Set<Subscriber>>,
  warn: Warning
) {
  let redis: Redis | undefined
  let beat: NodeJS.Timeout | undefined
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      clearInterval(beat)
      redis?.disconnect()
    })
  )
  const open = (): Redis => {
    const opened = connect(url, warn)
    opened.on("ready", () => {
      if (subscribers.size > 0) opened.psubscribe(...subscribers.keys()).catch(() => opened.disconnect(true))
    })
    opened.on("pmessage", (pattern: string, channel: string, message: string) => {
      if (message.length > redisLimits.hintMaxBytes) return
      for (const subscriber of subscribers.get(pattern) ?? []) subscriber(channel, message)
    })
    beat = setInterval(() => {
      if (opened.status === "ready") opened.ping().catch(ignore)
    }, redisLimits.pingEveryMs)
    return opened
  }
  return {
    add: (pattern: string, subscriber: Subscriber) => {
      const waiting = subscribers.get(pattern)
      if (waiting !== undefined) return void waiting.add(subscriber)
      subscribers.set(pattern, new Set([subscriber]))
      redis ??= open()
      if (redis.status === "ready") redis.psubscribe(pattern).catch(ignore)
    },
    remove: (pattern: string, subscriber: Subscriber) => {
      const waiting = subscribers.get(pattern)
      waiting?.delete(subscriber)
      if (waiting === undefined || waiting.size > 0) return
      subscribers.delete(pattern)
      if (redis?.status === "ready") redis.punsubscribe(pattern).catch(ignore)
    }
  }
})
