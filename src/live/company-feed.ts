import * as Effect from "effect/Effect"
import { Wake } from "../../actors/poll-loop.ts"
import { Subscribers } from "../../actors/subscribers.ts"
import type { Database } from "../../eventstore/database/database.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import { pastEvent } from "../../projections/engine/past-event.ts"
import type { Applied } from "../../projections/engine/projections.ts"
import type { PastEvent, ReadModel } from "../../projections/read-model.ts"
import { eventJson } from "../resources/event-json.ts"
import type { Vector } from "./cursor.ts"
import { EventChannel } from "./event-channel.ts"
import { rowJson } from "./live-frames.ts"
import { liveLimits } from "./live-limits.ts"
import { type LiveRows, readLiveRows } from "./live-rows.ts"
import type { LiveFailure } from "./live-value.ts"
import type { EventTopic } from "./topics.ts"

/** What a feed reads from. */
export interface FeedSources {
  readonly database: Pick<Database["Service"], "transaction">
  readonly history: Pick<History["Service"], "readPartition" | "readStream">
  readonly upcastersOf: (machine: string) => Upcasters | undefined
  /** How far the serving read models of a company are; undefined while none serves. */
  readonly shown: (company: string) => Effect.Effect<Vector | undefined, LiveFailure>
}

/** An event on its way to those who follow it, with what they need to know of it. */
export interface DressedEvent {
  readonly event: PastEvent
  readonly json: string
  /** The row of its actor as JSON, for boards. */
  readonly row: string | undefined
  readonly owner: string | null
}

/** A run of events of one partition, without gaps. */
type Page = Pick<Applied, "partition" | "position" | "events">

/**
 * What the read models of one company take in, told to all who follow the company in this process: partition by
 * partition, in order, without gaps, each event once. It never tells more than the read models show.
 */
export class CompanyFeed {
  readonly company: string
  /** By partition, the position up to which everybody was told. */
  readonly passedOn = new Map<number, number>()
  private readonly sources: FeedSources
  private readonly ends = new Map<number, number>()
  /** By stream, and by machine: of each there is one at most. */
  private readonly channels = new Map<string, EventChannel>()
  private queue: Array<Applied> = []
  private queuedEvents = 0
  private readonly wake = new Wake()
  /** Told whenever something was told. */
  readonly moved = new Subscribers<void>()
  /** Counts what changes whose rows must be read. */
  private needs = 0

  constructor(company: string, sources: FeedSources, from: Vector) {
    this.company = company
    this.sources = sources
    for (const [partition, position] of from) {
      this.passedOn.set(partition, position)
      this.ends.set(partition, position)
    }
  }

  /** The read models of this process have taken this in. */
  take(applied: Applied) {
    const before = this.ends.get(applied.partition) ?? 0
    this.ends.set(applied.partition, Math.max(before, applied.position))
    if (this.queuedEvents + applied.events.length <= liveLimits.queuedEventsMax) {
      this.queue.push(applied)
      this.queuedEvents += applied.events.length
    }
    this.wake.now()
  }

  /** The read models are at these positions, as somebody else says. */
  reach(positions: Vector) {
    for (const [partition, position] of positions)
      this.ends.set(partition, Math.max(position, this.ends.get(partition) ?? 0))
    this.wake.now()
  }

  /** Tells the followers of boards how far they are. */
  tellProgress() {
    for (const channel of this.channels.values()) channel.tellProgress(this.passedOn)
  }

  /** The channel of a topic, made when it is first asked for. */
  channelOf(topic: EventTopic): EventChannel {
    const key = keyOf(topic)
    const known = this.channels.get(key)
    if (known !== undefined) return known
    const made = new EventChannel(topic, {
      changed: () => this.needs++,
      empty: () => this.channels.delete(key)
    })
    this.channels.set(key, made)
    return made
  }

  /** Tells what there is to tell until it is interrupted. */
  readonly run: Effect.Effect<never> = Effect.gen({ self: this }, function* () {
    while (true) {
      yield* this.wake.woken
      this.wake.forget()
      yield* this.tellAll.pipe(
        Effect.catch((error) =>
          Effect.andThen(
            Effect.logWarning(`live updates of ${this.company} wait: ${error.message}`),
            Effect.andThen(Effect.sleep(liveLimits.retryMs), Effect.sync(this.wake.now))
          )
        )
      )
    }
  })

