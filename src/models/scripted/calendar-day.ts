/** A day without a clock, counted in days from 1970-01-01: arithmetic without time zones. */
export type CalendarDay = number

const dayMs = 86_400_000

/** The day of a year, month (1-12) and day of the month; undefined if there is none such, as 31 February. */
export const dayOf = (year: number, month: number, day: number): CalendarDay | undefined => {
  const date = new Date(Date.UTC(year, month - 1, day))
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real ? date.getTime() / dayMs : undefined
}

/** `2027-01-10` */
export const formatDay = (day: CalendarDay): string => new Date(day * dayMs).toISOString().slice(0, 10)

/** Reads `2027-01-10`; undefined if it is no day. */
export const parseDay = (text: string): CalendarDay | undefined => {
  const [year, month, day] = text.split("-").map(Number)
  return year === undefined || month === undefined || day === undefined ? undefined : dayOf(year, month, day)
}

/** Year, month (1-12), day of the month, and weekday (0 is Sunday). */
export const partsOf = (day: CalendarDay) => {
  const date = new Date(day * dayMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay()
  }
}

/** The first of a month; the month may run over 12. */
export const firstOfMonth = (year: number, month: number): CalendarDay => Date.UTC(year, month - 1, 1) / dayMs

/** The same day so many months later, or the last of that month. */
export const addMonths = (day: CalendarDay, months: number): CalendarDay => {
  const from = partsOf(day)
  const first = firstOfMonth(from.year, from.month + months)
  const last = firstOfMonth(from.year, from.month + months + 1) - 1
  return Math.min(first + from.day - 1, last)
}
