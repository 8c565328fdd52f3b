import * as Effect from "effect/Effect"
import type { Database } from "../../eventstore/database/database.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { CompanyProjector } from "./company-projector.ts"
import { inCompany } from "./in-company.ts"
import { pastEvent } from "./past-event.ts"
import type { ProjectionFailure, RetryOutcome } from "./projections.ts"
import { writeTargets } from "./write-page.ts"

interface RetryPorts {
  readonly database: Pick<Database["Service"], "transaction">
  readonly history: Pick<History["Service"], "readStream">
  readonly upcastersOf: (machine: string) => Upcasters | undefined
}

/** A stream longer than this is better served by a rebuild. */
const eventsMax = 100_000

/** Folds the stream from where it broke up to where the read model is, and lets it follow again. */
export const retryParked = (
  { database, history, upcastersOf }: RetryPorts,
  projector: CompanyProjector,
  readModel: string,
  stream: string
): Effect.Effect<RetryOutcome, ProjectionFailure> =>
  // Another process may have parked it.
  Effect.andThen(
    Effect.sync(() => projector.forget()),
    projector.alone((readers) =>
      Effect.gen(function* () {
        const { company } = projector
        const reader = readers.find(
          ({ target }) =>
            target.state === "live" && target.model.name === readModel && target.parked.has(stream)
        )
        if (reader === undefined) return { outcome: "notParked" } as const
        const { target, positions } = reader
        const [row] = yield* inCompany(database, company, (query) =>
          query(
            `select stream_version::float8, partition from core.parked
             where company = $1 and read_model = $2 and build = $3 and stream = $4`,
            [company, readModel, target.build, stream]
          )
        )
        if (row === undefined) return { outcome: "notParked" } as const
        const [from, partition] = row as [number, number]
        const stored = yield* history.readStream(company, stream, from - 1, eventsMax)
        const events = stored
          .filter(({ position }) => position <= (positions.get(partition) ?? 0))
          .map((event) => pastEvent(event, upcastersOf, (each) => projector.erasing.has(each)))
        const outcome = yield* inCompany(database, company, (query) =>
          Effect.gen(function* () {
            const folding = { ...target, parked: new Set<string>() }
            const [of] = yield* writeTargets(query, { company, events }, [folding])
            const again = of?.found[0]
            yield* query(
              again === undefined
                ? "delete from core.parked where company = $1 and read_model = $2 and build = $3 and stream = $4"
                : `update core.parked set stream_version = $5, reason = $6
                   where company = $1 and read_model = $2 and build = $3 and stream = $4`,
              [
                company,
                readModel,
                target.build,
                stream,
                ...(again === undefined ? [] : [again.streamVersion, again.reason])
              ]
            )
            return again
          })
        )
        projector.forget()
        if (outcome === undefined) return { outcome: "folded", events: events.length } as const
        const { streamVersion, reason } = outcome
        return { outcome: "brokeAgain", streamVersion, reason } as const
      })
    )
  )
