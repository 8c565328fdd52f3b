import * as Effect from "effect/Effect"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import { inCompany } from "./in-company.ts"

type Connections = Pick<Database["Service"], "transaction" | "query">

/** A build that has not ended by then was left behind by a process that died. */
const staleAfter = "10 minutes"

/** Of the one that is about to be used; undefined when there is none, or one that was left behind. */
export const stateOfScratch = (
  database: Connections,
  company: string,
  scratch: string
): Effect.Effect<"building" | "ready" | undefined, DatabaseError> =>
  Effect.gen(function* () {
    const [row] = yield* inCompany(database, company, (query) =>
      query(
        `update core.scratch set used_at = clock_timestamp() where company = $1 and scratch = $2
           returning state, state = 'building' and made_at < clock_timestamp() - interval '${staleAfter}'`,
        [company, scratch]
      )
    )
    if (row === undefined) return undefined
    if (row[1] === true) {
      yield* dropScratch(database, company, scratch)
      return undefined
    }
    return row[0] as "building" | "ready"
  })

export const beginScratch = (database: Connections, company: string, scratch: string, asOf: string) =>
  database.transaction(
    (query) => query("select core.make_scratch($1, $2, $3)", [company, scratch, asOf]),
    company
  )

export const finishScratch = (database: Connections, company: string, scratch: string) =>
  inCompany(database, company, (query) =>
    query("update core.scratch set state = 'ready' where company = $1 and scratch = $2", [company, scratch])
  )

export const dropScratch = (database: Connections, company: string, scratch: string) =>
  database.transaction((query) => query("select core.drop_scratch($1, $2)", [company, scratch]), company)

/** The names of all that are there of the company, the last used first. */
export const listScratches = (database: Connections, company: string) =>
  Effect.map(
    inCompany(database, company, (query) =>
      query("select scratch from core.scratch where company = $1 order by used_at desc", [company])
    ),
    (rows) => rows.map(([scratch]) => String(scratch))
  )

/** Whoever asked for a moment reads it a little later. */
const justUsed = "20 seconds"

/** Drops the longest unused beyond so many, and none that is being built, was just asked for, or is being read. */
export const keepScratches = (database: Connections, company: string, most: number) =>
  inCompany(database, company, (query) =>
    query(
      `select scratch from (select *, row_number() over (order by used_at desc) from core.scratch
         where company = $1 and state = 'ready') s
       where row_number > $2 and used_at < clock_timestamp() - interval '${justUsed}'`,
      [company, most]
    )
  ).pipe(
    Effect.flatMap((unused) =>
      Effect.forEach(
        unused,
        ([scratch]) => Effect.catch(dropScratch(database, company, String(scratch)), leaveRead),
        {
          discard: true
        }
      )
    )
  )

/** It is let go the next time. */
const leaveRead = (error: DatabaseError) => (error.outOfTime ? Effect.void : Effect.fail(error))

/** Whether a person of the company is being erased, or was since then. */
export const erasuresSince = (database: Connections, company: string, since: number) =>
  Effect.map(
    database.query("select done_at, requested_at from es.erasures($1, false, 100)", [company]),
    (rows) => rows.some(([doneAt, requestedAt]) => doneAt === null || Number(requestedAt) >= since)
  )
