import type { Json, JsonObject } from "../../../eventstore/database/json.ts"

/** One input of one of a person's actors, as the engine stored it when the history was made. */
export interface StoryEvent {
  /** When it was recorded, epoch ms by the story's own calendar. */
  readonly at: number
  /** The machine of the actor that it came to. */
  readonly to: string
  readonly type: string
  /** `$lead` and `$conversation` stand for the ids that the person gets in this installation. */
  readonly data: JsonObject
  readonly by: string
  readonly cause?: string
  /** When it happened, if that was not when it was recorded. */
  readonly happenedAt?: number
  /** After it nothing is under way, and nothing will set out to a channel that is not there: a life may end here. */
  readonly rest?: true
}

/** All that ever came to one invented person's actors, in order. */
export interface Story {
  readonly channel: string
  readonly instance: string
  readonly contact: string
  readonly name?: string
  readonly events: ReadonlyArray<StoryEvent>
}

/** The first line of the file: the weeks that the stories are about, epoch ms. */
export interface StoryCalendar {
  readonly from: number
  readonly until: number
}

const day = 86_400_000
const week = 7 * day

/**
 * By how much the story is moved, so that its end is now or a few days ahead: whole weeks, because then a Monday stays
 * a Monday and office hours stay office hours.
 */
export const shiftTo = (now: number, { until }: StoryCalendar): number =>
  Math.ceil((now - until) / week) * week

/** The person's life as it was by then, by the story's calendar; empty when it had not begun or is in the middle of something. */
export const livedBy = ({ events }: Story, then: number): ReadonlyArray<StoryEvent> =>
  events.slice(0, events.findLastIndex(({ at, rest }) => rest === true && at <= then) + 1)

/** Fields of events that hold a time, epoch ms. */
const times: ReadonlySet<string> = new Set([
  ...["at", "askedAt", "firstAttemptAt", "endedAt", "happenedAt", "dueAt"]
])
const isoDay = /^\d{4}-\d{2}-\d{2}$/

/** Moves the times in an event's data, and puts the ids of this installation in. */
export const moved = (
  data: JsonObject,
  shiftMs: number,
  ids: Readonly<Record<string, string>>
): JsonObject => {
  const of = (value: Json, key: string): Json => {
    if (typeof value === "number") return times.has(key) ? value + shiftMs : value
    if (typeof value === "string") return textOf(value)
    if (value === null || typeof value !== "object") return value
    if (Array.isArray(value)) return value.map((each) => of(each, key))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, of(each, name)]))
  }
  const textOf = (text: string): string => {
    if (text.startsWith("$")) return ids[text] ?? text
    // A day that somebody named is as far ahead as it was then.
    return isoDay.test(text) ? new Date(Date.parse(text) + shiftMs).toISOString().slice(0, 10) : text
  }
  return of(data, "") as JsonObject
}

/** Puts the ids in where they are part of a longer text. */
export const withIds = (text: string, ids: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:lead|conversation)/g, (name) => ids[name]!)
