import * as Effect from "effect/Effect"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import { inCompany } from "./in-company.ts"
import type { Lag, Parked } from "./projections.ts"

type Connections = Pick<Database["Service"], "transaction">

const companiesOf = (partitions: ReadonlyArray<Partition>) => [
  ...new Set(partitions.map(({ company }) => company))
]

/** How far every build of these companies has read. */
export const readLags = (
  database: Connections,
  partitions: ReadonlyArray<Partition>
): Effect.Effect<ReadonlyArray<Lag>, DatabaseError> =>
  Effect.map(
    Effect.forEach(companiesOf(partitions), (company) => {
      const own = partitions.filter((each) => each.company === company)
      const total = own.reduce((sum, { position }) => sum + position, 0)
      return inCompany(database, company, (query) => query(lagSql, [company])).pipe(
        Effect.map((rows) =>
          rows.map(
            ([readModel, version, state, read, lagMs, parked]): Lag => ({
              company,
              readModel: String(readModel),
              version: Number(version),
              state: state as Lag["state"],
              read: Number(read),
              total,
              lagMs: Number(lagMs),
              parked: Number(parked)
            })
          )
        )
      )
    }),
    (lags) => lags.flat()
  )

const lagSql = `
  select p.read_model, p.version, p.state, coalesce(sum(c.position), 0)::float8,
      coalesce(max(extract(epoch from clock_timestamp() - e.recorded_at) * 1000), 0)::float8,
      (select count(*) from core.parked k
        where k.company = p.company and k.read_model = p.read_model and k.build = p.build)::float8
    from core.projection p
    join core.checkpoint c on c.company = p.company and c.read_model = p.read_model and c.build = p.build
    left join es.event e on e.company = c.company and e.partition = c.partition and e.position = c.position + 1
    where p.company = $1
    group by p.company, p.read_model, p.build, p.version, p.state
    order by p.read_model, p.state desc`

/** Streams that wait because a fold broke, the oldest first. */
export const readParked = (
  database: Connections,
  partitions: ReadonlyArray<Partition>
): Effect.Effect<ReadonlyArray<Parked>, DatabaseError> =>
  Effect.map(
    Effect.forEach(companiesOf(partitions), (company) =>
      inCompany(database, company, (query) =>
        query(
          `select k.read_model, p.version, k.stream, k.stream_version::float8, k.reason, es.ms(k.since)
             from core.parked k
             join core.projection p on p.company = k.company and p.read_model = k.read_model and p.build = k.build
             where k.company = $1 order by k.since, k.stream`,
          [company]
        )
      ).pipe(
        Effect.map((rows) =>
          rows.map(
            ([readModel, version, stream, streamVersion, reason, since]): Parked => ({
              company,
              readModel: String(readModel),
              version: Number(version),
              stream: String(stream),
              streamVersion: Number(streamVersion),
              reason: String(reason),
              since: Number(since)
            })
          )
        )
      )
    ),
    (parked) => parked.flat()
  )
