import type { DressedEvent } from "./company-feed.ts"
import type { Vector } from "./cursor.ts"
import { boardCursor, streamCursor } from "./cursor.ts"
import type { EventFollower } from "./event-follower.ts"
import { eventFrame, type Frame, plainFrame } from "./live-frames.ts"
import type { EventTopic } from "./topics.ts"

/** What the feed of a channel wants to know of it. */
interface ChannelHearing {
  /** It wants more of each event than before. */
  readonly changed: () => void
  /** Nobody follows it any more. */
  readonly empty: () => void
}

/** Those who follow one topic of a company: a frame is made once for all of them. */
export class EventChannel {
  readonly topic: EventTopic
  private readonly hearing: ChannelHearing
  private readonly followers = new Set<EventFollower>()
  private lastProgress = ""

  constructor(topic: EventTopic, hearing: ChannelHearing) {
    this.topic = topic
    this.hearing = hearing
  }

  get isBoard(): boolean {
    return "machine" in this.topic.follows
  }

  /** Whether events must come with the rows of their actors, for boards, or with their owners. */
  get wantsRows(): boolean {
    if (this.isBoard) return true
    for (const { scope } of this.followers) if (scope === "own") return true
    return false
  }

  add(follower: EventFollower) {
    this.followers.add(follower)
    this.hearing.changed()
  }

  remove(follower: EventFollower) {
    this.followers.delete(follower)
    if (this.followers.size === 0) this.hearing.empty()
  }

  /** A follower sees less, or more, than before. */
  changed() {
    this.hearing.changed()
  }

  /** Tells everybody, who are all at `told` then. */
  tell(dressed: DressedEvent, passedOn: Vector) {
    if (this.followers.size === 0) return
    const cursor = this.isBoard ? boardCursor(passedOn) : streamCursor(dressed.event.version)
    const frame = this.frameOf(dressed, cursor)
    for (const follower of [...this.followers]) follower.take(dressed, frame, passedOn)
  }

  frameOf({ json, row }: DressedEvent, cursor: string): Frame {
    return eventFrame(this.topic.topic, cursor, json, this.isBoard ? row : undefined)
  }

  /** Nothing of the topic happened up to here: whoever comes back needs to read no further behind. */
  tellProgress(passedOn: Vector) {
    if (!this.isBoard || this.followers.size === 0) return
    const cursor = boardCursor(passedOn)
    if (cursor === this.lastProgress) return
    this.lastProgress = cursor
    const frame = plainFrame({ type: "cursor", topic: this.topic.topic, cursor })
    for (const follower of this.followers) follower.takeProgress(frame, passedOn)
  }
}