  /** Events as they are told, with the rows and owners that these channels want. */
  readonly dress = (
    events: ReadonlyArray<PastEvent>,
    channelsOf: (event: PastEvent) => ReadonlyArray<EventChannel>
  ): Effect.Effect<ReadonlyArray<DressedEvent>, LiveFailure> =>
    Effect.gen({ self: this }, function* () {
      const asked = new Map<ReadModel, Set<string>>()
      for (const event of events)
        for (const { wantsRows, topic } of channelsOf(event)) {
          if (!wantsRows) continue
          asked.set(topic.model, (asked.get(topic.model) ?? new Set()).add(event.stream))
        }
      const streams = new Map([...asked].map(([model, of]) => [model, [...of]]))
      const rows: LiveRows =
        asked.size === 0 ? new Map() : yield* readLiveRows(this.sources.database, this.company, streams)
      return dressed(events, rows)
    })

  /** Up to `most` events of a partition behind a position, as they are told. */
  readonly read = (partition: number, after: number, most: number) =>
    Effect.map(this.sources.history.readPartition(this.company, partition, after, most), this.past)

  /** Up to a page of events of a stream behind a version. */
  readonly readStream = (stream: string, after: number, most: number = liveLimits.pageEventsMax) =>
    Effect.map(this.sources.history.readStream(this.company, stream, after, most), this.past)

  private readonly past = (events: ReadonlyArray<Parameters<typeof pastEvent>[0]>) =>
    events.map((event) => pastEvent(event, this.sources.upcastersOf, () => false))

  private readonly tellAll = Effect.gen({ self: this }, function* () {
    while (true) {
      const pages: Array<Page> = []
      for (const [partition, end] of this.ends) {
        if (end <= (this.passedOn.get(partition) ?? 0)) continue
        pages.push(yield* this.nextPage(partition, end))
      }
      if (pages.every(({ events }) => events.length === 0)) return
      for (const page of pages) yield* this.tellPage(page)
    }
  })

  /** What comes next in a partition: from the queue when it holds just that, else from history. */
  private nextPage(partition: number, end: number): Effect.Effect<Page, LiveFailure> {
    const at = this.passedOn.get(partition) ?? 0
    const index = this.queue.findIndex((each) => each.partition === partition)
    const queued = this.queue[index]
    if (queued !== undefined && queued.after <= at) {
      this.queue.splice(index, 1)
      this.queuedEvents -= queued.events.length
      const events = queued.events.filter(({ position }) => position > at)
      return events.length === 0
        ? Effect.suspend(() => this.nextPage(partition, end))
        : Effect.succeed({ partition, position: queued.position, events })
    }
    const until = Math.min(end, queued?.after ?? end)
    const most = Math.min(liveLimits.pageEventsMax, until - at)
    return Effect.map(this.read(partition, at, most), (events) => ({
      partition,
      position: events.at(-1)?.position ?? at,
      events
    }))
  }

  private readonly tellPage = ({ partition, position, events }: Page) =>
    Effect.gen({ self: this }, function* () {
      const { channelsOf } = this
      let needs: number
      let ready: ReadonlyArray<DressedEvent>
      do {
        needs = this.needs
        ready = yield* this.dress(
          events.filter((event) => channelsOf(event).length > 0),
          channelsOf
        )
        // Whoever came meanwhile may want more of it.
      } while (needs !== this.needs)
      for (const each of ready) {
        this.passedOn.set(partition, each.event.position)
        for (const channel of channelsOf(each.event)) channel.tell(each, this.passedOn)
      }
      this.passedOn.set(partition, Math.max(position, this.passedOn.get(partition) ?? 0))
      this.moved.tell()
    })

  private readonly channelsOf = ({ stream, machine }: PastEvent): ReadonlyArray<EventChannel> =>
    [this.channels.get(stream), this.channels.get(machine)].filter((channel) => channel !== undefined)
}

/** A stream has a slash in it, a machine has none. */
const keyOf = ({ follows }: EventTopic) => ("stream" in follows ? follows.stream : follows.machine)

const dressed = (events: ReadonlyArray<PastEvent>, rows: LiveRows): ReadonlyArray<DressedEvent> => {
  const texts = new Map<string, string>()
  const textOf = (stream: string) => {
    const known = texts.get(stream)
    if (known !== undefined) return known
    const made = rowJson(rows.get(stream)?.row)
    texts.set(stream, made)
    return made
  }
  return events.map((event) => ({
    event,
    json: JSON.stringify(eventJson(event)),
    row: textOf(event.stream),
    owner: rows.get(event.stream)?.owner ?? null
  }))
}
