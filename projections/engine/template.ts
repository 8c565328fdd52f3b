import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { type DatabaseError, type Query, withAdminConnection } from "../../eventstore/database/database.ts"
import type { AnalystView, ReadModel } from "../read-model.ts"
import { templateStatements } from "./table-sql.ts"

const hashOf = (lines: ReadonlyArray<string>) =>
  createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16)

/** Of a read model's columns, key and indexes, whatever its declared version is; in other words it is the same. */
export const shapeOf = (model: ReadModel): string =>
  hashOf(templateStatements(model).filter((statement) => !statement.startsWith("comment on ")))

/** Of all that the template says of it. */
const declarationOf = (model: ReadModel): string => hashOf(templateStatements(model))

const literal = (words: string) => `'${words.replaceAll("'", "''")}'`
const viewStatements = ({ name, about, sql }: AnalystView): ReadonlyArray<string> => [
  `create view template."${name}" with (security_invoker = true) as ${sql}`,
  `comment on view template."${name}" is ${literal(about)}`
]

/** The name that the views go by in core.template. */
const viewsName = "(views)"

/**
 * Makes schema template what the code declares. Done as the owner of the tables; companies follow when the app next
 * starts. Gives the names of the read models that are new or changed.
 */
export const makeTemplate = (
  connection: Parameters<typeof withAdminConnection>[0],
  models: ReadonlyArray<ReadModel>,
  views: ReadonlyArray<AnalystView>
): Effect.Effect<ReadonlyArray<string>, DatabaseError> =>
  withAdminConnection(
    connection,
    Effect.fnUntraced(function* (query) {
      yield* query("begin")
      yield* query("lock table core.template in exclusive mode")
      const changed = yield* bring(query, models, views)
      yield* query("commit")
      return changed
    })
  )

/** What in schema template is not as declared. */
const lookAt = Effect.fnUntraced(function* (
  query: Query,
  models: ReadonlyArray<ReadModel>,
  views: ReadonlyArray<AnalystView>
) {
  const rows = yield* query("select read_model, version, shape from core.template")
  const stand = new Map(rows.map(([name, version, shape]) => [String(name), `${version} ${shape}`]))
  const shapeOfViews = hashOf(views.flatMap(viewStatements))
  const changed = models.filter(
    (model) => stand.get(model.name) !== `${model.version} ${declarationOf(model)}`
  )
  const gone = [...stand.keys()].filter(
    (name) => name !== viewsName && !models.some((model) => model.name === name)
  )
  const isAsDeclared = changed.length + gone.length === 0 && stand.get(viewsName) === `1 ${shapeOfViews}`
  return { changed, gone, shapeOfViews, isAsDeclared }
})

/** Whether schema template is what the code declares; a login that may not change it can ask. */
export const isTemplateAsDeclared = (
  query: Query,
  models: ReadonlyArray<ReadModel>,
  views: ReadonlyArray<AnalystView>
) => Effect.map(lookAt(query, models, views), ({ isAsDeclared }) => isAsDeclared)

const bring = Effect.fnUntraced(function* (
  query: Query,
  models: ReadonlyArray<ReadModel>,
  views: ReadonlyArray<AnalystView>
) {
  const { changed, gone, shapeOfViews, isAsDeclared } = yield* lookAt(query, models, views)
  if (isAsDeclared) return []
  // Views stand on tables, so they go first and come back last.
  yield* query("select core.drop_views('template')")
  for (const name of [...gone, ...changed.map((model) => model.name)]) {
    yield* query(`drop table if exists template."${name}"`)
    yield* query("delete from core.template where read_model = $1", [name])
  }
  for (const model of changed) {
    for (const statement of templateStatements(model)) yield* query(statement)
    yield* noteTemplate(query, model.name, model.version, declarationOf(model))
  }
  yield* query(
    "select core.guard('template', relname) from pg_class where relnamespace = 'template'::regnamespace and relkind = 'r' and not relforcerowsecurity"
  )
  // Views name the tables beside them.
  yield* query("set local search_path = template, pg_catalog")
  for (const view of views) for (const statement of viewStatements(view)) yield* query(statement)
  yield* query("delete from core.template where read_model = $1", [viewsName])
  yield* noteTemplate(query, viewsName, 1, shapeOfViews)
  return changed.map((model) => model.name)
})

const noteTemplate = (query: Query, name: string, version: number, shape: string) =>
  query("insert into core.template (read_model, version, shape) values ($1, $2, $3)", [name, version, shape])
