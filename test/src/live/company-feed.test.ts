import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, test } from "vitest"
import { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { pastEvent } from "../../../projections/engine/past-event.ts"
import { CompanyFeed, type FeedSources } from "../../../src/live/company-feed.ts"
import { EventFollower } from "../../../src/live/event-follower.ts"
import { liveLimits } from "../../../src/live/live-limits.ts"
import { type EventTopic, findTopic } from "../../../src/live/topics.ts"

const stored = (partition: number, position: number): StoredEvent =>
  ({
    company: "acme",
    partition,
    position,
    stream: `conversation/c${partition}`,
    version: position,
    kind: "input",
    type: "Said",
    schemaVersion: 1,
    data: { position },
    sealed: null,
    keyId: null,
    occurredAt: 0,
    recordedAt: 0,
    causation: null,
    correlation: null,
    principal: "lead",
    machineVersion: "1"
  }) as unknown as StoredEvent

/** A history of two partitions, each with one conversation; `failing` readings fail first. */
const openFeed = (from = 0) => {
  const state = { failing: 0, reads: 0 }
  const page = (partition: number, after: number, most: number) =>
    Effect.suspend(() => {
      state.reads++
      if (state.failing-- > 0)
        return Effect.fail(new StoreUnavailable({ message: "away", mayHaveHappened: false }))
      return Effect.succeed(Array.from({ length: most }, (_, n) => stored(partition, after + n + 1)))
    })
  const sources: FeedSources = {
    database: { transaction: () => Effect.die("no rows are wanted") },
    history: {
      readPartition: (_, partition, after, most) => page(partition, after, most),
      readStream: () => Effect.succeed([])
    },
    upcastersOf: () => undefined,
    shown: () => Effect.succeed(new Map())
  }
  const feed = new CompanyFeed(
    "acme",
    sources,
    new Map([
      [1, from],
      [2, from]
    ])
  )
  const applied = (partition: number, after: number, position: number) => ({
    company: "acme",
    partition,
    after,
    position,
    events: Array.from({ length: position - after }, (_, n) =>
      pastEvent(
        stored(partition, after + n + 1),
        () => undefined,
        () => false
      )
    )
  })
  const heard: Array<number> = []
  const follow = async () => {
    const channel = feed.channelOf(findTopic("conversation:c1") as EventTopic)
    const sink = {
      send: (frame: { text: string }) => heard.push(JSON.parse(frame.text).event.version),
      isFull: () => false,
      drained: Effect.void
    }
    const following = { user: "root", scope: "all" as const, sink, lost: () => {}, behind: () => {} }
    const follower = new EventFollower(channel, following, { version: from }, feed.passedOn)
    channel.add(follower)
    await Effect.runPromise(follower.catchUp(feed))
  }
  return { feed, state, applied, heard, follow }
}

const run = async (feed: CompanyFeed, until: () => boolean) => {
  const fiber = Effect.runFork(feed.run)
  while (!until()) await new Promise((resolve) => setImmediate(resolve))
  await Effect.runPromise(Fiber.interrupt(fiber))
}
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

describe("a company's feed", () => {
  test("tells what is applied without reading it again", async () => {
    const { feed, state, applied, heard, follow } = openFeed()
    await follow()
    feed.take(applied(1, 0, 3))
    feed.take(applied(2, 0, 5))
    feed.take(applied(1, 3, 4))
    await run(feed, () => feed.passedOn.get(1) === 4 && feed.passedOn.get(2) === 5)
    expect(heard).toEqual([1, 2, 3, 4])
    expect(state.reads).toBe(0)
  })

  test("reads what it was not told of, and passes over what it has told", async () => {
    const { feed, applied, heard, follow } = openFeed()
    await follow()
    feed.take(applied(1, 4, 6))
    feed.take(applied(1, 4, 6))
    feed.take(applied(1, 2, 8))
    feed.reach(new Map([[1, 11]]))
    feed.take(applied(1, 8, 10))
    await run(feed, () => feed.passedOn.get(1) === 11)
    expect(heard).toEqual(upTo(11))
  })

  test("never tells more than the read models show", async () => {
    const { feed, heard, follow } = openFeed()
    await follow()
    feed.reach(new Map([[1, liveLimits.pageEventsMax + 7]]))
    await run(feed, () => heard.length === liveLimits.pageEventsMax + 7)
    expect(feed.passedOn).toEqual(
      new Map([
        [1, liveLimits.pageEventsMax + 7],
        [2, 0]
      ])
    )
  })

  test("keeps only so much in memory, and loses nothing of what it let go", async () => {
    const { feed, state, applied, heard, follow } = openFeed()
    await follow()
    const most = liveLimits.queuedEventsMax
    feed.take(applied(1, 0, 10))
    feed.take(applied(1, 10, most + 100))
    feed.take(applied(1, most + 100, most + 110))
    await run(feed, () => feed.passedOn.get(1) === most + 110)
    expect(heard).toEqual(upTo(most + 110))
    expect(state.reads).toBeGreaterThan(0)
  })

  test("goes on where it was when the database was away", async () => {
    const { feed, state, applied, heard, follow } = openFeed()
    await follow()
    state.failing = 1
    feed.reach(new Map([[1, 3]]))
    feed.take(applied(2, 0, 1))
    await run(feed, () => feed.passedOn.get(1) === 3)
    expect(heard).toEqual([1, 2, 3])
  })

  test("a channel that nobody follows any more is gone, and so are its followers", async () => {
    const { feed } = openFeed()
    const topic = findTopic("conversation:c1") as EventTopic
    const channel = feed.channelOf(topic)
    expect(feed.channelOf(topic)).toBe(channel)
    const following = {
      user: "root",
      scope: "all" as const,
      sink: { send: () => {}, isFull: () => false, drained: Effect.void },
      lost: () => {},
      behind: () => {}
    }
    const follower = new EventFollower(channel, following, { version: 0 }, feed.passedOn)
    channel.add(follower)
    channel.remove(follower)
    expect(feed.channelOf(topic)).not.toBe(channel)
  })
})
