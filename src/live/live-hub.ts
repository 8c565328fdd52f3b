import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RcMap from "effect/RcMap"
import type { Scope } from "effect/Scope"
import { Database } from "../../eventstore/database/database.ts"
import { History } from "../../eventstore/log/history.ts"
import { Projections } from "../../projections/engine/projections.ts"
import { shownPositions } from "../../projections/engine/shown-positions.ts"
import { readModels } from "../../projections/index.ts"
import { CompanyFeed, type FeedSources } from "./company-feed.ts"
import { readBoardCursor, readStreamCursor, type Vector } from "./cursor.ts"
import { EventFollower, type Following, type Place } from "./event-follower.ts"
import { liveLimits } from "./live-limits.ts"
import { LiveRefused } from "./live-refused.ts"
import { readLiveRows } from "./live-rows.ts"
import type { LiveFailure, ValueSources } from "./live-value.ts"
import { type EventTopic, findTopic, type Topic, type ValueTopic } from "./topics.ts"
import { ValueChannel } from "./value-channel.ts"

/** Who follows: `scope` is how far that user or key reaches in the topic's module. */
export interface Viewer extends Following {
  readonly company: string
}

/** A topic that is followed until the scope ends. */
export interface Followed {
  /** Where it begins; values have none. */
  readonly cursor: string | undefined
  /** Sends what there is, and from then on all that happens. To be begun again when it fell behind. */
  readonly begin: Effect.Effect<void, LiveFailure | LiveRefused>
  /** The viewer reaches less far, or further, than before. */
  readonly rescope: (scope: Viewer["scope"]) => void
}

/** How the hub hears of what other processes did; both may be silent. */
export interface LiveOptions extends Pick<ValueSources, "engineStatus" | "timeZoneOf" | "waitingMax"> {
  readonly upcastersOf: FeedSources["upcastersOf"]
  /** Calls back with positions that the read models of a company have reached, until the scope ends. */
  readonly hearApplied: (
    hear: (company: string, positions: Vector) => void
  ) => Effect.Effect<void, never, Scope>
}

/** All live topics of all companies, in this process. */
export class LiveHub extends Context.Service<
  LiveHub,
  {
    /** Whoever may is for the caller to know; whose rows they are is looked at here. */
    readonly follow: (
      viewer: Viewer,
      topic: Topic,
      after: string | undefined
    ) => Effect.Effect<Followed, LiveFailure | LiveRefused, Scope>
  }
>()("centurion/live/LiveHub") {
  static readonly layer = (options: LiveOptions) => Layer.effect(LiveHub, makeHub(options))
}

const makeHub = Effect.fnUntraced(function* (options: LiveOptions) {
  const database = yield* Database
  const history = yield* History
  const projections = yield* Projections
  const shown = shownPositions(database, readModels)
  const sources: FeedSources = { database, history, shown, upcastersOf: options.upcastersOf }
  const values: ValueSources = { ...options, database, projections }
  const live = new Map<string, CompanyFeed>()

  yield* Effect.acquireRelease(
    projections.onApplied((applied) => live.get(applied.company)?.take(applied)),
    (stop) => Effect.sync(stop)
  )
  yield* options.hearApplied((company, positions) => live.get(company)?.reach(positions))

  const feeds = yield* RcMap.make({
    lookup: (company: string) => openFeed(company, sources, live),
    idleTimeToLive: liveLimits.idleFeedMs
  })
  // What could not be opened is forgotten at once: it may be there the next time.
  const feedOf = (company: string) =>
    Effect.tapError(RcMap.get(feeds, company), () => RcMap.invalidate(feeds, company))
  const valueChannels = yield* RcMap.make({
    lookup: (key: string) => openValue(key, values, feedOf),
    idleTimeToLive: liveLimits.idleFeedMs
  })

  return LiveHub.of({
    follow: Effect.fnUntraced(function* (viewer, topic, after) {
      if (topic.carries === "values") {
        const key = `${viewer.company} ${topic.topic}`
        const forget = () => RcMap.invalidate(valueChannels, key)
        const channel = yield* Effect.tapError(RcMap.get(valueChannels, key), forget)
        return yield* followValue(channel, viewer.sink)
      }
      const feed = yield* feedOf(viewer.company)
      const place = yield* placeOf(feed, sources, viewer, topic, after)
      return yield* followEvents(feed, viewer, topic, place)
    })
  })
})

