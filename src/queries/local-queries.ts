import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Database, type DatabaseError, type Query } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { upcastersOf } from "../../machines/upcasters.ts"
import { AsOfReadModels } from "../../projections/engine/as-of-read-models.ts"
import { beginBuild, ensureBuilds } from "../../projections/engine/builds.ts"
import { CompanyProjector } from "../../projections/engine/company-projector.ts"
import { compareBuilds } from "../../projections/engine/compare-builds.ts"
import { inCompany } from "../../projections/engine/in-company.ts"
import { readLags, readParked } from "../../projections/engine/lags.ts"
import { Projections, UnknownReadModel } from "../../projections/engine/projections.ts"
import { retryParked } from "../../projections/engine/retry-parked.ts"
import { readModels } from "../../projections/index.ts"
import { type AnswerSink, askSql } from "./ask-sql.ts"
import { Queries, type QueryFailure } from "./queries.ts"
import { readLimits } from "./read-limits.ts"
import { makeSpool } from "./spool.ts"

type Connections = Database["Service"]

/** How they are asked. */
export interface LocalQueriesOptions {
  /** Fails where personal data can't be opened: what is folded without its keys would lack it. */
  readonly mayFold: Effect.Effect<void, QueryFailure>
  /** A session of its own for what takes long; the embedded database has one for all. */
  readonly session: Effect.Effect<Pick<Connections, "transaction">, DatabaseError, Scope.Scope>
  /** Where answers wait for a slow reader; undefined hands each page on within the transaction. */
  readonly spoolDir: string | undefined
  /** Where others wait for the same session: how long they may, ms. */
  readonly holdMs?: number
}

/** What past moments are read with, where nobody else has it. */
export const pastLayer = AsOfReadModels.layer({ models: readModels, upcastersOf })

/** Queries over a database that this process has open. */
export const localQueriesLayer = (options: LocalQueriesOptions) =>
  Layer.effect(
    Queries,
    Effect.gen(function* () {
      const past = yield* AsOfReadModels
      return makeQueries(yield* Database, yield* EventStore, yield* History, past, options)
    })
  )

/** Of the process that keeps the read models: its projector knows of what it does itself. */
export const keeperQueriesLayer = (spoolDir: string) =>
  Layer.effect(
    Queries,
    Effect.gen(function* () {
      const { retry, rebuild } = yield* Projections
      return { ...(yield* Queries), retry, beginRebuild: rebuild }
    })
  ).pipe(
    Layer.provide(
      Layer.unwrap(
        Effect.map(Database, (database) =>
          localQueriesLayer({
            mayFold: Effect.void,
            session: Effect.succeed(database),
            spoolDir,
            holdMs: readLimits.embeddedHoldMs
          })
        )
      )
    )
  )

const makeQueries = (
  database: Connections,
  store: EventStore["Service"],
  history: History["Service"],
  past: AsOfReadModels["Service"],
  { mayFold, session, spoolDir, holdMs }: LocalQueriesOptions
): Queries["Service"] => {
  const modelOf = Effect.fnUntraced(function* (name: string) {
    const model = readModels.find((each) => each.name === name)
    if (model !== undefined) return model
    const known = readModels.map((each) => each.name).join(", ")
    return yield* new UnknownReadModel({ message: `no read model is called "${name}"; there are ${known}` })
  })
  const partitionsOf = (company: string | null) => store.partitions(company ?? undefined)
  return {
    companies: Effect.map(store.partitions(), (partitions) =>
      [...new Set(partitions.map(({ company }) => company))].map((company) => ({
        company,
        kept: partitions.some((each) => each.company === company && each.owner !== null && each.alive)
      }))
    ),
    lags: (company) => Effect.flatMap(partitionsOf(company), (of) => readLags(database, of)),
    parked: (company) => Effect.flatMap(partitionsOf(company), (of) => readParked(database, of)),
    retry: (company, readModel, stream) => {
      const fold = database.embedded ? foldParked : retryBeside
      return Effect.andThen(mayFold, fold({ database, history }, company, readModel, stream))
    },
    beginRebuild: Effect.fnUntraced(function* (company, name) {
      const model = yield* modelOf(name)
      const { length } = yield* partitionsOf(company)
      yield* ensureBuilds(database, company, length, readModels)
      yield* inCompany(database, company, (query) =>
        Effect.gen(function* () {
          // One that has read nothing yet is being built by itself.
          const [begun] = yield* query(
            `select coalesce(sum(c.position), 0) > 0 from core.checkpoint c
               join core.projection p on p.company = c.company and p.read_model = c.read_model and p.build = c.build
               where p.company = $1 and p.read_model = $2 and p.state = 'live'`,
            [company, name]
          )
          if (begun?.[0] === true) yield* beginBuild(query, company, length, model, "building")
        })
      )
    }),
    compare: Effect.fnUntraced(function* (company, name, progress) {
      const model = yield* modelOf(name)
      yield* mayFold
      const ports = { database: yield* session, history, upcastersOf }
      return yield* compareBuilds(ports, company, model, readLimits.differencesShown, progress)
    }, Effect.scoped),
    ask: Effect.fnUntraced(function* (question, asOf, sink, progress) {
      if (asOf !== null) yield* mayFold
      const moment = asOf === null ? undefined : yield* past.at(question.company, asOf, progress)
      const options = { scratch: moment?.scratch, holdMs }
      if (spoolDir === undefined) return yield* askSql(database, question, options, sink)
      yield* askBySpool(spoolDir, sink, (spooling) => askSql(database, question, options, spooling))
    })
  }
}

/** The answer is taken in at once and handed on afterwards, as fast as whoever hears it can. */
const askBySpool = <E>(dir: string, sink: AnswerSink, ask: (sink: AnswerSink) => Effect.Effect<void, E>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const spool = yield* makeSpool(dir)
      yield* ask({ ...sink, rows: (rows) => Effect.sync(() => spool.write(rows)) })
      for (let rows = spool.next(); rows !== undefined; rows = spool.next()) yield* sink.rows(rows)
    })
  )

interface RetryPorts {
  readonly database: Pick<Connections, "transaction">
  readonly history: History["Service"]
}

const foldParked = (
  { database, history }: RetryPorts,
  company: string,
  readModel: string,
  stream: string
) => {
  const projector = new CompanyProjector(company, {
    ...{ database, history, models: readModels, upcastersOf },
    applied: () => {},
    log: () => Effect.void
  })
  return retryParked({ database, history, upcastersOf }, projector, readModel, stream)
}

/**
 * The same beside whoever keeps the read models: its pages wait meanwhile, and the build's new number has it look again
 * at what is parked.
 */
const retryBeside = (ports: RetryPorts, company: string, readModel: string, stream: string) =>
  inCompany(ports.database, company, (query) =>
    Effect.gen(function* () {
      yield* query(
        `select 1 from core.checkpoint c
           join core.projection p on p.company = c.company and p.read_model = c.read_model and p.build = c.build
           where p.company = $1 and p.read_model = $2 and p.state = 'live' for update of c`,
        [company, readModel]
      )
      const within = { ...ports, database: inThis(query) }
      const outcome = yield* foldParked(within, company, readModel, stream)
      if (outcome.outcome === "folded")
        yield* query("select core.renumber_build($1, $2)", [company, readModel])
      return outcome
    })
  )

/** All in the transaction that is open. */
const inThis = (query: Query): Pick<Connections, "transaction"> => ({ transaction: (use) => use(query) })
