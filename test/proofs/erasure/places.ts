import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import type { ProofDatabase } from "./proof-database.ts"
import { proofCompany } from "./stage.ts"

/** Bytes that are looked through. */
export interface Place {
  readonly name: string
  readonly bytes: Uint8Array
}

const separator = Buffer.from("\n")

/** Every column of every table, as it is: text as text, bytes as bytes. */
export const tablesOf = async (database: ProofDatabase, title: string): Promise<ReadonlyArray<Place>> => {
  const columns = await database.admin(
    `select n.nspname, c.relname, a.attname, a.atttypid = 'bytea'::regtype
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
      where c.relkind in ('r', 'p', 'm') and not c.relispartition and a.attnum > 0 and not a.attisdropped
        and n.nspname not like 'pg_%' and n.nspname <> 'information_schema'
      order by 1, 2, a.attnum`
  )
  const places: Array<Place> = []
  for (const [from, ofTable] of Map.groupBy(columns, ([schema, table]) => `${schema}.${table}`)) {
    const written = ofTable.map(([, , column, isBytes]) =>
      isBytes ? `"${column}"` : `convert_to("${column}"::text, 'UTF8')`
    )
    const [schema, table] = from.split(".")
    const rows = await database.admin(`select ${written.join(", ")} from "${schema}"."${table}"`)
    const values = rows
      .flat()
      .filter((value) => value !== null) as ReadonlyArray<unknown> as ReadonlyArray<Uint8Array>
    places.push({
      name: `${title}: ${from}`,
      bytes: Buffer.concat(values.flatMap((value) => [value, separator]))
    })
  }
  return places
}

/** Files of a folder and of those in it, each with its path as part of what is looked through. */
export const filesOf = (folder: string, name: string): Place => {
  const parts: Array<Uint8Array> = []
  const walk = (path: string) => {
    parts.push(Buffer.from(`${path}\n`))
    if (!statSync(path).isDirectory()) return parts.push(readFileSync(path), separator)
    for (const each of readdirSync(path).sort()) walk(join(path, each))
    return 0
  }
  walk(folder)
  return { name, bytes: Buffer.concat(parts) }
}

const readMax = 100_000

/** What a reader with the right master key sees. */
export interface Opened {
  readonly events: ReadonlyArray<StoredEvent>
  /** All of it as text: events, jobs, messages. */
  readonly place: Place
}

/** Opens all of the company's history, jobs and messages. */
export const openAll = (database: ProofDatabase, name: string): Promise<Opened> =>
  Effect.gen(function* () {
    const history = yield* History
    const partitions = yield* (yield* EventStore).partitions(proofCompany)
    const events: Array<StoredEvent> = []
    for (const { partition } of partitions) {
      events.push(...(yield* history.readPartition(proofCompany, partition, 0, readMax)))
    }
    const jobs = yield* history.listJobs(null, null, readMax)
    const places = {
      companies: partitions.map(() => proofCompany),
      partitions: partitions.map(({ partition }) => partition)
    }
    const messages = yield* history.messages(places, readMax)
    const texts = [
      ...events.map(({ data }) => data),
      ...jobs.map(({ input, message }) => [input, message]),
      ...messages.map(({ event }) => event)
    ]
    const bytes = Buffer.from(
      texts.map((text) => (typeof text === "string" ? text : JSON.stringify(text))).join("\n")
    )
    return { events, place: { name, bytes } }
  }).pipe(Effect.provide(database.layer), Effect.runPromise)
