import type { Random } from "../simulator/time/random.ts"

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** São Paulo is three hours behind UTC, all year. */
const behindMs = 3 * hour

const local = (at: number) => {
  const date = new Date(at - behindMs)
  return { weekday: date.getUTCDay(), hour: date.getUTCHours(), midnight: at - ((at - behindMs) % day) }
}

/** That time if people of the company work then, else some time in the next working day's first two hours. */
export const whenWorking = (at: number, random: Random): number => {
  const { weekday, hour: hourNow, midnight } = local(at)
  const isWorkday = weekday >= 1 && weekday <= 5
  if (isWorkday && hourNow >= 9 && hourNow < 18) return at
  const sameDay = isWorkday && hourNow < 9
  const daysOn = sameDay ? 0 : weekday === 5 ? 3 : weekday === 6 ? 2 : 1
  return midnight + daysOn * day + 9 * hour + random.whole(2 * minute, 2 * hour)
}

/** That time if people are up then, else the next morning. */
export const whenAwake = (at: number, random: Random): number => {
  const { hour: hourNow, midnight } = local(at)
  if (hourNow >= 8 && hourNow < 22) return at
  return midnight + (hourNow < 8 ? 0 : day) + 8 * hour + random.whole(0, 2 * hour)
}

const hourWeights = [1, 0, 0, 0, 0, 0, 1, 3, 8, 14, 18, 17, 11, 12, 17, 18, 16, 13, 9, 7, 6, 5, 3, 2]
const weekdayWeights = [0.25, 1.15, 1.1, 1, 1, 0.9, 0.4]

const draw = (weights: ReadonlyArray<number>, random: Random): number => {
  let left = random.unit() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [n, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return n
  }
  return weights.length - 1
}

/** When somebody writes for the first time: more from week to week, few at weekends and at night. */
export const arrival = (from: number, days: number, random: Random): number => {
  const weights = Array.from(
    { length: days },
    (_, n) => weekdayWeights[local(from + n * day).weekday]! * (1 + (0.5 * n) / days)
  )
  return from + draw(weights, random) * day + draw(hourWeights, random) * hour + random.whole(0, hour - 1)
}
