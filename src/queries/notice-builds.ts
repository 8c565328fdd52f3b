import * as Effect from "effect/Effect"
import type { Database } from "../../eventstore/database/database.ts"
import type { EventStore } from "../../eventstore/log/event-store.ts"
import type { Projections } from "../../projections/engine/projections.ts"

const lookEveryMs = 1000

/** Looks for builds that other processes began or changed, such as a command, until its scope ends. */
export const noticeBuilds = (
  database: Pick<Database["Service"], "query">,
  projections: Pick<Projections["Service"], "ensureCompany">,
  store: Pick<EventStore["Service"], "partitions">
) => {
  const seen = new Map<string, string>()
  const look = Effect.gen(function* () {
    const companies = new Set((yield* store.partitions()).map(({ company }) => company))
    const rows = yield* database.query("select company, builds from core.builds($1)", [[...companies]])
    for (const [company, builds] of rows as ReadonlyArray<readonly [string, string]>) {
      const before = seen.get(company)
      if (before !== undefined && before !== builds) yield* projections.ensureCompany(company)
      seen.set(company, builds)
    }
  })
  const looking = Effect.forever(Effect.andThen(Effect.sleep(lookEveryMs), Effect.ignore(look)))
  // What is there at first is no news.
  return Effect.andThen(Effect.ignore(look), Effect.forkScoped(looking))
}
