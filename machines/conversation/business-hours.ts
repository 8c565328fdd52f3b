import type { ConversationSettings } from "./events.ts"

type Hours = Pick<ConversationSettings, "timeZone" | "businessHours">

const minuteMs = 60_000
const dayMs = 86_400_000
/** A week, and a day for the one that we start in. */
const daysAhead = 8

/**
 * The first moment at or after `at` (epoch ms) that is inside business hours, null when no day of the week is open.
 * A day whose hours end before they begin is closed. Hours that a change of the clocks skips begin after the gap.
 */
export const intoBusinessHours = (at: number, { timeZone, businessHours }: Hours): number | null => {
  const local = new Date(at + offsetMs(at, timeZone))
  const midnight = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate())
  for (let day = 0; day <= daysAhead; day++) {
    const date = midnight + day * dayMs
    const hours = businessHours[new Date(date).getUTCDay()]
    if (hours === null || hours === undefined || hours.fromMinute >= hours.toMinute) continue
    const opens = fromLocal(date + hours.fromMinute * minuteMs, timeZone)
    const closes = fromLocal(date + hours.toMinute * minuteMs, timeZone)
    if (at < closes) return Math.max(at, opens)
  }
  return null
}

/** Epoch ms of a wall clock reading, given as if it were UTC. The second look settles days with a clock change. */
const fromLocal = (wallMs: number, timeZone: string): number => {
  const guess = wallMs - offsetMs(wallMs, timeZone)
  const before = offsetMs(guess, timeZone)
  const second = wallMs - before
  const after = offsetMs(second, timeZone)
  // In a gap no moment has this reading, and both looks differ: the later one lies behind the gap.
  return after === before ? second : Math.max(second, wallMs - after)
}

/** Clocks are changed on the quarter of an hour, so one look serves the whole quarter. */
const quarterMs = 15 * minuteMs
const quartersMax = 10_000
const quarters = new Map<string, number>()

/**
 * How far the zone's wall clock is ahead of UTC at this moment; 0 for a zone that nobody knows. Kept for the quarters
 * of an hour looked at last: asking the format costs as much as a third of a step.
 */
const offsetMs = (at: number, timeZone: string): number => {
  const quarter = Math.floor(at / quarterMs)
  const key = `${quarter} ${timeZone}`
  const known = quarters.get(key)
  if (known !== undefined) return known
  if (quarters.size >= quartersMax) quarters.clear()
  const offset = formattedOffsetMs(quarter * quarterMs, timeZone)
  quarters.set(key, offset)
  return offset
}

const formattedOffsetMs = (at: number, timeZone: string): number => {
  const format = formatOf(timeZone)
  if (format === undefined) return 0
  const part: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>()

/** Making a format costs 50 µs, so each zone's is kept: there are some 600 zones. */
const formatOf = (timeZone: string): Intl.DateTimeFormat | undefined => {
  if (!formats.has(timeZone)) formats.set(timeZone, makeFormat(timeZone))
  return formats.get(timeZone)
}

const makeFormat = (timeZone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric"
    })
  } catch {
    // A wrong name in the settings must not stop a conversation: the hours are read as UTC.
    return undefined
  }
}
