import * as Effect from "effect/Effect"
import type { Scope } from "../accounts/permissions.ts"
import type { CompanyFeed, DressedEvent } from "./company-feed.ts"
import { boardCursor, streamCursor, type Vector } from "./cursor.ts"
import type { EventChannel } from "./event-channel.ts"
import type { Frame } from "./live-frames.ts"
import { liveLimits } from "./live-limits.ts"
import { LiveRefused } from "./live-refused.ts"
import type { LiveFailure } from "./live-value.ts"

/** Where frames go. Sending never waits. */
export interface Sink {
  readonly send: (frame: Frame) => void
  /** So much is unread that no event should follow for now. */
  readonly isFull: () => boolean
  /** Done when more may follow; one who does not read for too long is closed by the sink itself. */
  readonly drained: Effect.Effect<void>
}

/** How far a follower is: in its stream, or in each partition. */
export type Place = { readonly version: number } | { readonly positions: Map<number, number> }

/** Who follows, and who hears what becomes of it. */
export interface Following {
  readonly user: string
  readonly scope: Exclude<Scope, "none">
  readonly sink: Sink
  /** What it follows is not its own any more. */
  readonly lost: () => void
  /** It does not read as fast as things happen: it is to be brought up again. */
  readonly behind: () => void
}

/**
 * One who follows a topic: first it is brought up to where everybody is, by history and at its own pace, then it is
 * told with everybody. Each event comes once and in order, whatever happens meanwhile.
 */
export class EventFollower {
  scope: Following["scope"]
  private readonly channel: EventChannel
  private readonly following: Following
  private version = 0
  private readonly positions: Map<number, number>
  /** What everybody was told while this one was not there yet; undefined once it is. */
  private pending: Array<readonly [DressedEvent, Frame, Vector]> | undefined = []
  private hasMissed = false
  /** Another process has told it more than this one knows of yet. */
  private isAhead: boolean
  private isLost = false

  constructor(channel: EventChannel, following: Following, place: Place, passedOn: Vector) {
    this.channel = channel
    this.following = following
    this.scope = following.scope
    this.version = "version" in place ? place.version : 0
    this.positions = "positions" in place ? place.positions : new Map()
    this.isAhead = this.isBefore(passedOn)
  }

  /** What this follower gives back to go on from here. */
  get cursor(): string {
    return this.channel.isBoard ? boardCursor(this.positions) : streamCursor(this.version)
  }

  /** Everybody is told this. */
  take(dressed: DressedEvent, frame: Frame, passedOn: Vector) {
    if (this.pending === undefined) return this.tell(dressed, frame, passedOn)
    if (this.hasMissed) return
    if (this.pending.length < liveLimits.pendingEventsMax)
      this.pending.push([dressed, frame, this.isAhead ? new Map(passedOn) : passedOn])
    else {
      this.hasMissed = true
      this.pending = []
    }
  }

  takeProgress(frame: Frame, passedOn: Vector) {
    if (this.pending !== undefined || this.isBefore(passedOn)) return
    this.following.sink.send(frame)
  }

  /** Brings it up to where everybody is; from then on it is told with everybody. */
  readonly catchUp = (feed: CompanyFeed): Effect.Effect<void, LiveFailure | LiveRefused> =>
    Effect.gen({ self: this }, function* () {
      const budget = { left: liveLimits.catchUpEventsMax }
      do {
        yield* this.following.sink.drained
        this.pending = []
        this.hasMissed = false
        const until = new Map(feed.passedOn)
        yield* this.channel.isBoard
          ? this.readBoard(feed, until, budget)
          : this.readStream(feed, until, budget)
      } while (this.hasMissed)
      const waiting = this.pending
      this.pending = undefined
      for (const each of waiting) this.take(...each)
    })

  private readonly readBoard = (feed: CompanyFeed, until: Vector, budget: Budget) =>
    Effect.gen({ self: this }, function* () {
      for (const [partition, end] of until) {
        while (true) {
          const at = this.positions.get(partition) ?? 0
          if (at >= end) break
          const page = yield* feed.read(partition, at, Math.min(liveLimits.pageEventsMax, end - at))
          const last = page.at(-1)
          if (last === undefined) break
          yield* spend(budget, page.length)
          const { follows } = this.channel.topic
          const own = page.filter(({ machine }) => "machine" in follows && machine === follows.machine)
          yield* this.tellRead(feed, own)
          this.positions.set(partition, last.position)
        }
      }
    })

  private readonly readStream = (feed: CompanyFeed, until: Vector, budget: Budget) =>
    Effect.gen({ self: this }, function* () {
      const { follows } = this.channel.topic
      const stream = "stream" in follows ? follows.stream : ""
      while (true) {
        const page = yield* feed.readStream(stream, this.version)
        yield* spend(budget, page.length)
        const shown = page.filter(({ partition, position }) => position <= (until.get(partition) ?? 0))
        yield* this.tellRead(feed, shown)
        if (shown.length < liveLimits.pageEventsMax) return
      }
    })

  private readonly tellRead = (feed: CompanyFeed, events: Parameters<CompanyFeed["dress"]>[0]) =>
    Effect.gen({ self: this }, function* () {
      for (const dressed of yield* feed.dress(events, () => [this.channel])) {
        if (this.isLost) return
        if (!this.pass(dressed)) continue
        const { sink } = this.following
        sink.send(this.channel.frameOf(dressed, this.cursor))
        if (sink.isFull()) yield* sink.drained
      }
    })

  private tell(dressed: DressedEvent, frame: Frame, passedOn: Vector) {
    if (!this.isNew(dressed)) return
    if (this.following.sink.isFull()) return this.fallBehind()
    if (!this.pass(dressed)) return
    if (this.isAhead) this.isAhead = this.isBefore(passedOn)
    this.following.sink.send(this.isAhead ? this.channel.frameOf(dressed, this.cursor) : frame)
  }

  /** What happens from here on is read again once there is room. */
  private fallBehind() {
    this.pending = []
    this.hasMissed = true
    this.following.behind()
  }

  private isNew({ event }: DressedEvent): boolean {
    return this.channel.isBoard
      ? event.position > (this.positions.get(event.partition) ?? 0)
      : event.version > this.version
  }

  /** Moves behind the event; false when it may not be seen. */
  private pass({ event, owner }: DressedEvent): boolean {
    if (this.isLost) return false
    if (this.channel.isBoard) this.positions.set(event.partition, event.position)
    else this.version = event.version
    if (this.scope === "all" || owner === this.following.user) return true
    if (!this.channel.isBoard) {
      this.isLost = true
      this.following.lost()
    }
    return false
  }

  /** Whether everybody else is still somewhere behind this one. */
  private isBefore(passedOn: Vector): boolean {
    for (const [partition, position] of this.positions)
      if (position > (passedOn.get(partition) ?? 0)) return true
    return false
  }
}

/** How many events may still be read for one who comes back. */
interface Budget {
  left: number
}

const spend = (budget: Budget, events: number) =>
  Effect.suspend(() => {
    budget.left -= events
    return budget.left >= 0
      ? Effect.void
      : Effect.fail(
          new LiveRefused({
            code: "cursorTooOld",
            message: `more than ${liveLimits.catchUpEventsMax} events lie behind the cursor; load anew and subscribe without one`
          })
        )
  })
