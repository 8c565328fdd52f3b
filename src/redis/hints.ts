import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import type { Engine } from "../../actors/engine/engine.ts"
import type { Projections } from "../../projections/engine/projections.ts"
import type { RedisConnection } from "./redis-connection.ts"
import { redisLimits } from "./redis-limits.ts"

/** `commits`: events were stored. `applied`: the live read models show them. */
export type HintKind = "commits" | "applied"

/** Something happened in these partitions of a company, at least up to these positions. */
export interface Hint {
  readonly company: string
  readonly positions: ReadonlyMap<number, number>
}

/** `centurion:commits:acme` */
const channelOf = (kind: HintKind, company: string) => `centurion:${kind}:${company}`

/** By partition, the position. Said by another process, so it is checked. */
const Said = Schema.fromJsonString(
  Schema.Array(
    Schema.Tuple([
      Schema.Int.check(Schema.isGreaterThan(0)),
      Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
    ])
  )
)
const decodeSaid = Schema.decodeUnknownOption(Said)

type Redis = RedisConnection["Service"]

/** Gathers what happens within a moment, so that a burst is one hint; the first one goes out at once. */
const gathering = (redis: Redis, kind: HintKind) => {
  let gathered = new Map<string, Map<number, number>>()
  let saidAt = -redisLimits.gatherMs
  const publish = () => {
    const hints = gathered
    gathered = new Map()
    saidAt = performance.now()
    for (const [company, positions] of hints) {
      redis.publish(channelOf(kind, company), JSON.stringify([...positions]))
    }
  }
  return ({ company, partition, position }: { company: string; partition: number; position: number }) => {
    if (gathered.size === 0) {
      const wait = saidAt + redisLimits.gatherMs - performance.now()
      if (wait > 0) setTimeout(publish, wait)
      else setImmediate(publish)
    }
    const positions = gathered.get(company) ?? new Map<number, number>()
    gathered.set(company, positions.set(partition, Math.max(position, positions.get(partition) ?? 0)))
  }
}

/** Tells other processes what this one commits, until the scope ends. Hints only: nothing depends on one arriving. */
export const publishCommits = (
  redis: Redis,
  engine: Pick<Engine["Service"], "onCommit">
): Effect.Effect<void, never, Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(engine.onCommit(gathering(redis, "commits")), (stop) => Effect.sync(stop))
  )

/** Tells other processes how far this one's read models have come, until the scope ends. */
export const publishApplied = (
  redis: Redis,
  projections: Pick<Projections["Service"], "onApplied">
): Effect.Effect<void, never, Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(projections.onApplied(gathering(redis, "applied")), (stop) => Effect.sync(stop))
  )

/** Calls `hear` when another process gives a hint, of one company or with `*` of any, until the scope ends. */
export const followHints = (
  redis: Redis,
  kind: HintKind,
  company: string,
  subscriber: (hint: Hint) => void
): Effect.Effect<void, never, Scope> => {
  const prefix = channelOf(kind, "").length
  return redis.listen(channelOf(kind, company), (channel, message) => {
    const said = decodeSaid(message)
    if (said._tag === "Some")
      subscriber({
        company: channel.slice(prefix),
        positions: new Map(said.value as ReadonlyArray<[number, number]>)
      })
  })
}
