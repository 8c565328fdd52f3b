import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Wake } from "../../actors/poll-loop.ts"
import { Subscribers } from "../../actors/subscribers.ts"
import type { Database } from "../../eventstore/database/database.ts"
import type { EventStore } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { ReadModel } from "../read-model.ts"
import { ensureBuilds, isDropped } from "./builds.ts"
import { CompanyProjector } from "./company-projector.ts"
import { makePositionWaits } from "./position-waits.ts"
import type { Applied } from "./projections.ts"

/** What a follower works with. */
export interface FollowerParts {
  readonly database: Database["Service"]
  readonly store: EventStore["Service"]
  readonly history: History["Service"]
  readonly models: ReadonlyArray<ReadModel>
  readonly upcastersOf: (machine: string) => Upcasters | undefined
  /** Whose partitions are followed; undefined follows all. */
  readonly owner: string | undefined
}

/** Without a hint the small partition table is looked at so often. */
const lookEveryMs = 1000
/**
 * What is committed within this time is read together: a page of one event costs about as much as one of twenty. Whoever
 * comes after a pause is read at once.
 */
const roundEveryMs = 10
/** After something broke. */
const retryMs = 1000
/** Partitions of one company that are read side by side. */
const partitionsAtOnce = 2
/** Companies that are followed side by side. */
const companiesAtOnce = 2

/** A piece of work that ends soon: cut off in the middle, its connection would take seconds to come to rest. */
const whole = Effect.uninterruptible

type Ends = ReadonlyMap<number, number>

const log = (level: "info" | "warn" | "error", message: string) =>
  ({ info: Effect.logInfo, warn: Effect.logWarning, error: Effect.logError })[level](message)

/** Follows events into the read models of all companies. */
export class Follower {
  readonly parts: FollowerParts
  readonly waits: ReturnType<typeof makePositionWaits>
  readonly subscribers = new Subscribers<Applied>()
  private readonly projectors = new Map<string, CompanyProjector>()
  /** By company, the ends of partitions that may not be read yet. */
  private readonly dirty = new Map<string, Map<number, number>>()
  /** Companies without a company file, schema or partition are met at the next look. */
  readonly ensured = new Set<string>()
  private readonly dropped = new Set<string>()
  /** By company, the failure that was logged last. */
  private readonly logged = new Map<string, string>()
  private readonly wake = new Wake()

  constructor(parts: FollowerParts) {
    this.parts = parts
    this.waits = makePositionWaits(parts.database, parts.models)
  }

  projectorOf(company: string): CompanyProjector {
    const known = this.projectors.get(company)
    if (known !== undefined) return known
    const made = new CompanyProjector(company, { ...this.parts, applied: (page) => this.applied(page), log })
    this.projectors.set(company, made)
    return made
  }

  /** The last position of a partition that the read models show, as far as this process knows. */
  shown(company: string, partition: number): number | undefined {
    return this.projectors.get(company)?.shown(partition)
  }

  /** A partition has gone on. */
  committed(company: string, partition: number, position: number): void {
    this.mark(company, partition, position)
    this.wake.now()
  }

  /** The company is followed no more. */
  drop(company: string): void {
    this.dropped.add(company)
    this.dirty.delete(company)
  }

  readonly ensureCompany = Effect.fnUntraced({ self: this }, function* (this: Follower, company: string) {
    const { database, store, models } = this.parts
    const partitions = yield* store.partitions(company)
    if (partitions.length === 0) return
    if (yield* isDropped(database, company)) return this.drop(company)
    yield* ensureBuilds(database, company, partitions.length, models)
    this.projectorOf(company).forget()
    this.ensured.add(company)
    for (const { partition, position } of partitions) this.mark(company, partition, position)
    this.wake.now()
  })

  /** Looks for what went on without a word of it, until it is interrupted. */
  readonly looking = Effect.gen({ self: this }, function* (this: Follower) {
    while (true) {
      yield* Effect.catch(this.look, (error) =>
        error._tag === "StoreUnavailable" ? Effect.void : log("error", `read models: ${error.message}`)
      )
      this.wake.now()
      yield* Effect.sleep(lookEveryMs)
    }
  })

  /** Reads what is marked, until it is interrupted. */
  readonly following = Effect.gen({ self: this }, function* (this: Follower) {
    while (true) {
      this.wake.forget()
      if (this.dirty.size === 0) yield* this.wake.woken
      const began = yield* Clock.currentTimeMillis
      yield* this.round
      const left = roundEveryMs - ((yield* Clock.currentTimeMillis) - began)
      if (left > 0) yield* Effect.sleep(left)
    }
  })

  private applied(page: Applied) {
    this.waits.shown(page.company, page.partition, page.position)
    this.subscribers.tell(page)
  }

  private mark(company: string, partition: number, position: number) {
    const ends = this.dirty.get(company) ?? new Map<number, number>()
    this.dirty.set(company, ends)
    ends.set(partition, Math.max(position, ends.get(partition) ?? 0))
  }

  /** Everything that is ours and may have moved. */
  private readonly look = Effect.gen({ self: this }, function* (this: Follower) {
    const { store, owner } = this.parts
    const partitions = yield* store.partitions()
    const ours = partitions.filter(
      (each) => (owner === undefined || each.owner === owner) && !this.dropped.has(each.company)
    )
    for (const company of new Set(ours.map((each) => each.company))) {
      if (!this.ensured.has(company)) yield* whole(this.ensureCompany(company))
    }
    for (const { company, partition, position } of ours) {
      if (this.dropped.has(company)) continue
      const projector = this.projectorOf(company)
      if ((projector.shown(partition) ?? -1) < position || projector.isBuilding())
        this.mark(company, partition, position)
    }
  })

  private readonly follow = Effect.fnUntraced(
    { self: this },
    function* (this: Follower, company: string, ends: Ends) {
      if (!this.ensured.has(company)) yield* whole(this.ensureCompany(company))
      if (this.dropped.has(company)) return
      const projector = this.projectorOf(company)
      yield* whole(projector.alone(() => Effect.void))
      yield* Effect.forEach(
        ends,
        Effect.fnUntraced(function* ([partition, end]) {
          while (yield* whole(projector.step(partition, end))) yield* Effect.yieldNow
        }),
        { concurrency: this.parts.database.embedded ? 1 : partitionsAtOnce, discard: true }
      )
      if (projector.needsLook()) for (const [partition, end] of ends) this.mark(company, partition, end)
      else if (projector.isBuilding()) yield* whole(projector.swapReady)
    }
  )

  private readonly round = Effect.suspend(() => {
    const work = [...this.dirty]
    this.dirty.clear()
    return Effect.forEach(
      work,
      ([company, ends]) =>
        Effect.catch(this.follow(company, ends), ({ message }) => this.failed(company, ends, message)),
      { concurrency: this.parts.database.embedded ? 1 : companiesAtOnce, discard: true }
    )
  })

  private failed(company: string, ends: Ends, message: string): Effect.Effect<void> {
    for (const [partition, end] of ends) this.mark(company, partition, end)
    const isNews = this.logged.get(company) !== message
    this.logged.set(company, message)
    return Effect.andThen(
      isNews ? log("error", `the read models of ${company} wait: ${message}`) : Effect.void,
      Effect.sleep(retryMs)
    )
  }
}
