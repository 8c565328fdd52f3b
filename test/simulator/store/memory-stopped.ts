import * as Effect from "effect/Effect"
import type { EventStore } from "../../../eventstore/log/event-store.ts"
import type { StoppedActor } from "../../../eventstore/log/stored-rows.ts"

const nothingAsked = { asked: null, askedBy: null, askedWhy: null }

/** The actors that do not go on, in memory. */
export const memoryStopped = (
  now: () => number
): Pick<
  EventStore["Service"],
  "noteStopped" | "clearStopped" | "stoppedIn" | "listStopped" | "askStopped"
> => {
  const rows = new Map<string, StoppedActor>()
  const idOf = (company: string, stream: string) => `${company}/${stream}`
  return {
    noteStopped: (actor) =>
      Effect.sync(() => {
        const id = idOf(actor.company, actor.stream)
        const before = rows.get(id)
        const since = before?.status === actor.status ? before.since : now()
        rows.set(id, { ...actor, since, ...nothingAsked })
      }),
    clearStopped: (company, stream) => Effect.sync(() => void rows.delete(idOf(company, stream))),
    stoppedIn: ({ companies, partitions }, most) =>
      Effect.sync(() =>
        [...rows.values()]
          .filter((row) =>
            companies.some((each, n) => each === row.company && partitions[n] === row.partition)
          )
          .sort((a, b) => Number(a.asked === null) - Number(b.asked === null) || a.since - b.since)
          .slice(0, most)
      ),
    listStopped: (company, status, most) =>
      Effect.sync(() =>
        [...rows.values()]
          .filter((row) => (company ?? row.company) === row.company && (status ?? row.status) === row.status)
          .sort((a, b) => b.since - a.since)
          .slice(0, most)
      ),
    askStopped: (company, stream, asked, askedBy, askedWhy) =>
      Effect.sync(() => {
        const row = rows.get(idOf(company, stream))
        if (row !== undefined) rows.set(idOf(company, stream), { ...row, asked, askedBy, askedWhy })
        return row !== undefined
      })
  }
}
