import * as Effect from "effect/Effect"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"

/** A moment in the past: a time, epoch ms, or how far each partition had come. */
export type Moment = { readonly time: number } | { readonly positions: Positions }

/** By partition, its last position; as text `1:120,2:40`. */
export type Positions = Readonly<Record<number, number>>

/** Reads a time (ISO 8601) or positions (`1:120,2:40`); undefined when it is neither. */
export const parseMoment = (text: string): Moment | undefined => {
  if (/^\d{1,3}:\d{1,15}(,\d{1,3}:\d{1,15})*$/.test(text)) {
    const entries = text.split(",").map((each) => each.split(":").map(Number) as [number, number])
    return { positions: Object.fromEntries(entries) }
  }
  // A date alone is the end of that day in UTC: all that happened on it is there.
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text)
  return /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(time) ? { time } : undefined
}

/** What `parseMoment` takes, for messages. */
export const momentShape = "a time such as 2026-03-01T12:00:00Z, a day, or positions such as 1:120,2:40"

/** How far each partition had come at the moment; or, in words, why there is no such moment. */
export const positionsAt = (
  database: Pick<Database["Service"], "query">,
  company: string,
  partitions: ReadonlyArray<Partition>,
  moment: Moment,
  now: number
): Effect.Effect<Positions | string, DatabaseError> => {
  if (partitions.length === 0) return Effect.succeed(`no company is called "${company}"`)
  if ("positions" in moment) return Effect.succeed(checked(company, partitions, moment.positions))
  if (moment.time > now)
    return Effect.succeed(
      `${new Date(moment.time).toISOString()} is in the future: nothing is known of it yet`
    )
  return Effect.map(
    Effect.forEach(partitions, ({ partition }) =>
      database.query("select es.position_at($1, $2, es.at($3))", [company, partition, moment.time])
    ),
    (answers) =>
      Object.fromEntries(answers.map((rows, index) => [partitions[index]!.partition, Number(rows[0]![0])]))
  )
}

const checked = (
  company: string,
  partitions: ReadonlyArray<Partition>,
  asked: Positions
): Positions | string => {
  const given = new Map(Object.entries(asked).map(([partition, position]) => [Number(partition), position]))
  for (const [partition, position] of given) {
    const known = partitions.find((each) => each.partition === partition)
    if (known === undefined) return `${company} has no partition ${partition}; it has ${partitions.length}`
    if (position > known.position)
      return `partition ${partition} of ${company} ends at ${known.position}, so there is no position ${position} yet`
  }
  return Object.fromEntries(partitions.map(({ partition }) => [partition, given.get(partition) ?? 0]))
}
