import * as Effect from "effect/Effect"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { ReadModel } from "../read-model.ts"
import { pageEvents } from "./company-projector.ts"
import { inCompany } from "./in-company.ts"
import type { Positions } from "./moment.ts"
import { pastEvent } from "./past-event.ts"
import { sqlOf, type Target } from "./target.ts"
import { writeTargets } from "./write-page.ts"

interface FillPorts {
  readonly database: Pick<Database["Service"], "transaction">
  readonly history: Pick<History["Service"], "readPartition">
  readonly models: ReadonlyArray<ReadModel>
  readonly upcastersOf: (machine: string) => Upcasters | undefined
}

/** Folds history up to these positions into the tables of the scratch schema. A stream that breaks ends there. */
export const fillScratch = (
  { database, history, models, upcastersOf }: FillPorts,
  company: string,
  scratch: string,
  positions: Positions,
  progress: (read: number, total: number) => void
): Effect.Effect<void, DatabaseError | StoreUnavailable> =>
  Effect.gen(function* () {
    const targets = models.map(
      (model): Target => ({
        model,
        build: 0,
        state: "live",
        sql: sqlOf(model, "live"),
        parked: new Set()
      })
    )
    const total = Object.values(positions).reduce((sum, position) => sum + position, 0)
    let read = 0
    for (const [partition, end] of Object.entries(positions)) {
      for (let after = 0; after < end; ) {
        const stored = yield* history.readPartition(
          company,
          Number(partition),
          after,
          Math.min(pageEvents, end - after)
        )
        const last = stored.at(-1)
        if (last === undefined) break
        const events = stored.map((event) => pastEvent(event, upcastersOf, () => false))
        yield* inCompany(
          database,
          company,
          (query) =>
            Effect.map(writeTargets(query, { company, events }, targets), (poisons) => {
              for (const { target, found } of poisons)
                for (const { stream } of found) target.parked.add(stream)
            }),
          scratch
        )
        after = last.position
        read += stored.length
        progress(read, total)
      }
    }
  })
