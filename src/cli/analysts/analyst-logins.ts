import * as Effect from "effect/Effect"
import type { DatabaseError, Query } from "../../../eventstore/database/database.ts"
import { scramOf } from "../../../eventstore/database/login.ts"

/** By this comment a login is known to be one of ours. */
const mark = "Centurion analyst"

/** What one analyst may take of the server. Times in ms. */
export const analystLimits = {
  connectionsMax: 5,
  statementTimeoutMs: 5 * 60_000,
  /** A transaction that is left open keeps old rows, and holds up a read model that is being swapped. */
  idleMs: 5 * 60_000
} as const

/** What views call in schema core; each looks itself whether the company's schema may be used. */
const functionsOfViews = ["core.jobs_of_company()", "core.timers_of_company()"]

/** A company and the schema of its read models. */
export interface CompanySchema {
  readonly company: string
  readonly schema: string
  readonly owner: string
}

/** Every company that has read models. */
export const companySchemas = (query: Query): Effect.Effect<ReadonlyArray<CompanySchema>, DatabaseError> =>
  Effect.map(
    query(
      `select substring(obj_description(oid, 'pg_namespace') from '^The read models of company (.*); template '),
          nspname::text, nspowner::regrole::text
        from pg_namespace where nspname like 'c\\_%' order by nspname`
    ),
    (rows) =>
      rows.flatMap(([company, schema, owner]) =>
        company === null ? [] : [{ company: String(company), schema: String(schema), owner: String(owner) }]
      )
  )

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const literal = (words: string) => `'${words.replaceAll("'", "''")}'`

/**
 * Makes a login that reads these companies' schemas and nothing else, now and after they are built anew; in a
 * transaction. Gives whether it enters the first of them by itself: not every administrator may set that.
 */
export const makeAnalyst = Effect.fnUntraced(function* (
  query: Query,
  name: string,
  password: string,
  schemas: readonly [CompanySchema, ...ReadonlyArray<CompanySchema>]
) {
  const [[database] = []] = (yield* query("select quote_ident(current_database())")) as [[string]]
  yield* query(
    `create role ${name} login noinherit password '${scramOf(password)}' connection limit ${analystLimits.connectionsMax}`
  )
  yield* query(`comment on role ${name} is '${mark}'`)
  yield* query(`grant connect on database ${database} to ${name}`)
  const set = (setting: string, value: string) =>
    query(`alter role ${name} in database ${database} set ${setting} = ${value}`)
  yield* set("search_path", quoted(schemas[0].schema))
  yield* set("default_transaction_read_only", "on")
  yield* set("statement_timeout", String(analystLimits.statementTimeoutMs))
  yield* set("idle_in_transaction_session_timeout", String(analystLimits.idleMs))
  for (const { schema, owner } of schemas) {
    yield* query(`grant usage on schema ${quoted(schema)} to ${name}`)
    yield* query(`grant select on all tables in schema ${quoted(schema)} to ${name}`)
    // Read models that are built anew are new tables.
    yield* query(
      `alter default privileges for role ${owner} in schema ${quoted(schema)} grant select on tables to ${name}`
    )
  }
  for (const each of functionsOfViews) yield* query(`grant execute on function ${each} to ${name}`)
  yield* query("savepoint entering")
  const entered = yield* Effect.result(set("centurion.company", literal(schemas[0].company)))
  if (entered._tag === "Success") return true
  if (entered.failure.code !== notAllowed) return yield* entered.failure
  yield* query("rollback to savepoint entering")
  return false
})

const notAllowed = "42501"

/** A login of ours, and which companies it may read here. */
export interface Analyst {
  readonly name: string
  readonly companies: ReadonlyArray<string>
}

/** All of this server that may read something in this database, or nothing any more. */
export const analysts = Effect.fnUntraced(function* (query: Query) {
  const schemas = yield* companySchemas(query)
  const rows = yield* query(
    `select r.rolname::text, array(select n.nspname::text from pg_namespace n, aclexplode(n.nspacl) a
        where a.grantee = r.oid and a.privilege_type = 'USAGE' order by 1)
      from pg_roles r where shobj_description(r.oid, 'pg_authid') = $1 order by 1`,
    [mark]
  )
  return rows.map(([name, usable]): Analyst => {
    const companies = schemas.filter(({ schema }) => (usable as ReadonlyArray<string>).includes(schema))
    return { name: String(name), companies: companies.map(({ company }) => company) }
  })
})

/** Ends its sessions and takes it away with all its rights; in a transaction. */
export const dropAnalyst = Effect.fnUntraced(function* (query: Query, name: string) {
  yield* query(`alter role ${name} nologin`)
  // Whoever is no superuser drops what belongs to a role of its own only.
  yield* query(`grant ${name} to current_user`)
  yield* query("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", [name])
  yield* query(`drop owned by ${name}`)
  yield* query(`drop role ${name}`)
})
