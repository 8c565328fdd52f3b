import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { personalShapes } from "../../actors/machine/personal-shape.ts"
import type { DataSchema, ListedMachine } from "../../machines/listed-machine.ts"
import { RedisConnection } from "./redis-connection.ts"
import { redisLimits } from "./redis-limits.ts"
import { memoryTexts, redisTexts, type TextStore } from "./text-store.ts"

const minuteMs = 60_000

/** What is kept for how long, ms: the lifetimes of the requirements' tables. */
export const cacheLifetimes = {
  lead: 60 * minuteMs,
  taskStatus: 24 * 60 * minuteMs,
  moduleStatus: 5 * minuteMs,
  analyticsOverview: 15 * minuteMs
} as const
/** A kind of what is cached. */
export type CacheKind = keyof typeof cacheLifetimes

/** A kind with the shape of its values. */
export interface CacheSlot<A> {
  readonly kind: CacheKind
  readonly lifetimeMs: number
  readonly schema: Schema.Codec<A, unknown>
}

/**
 * Declares what a kind holds. Throws when the shape has personal data: it would outlive its person, and nobody who
 * erases looks into a cache.
 */
export const cacheSlot = <A>(kind: CacheKind, schema: Schema.Codec<A, unknown>): CacheSlot<A> => {
  const asMachine = { input: schema as DataSchema, events: {} } as ListedMachine
  if (personalShapes(asMachine).any)
    throw new Error(`what is cached as "${kind}" holds personal data; leave it out or read it anew each time`)
  return { kind, lifetimeMs: cacheLifetimes[kind], schema }
}

/**
 * Values that may be as old as their kind's lifetime: for what is shown, never for what is decided. Keyed by company.
 * What can't be read or kept now is made anew.
 */
export class Cache extends Context.Service<
  Cache,
  {
    readonly get: <A>(slot: CacheSlot<A>, company: string, key: string) => Effect.Effect<A | undefined>
    readonly set: <A>(slot: CacheSlot<A>, company: string, key: string, value: A) => Effect.Effect<void>
    /** From now on it is not found, a value whose making began before included. */
    readonly invalidate: (
      slot: Pick<CacheSlot<unknown>, "kind" | "lifetimeMs">,
      company: string,
      key: string
    ) => Effect.Effect<void>
    /** What is kept, or else what `make` gives, which is kept then. */
    readonly through: <A, E, R>(
      slot: CacheSlot<A>,
      company: string,
      key: string,
      make: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E, R>
  }
>()("centurion/redis/Cache") {
  /** In Redis. */
  static readonly layerRedis = Layer.effect(
    Cache,
    Effect.map(RedisConnection, (redis) => makeCache(redisTexts(redis)))
  )
  /** In this process alone. */
  static readonly layerMemory = Layer.sync(Cache, () => makeCache(memoryTexts(() => performance.now())))
}

const keyOf = ({ kind }: { kind: CacheKind }, company: string, key: string) =>
  `centurion:cache:${kind}:${company}:${key}`
const roundOf = (valueKey: string) => `${valueKey}:round`

/** A value, and the round in which its making began: the next round begins when it is invalidated. */
const Kept = Schema.fromJsonString(Schema.Struct({ round: Schema.String, value: Schema.Unknown }))
const decodeKept = Schema.decodeUnknownOption(Kept)

/** The cache over a store of texts. */
export const makeCache = (texts: TextStore): Cache["Service"] => {
  // What could not be invalidated while the store was away, to be said when it is back.
  const unsaid = new Map<string, number>()

  const begin = Effect.fnUntraced(function* (valueKey: string, lifetimeMs: number) {
    yield* texts.write(roundOf(valueKey), randomBytes(9).toString("base64url"), lifetimeMs * 2)
    yield* texts.drop(valueKey)
    unsaid.delete(valueKey)
  })
  const sayUnsaid = Effect.suspend(() =>
    Effect.forEach([...unsaid], ([valueKey, lifetimeMs]) => begin(valueKey, lifetimeMs), { discard: true })
  )
  const look = Effect.fnUntraced(function* <A>(slot: CacheSlot<A>, valueKey: string) {
    if (unsaid.size > 0) yield* sayUnsaid
    const [text = null, round = null] = yield* texts.read([valueKey, roundOf(valueKey)])
    const kept = text === null ? Option.none() : decodeKept(text)
    const isOfThisRound = Option.isSome(kept) && kept.value.round === (round ?? "")
    const value = isOfThisRound ? Schema.decodeUnknownOption(slot.schema)(kept.value.value) : Option.none<A>()
    return { value, round: round ?? "" }
  })
  const keep = <A>(slot: CacheSlot<A>, valueKey: string, round: string, value: A) => {
    const text = JSON.stringify({ round, value: Schema.encodeSync(slot.schema)(value) })
    return text.length > redisLimits.cacheValueMaxBytes
      ? Effect.void
      : Effect.ignore(texts.write(valueKey, text, slot.lifetimeMs))
  }
  /** Nothing is found in a store that is away, and nothing kept there. */
  const lookOrNot = <A>(slot: CacheSlot<A>, valueKey: string) => Effect.option(look(slot, valueKey))

  return Cache.of({
    get: (slot, company, key) =>
      Effect.map(lookOrNot(slot, keyOf(slot, company, key)), (found) =>
        Option.isSome(found) ? Option.getOrUndefined(found.value.value) : undefined
      ),
    set: Effect.fnUntraced(function* (slot, company, key, value) {
      const valueKey = keyOf(slot, company, key)
      const found = yield* lookOrNot(slot, valueKey)
      if (Option.isSome(found)) yield* keep(slot, valueKey, found.value.round, value)
    }),
    invalidate: (slot, company, key) => {
      const valueKey = keyOf(slot, company, key)
      return Effect.catch(begin(valueKey, slot.lifetimeMs), () =>
        Effect.sync(() => {
          // The oldest may be forgotten: then its value is there for its lifetime at most.
          if (unsaid.size >= redisLimits.cacheValuesMax) unsaid.delete(unsaid.keys().next().value!)
          unsaid.set(valueKey, slot.lifetimeMs)
        })
      )
    },
    through: Effect.fnUntraced(function* (slot, company, key, make) {
      const valueKey = keyOf(slot, company, key)
      const found = yield* lookOrNot(slot, valueKey)
      if (Option.isSome(found) && Option.isSome(found.value.value)) return found.value.value.value
      const value = yield* make
      if (Option.isSome(found)) yield* keep(slot, valueKey, found.value.round, value)
      return value
    })
  })
}
