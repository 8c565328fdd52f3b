import * as Effect from "effect/Effect"
import type { RedisAway, RedisConnection } from "./redis-connection.ts"
import { redisLimits } from "./redis-limits.ts"

/** Texts by key for a while: what a cache is kept in. */
export interface TextStore {
  readonly read: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string | null>, RedisAway>
  readonly write: (key: string, text: string, lifetimeMs: number) => Effect.Effect<void, RedisAway>
  readonly drop: (key: string) => Effect.Effect<void, RedisAway>
}

/** In Redis, shared by all processes. */
export const redisTexts = ({ send }: RedisConnection["Service"]): TextStore => ({
  read: (keys) => send<ReadonlyArray<string | null>>("MGET", ...keys),
  write: (key, text, lifetimeMs) => Effect.asVoid(send("SET", key, text, "PX", lifetimeMs)),
  drop: (key) => Effect.asVoid(send("DEL", key))
})

/** In this process; beyond `most` texts the one that was not used for the longest time goes. `now` is in ms. */
export const memoryTexts = (now: () => number, most: number = redisLimits.cacheValuesMax): TextStore => {
  const kept = new Map<string, { readonly text: string; readonly until: number }>()
  const readOne = (key: string): string | null => {
    const found = kept.get(key)
    if (found === undefined) return null
    kept.delete(key)
    if (found.until <= now()) return null
    // Used last, so it goes last.
    kept.set(key, found)
    return found.text
  }
  return {
    read: (keys) => Effect.sync(() => keys.map(readOne)),
    write: (key, text, lifetimeMs) =>
      Effect.sync(() => {
        kept.delete(key)
        kept.set(key, { text, until: now() + lifetimeMs })
        while (kept.size > most) kept.delete(kept.keys().next().value!)
      }),
    drop: (key) => Effect.sync(() => void kept.delete(key))
  }
}