/** A feed that runs, and looks now and then how far the read models are: nothing depends on a hint. */
const openFeed = Effect.fnUntraced(function* (
  company: string,
  sources: FeedSources,
  live: Map<string, CompanyFeed>
) {
  const from = yield* sources.shown(company)
  if (from === undefined)
    return yield* new LiveRefused({
      code: "notReady",
      message: "the read models are being built; try again later"
    })
  const feed = new CompanyFeed(company, sources, from)
  yield* Effect.acquireRelease(
    Effect.sync(() => live.set(company, feed)),
    () => Effect.sync(() => live.delete(company))
  )
  yield* Effect.forkScoped(feed.run)
  const look = Effect.flatMap(
    Effect.orElseSucceed(sources.shown(company), () => undefined),
    (positions) => Effect.sync(() => positions !== undefined && feed.reach(positions))
  )
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(look, Effect.sleep(liveLimits.lookEveryMs))))
  const progress = Effect.sync(() => feed.tellProgress())
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(liveLimits.cursorEveryMs), progress)))
  return feed
})

const followEvents = Effect.fnUntraced(function* (
  feed: CompanyFeed,
  viewer: Viewer,
  topic: EventTopic,
  place: Place
) {
  const join = Effect.sync(() => {
    const channel = feed.channelOf(topic)
    const follower = new EventFollower(channel, viewer, place, feed.passedOn)
    channel.add(follower)
    return { channel, follower }
  })
  const { channel, follower } = yield* Effect.acquireRelease(join, ({ channel, follower }) =>
    Effect.sync(() => channel.remove(follower))
  )
  return {
    cursor: follower.cursor,
    begin: follower.catchUp(feed),
    rescope: (next) => {
      follower.scope = next
      channel.changed()
    }
  } satisfies Followed
})

/** Where it begins: behind the cursor, or else with what happens from now on. */
const placeOf = Effect.fnUntraced(function* (
  feed: CompanyFeed,
  sources: FeedSources,
  viewer: Viewer,
  topic: EventTopic,
  after: string | undefined
) {
  const wrong = (message: string) => new LiveRefused({ code: "wrongCursor", message })
  if ("machine" in topic.follows) {
    const positions = after === undefined ? new Map(feed.passedOn) : readBoardCursor(after)
    if (positions === undefined || positions.size !== feed.passedOn.size)
      return yield* wrong(`"${(after ?? "").slice(0, 60)}" is no cursor of ${topic.topic}`)
    return yield* positionsKnown(feed, sources, positions, wrong)
  }
  const { stream } = topic.follows
  const rows = yield* readLiveRows(sources.database, viewer.company, new Map([[topic.model, [stream]]]))
  const found = rows.get(stream)
  // Whether it is somebody else's or not there at all looks the same from outside.
  if (found === undefined || (viewer.scope === "own" && found.owner !== viewer.user))
    return yield* new LiveRefused({
      code: "notFound",
      message: `there is no ${topic.topic} that you may follow`
    })
  const version = after === undefined ? Number(found.row.version) : readStreamCursor(after)
  if (version === undefined) return yield* wrong(`"${(after ?? "").slice(0, 60)}" is no cursor of a stream`)
  if (version > Number(found.row.version)) return yield* wrong(`${topic.topic} has not come that far`)
  return { version }
})

/** A cursor may come from a process that knows more than this one does yet. */
const positionsKnown = Effect.fnUntraced(function* (
  feed: CompanyFeed,
  sources: FeedSources,
  positions: Map<number, number>,
  wrong: (message: string) => LiveRefused
) {
  const isBeyond = (known: Vector) =>
    [...positions].some(([partition, position]) => position > (known.get(partition) ?? -1))
  if (isBeyond(feed.passedOn)) {
    const now = (yield* sources.shown(feed.company)) ?? feed.passedOn
    if (isBeyond(now))
      return yield* wrong("the cursor is of another history; load anew and subscribe without one")
    feed.reach(now)
  }
  return { positions }
})

const followValue = (channel: ValueChannel, sink: Viewer["sink"]) =>
  Effect.gen(function* () {
    yield* Effect.addFinalizer(() => Effect.sync(() => channel.remove(sink)))
    return {
      cursor: undefined,
      begin: Effect.sync(() => channel.add(sink)),
      rescope: () => {}
    } satisfies Followed
  })

/** `acme counters`: a value of a company that is made while somebody follows it. */
const openValue = Effect.fnUntraced(function* (
  key: string,
  sources: ValueSources,
  feedOf: (company: string) => Effect.Effect<CompanyFeed, LiveFailure | LiveRefused, Scope>
) {
  const [company = "", name = ""] = key.split(" ")
  const { value } = valueTopicOf(name)
  const channel = new ValueChannel(name, value, value.make(sources, company))
  if (value.whenChanged) {
    const feed = yield* feedOf(company)
    yield* Effect.acquireRelease(
      feed.moved.add(() => channel.changed()),
      (stop) => Effect.sync(stop)
    )
  }
  yield* Effect.forkScoped(channel.run)
  return channel
})

const valueTopicOf = (name: string): ValueTopic => {
  const topic = findTopic(name)
  if (topic?.carries !== "values") throw new Error(`"${name}" carries no values`)
  return topic
}
