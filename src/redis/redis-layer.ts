import * as Layer from "effect/Layer"
import type { RateLimiterStore } from "effect/persistence/RateLimiter"
import type { Secret } from "../settings/setting.ts"
import { Cache } from "./cache.ts"
import { limiterStoreMemory, limiterStoreRedis } from "./limiter-store.ts"
import { RedisConnection } from "./redis-connection.ts"

/** What processes share by Redis when its URL is given, and what each has for itself when not. Never fails. */
export const redisLayer = (url: Secret): Layer.Layer<RedisConnection | Cache | RateLimiterStore> =>
  url === undefined
    ? Layer.mergeAll(RedisConnection.layerNone, Cache.layerMemory, limiterStoreMemory)
    : Layer.provideMerge(Layer.mergeAll(Cache.layerRedis, limiterStoreRedis), RedisConnection.layer(url))
