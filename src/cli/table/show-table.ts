import * as Effect from "effect/Effect"
import { analystViews, readModels } from "../../../projections/index.ts"
import { Queries } from "../../queries/queries.ts"
import { failed } from "../cli-failure.ts"
import { type AnswerFlags, readAnswerFlags } from "../query/answer-flags.ts"
import { companyAsked, withQueries } from "../query/open-queries.ts"
import { type AnswerAsked, pastProgress, showAnswer } from "../query/show-answer.ts"
import { refusalOf } from "../query/show-refusal.ts"
import { note } from "../terminal.ts"
import { type TableColumn, tableQuestion } from "./table-sql.ts"

/** What `centurion table` was asked. */
export interface TableAsked extends AnswerFlags {
  readonly name: string
  readonly where: ReadonlyArray<string>
  readonly personal: boolean
}

/** What a read model or a view is called, its key, and which columns hold personal data. */
interface Named {
  readonly key: ReadonlyArray<string>
  readonly personal: ReadonlySet<string>
}

/** The sentence of a view's column ends so when it is personal. */
const saysPersonal = /\bPersonal\.$/

/** A read model or view of this name; undefined when nothing is called so. */
export const namedTable = (name: string): Named | undefined => {
  const model = readModels.find((each) => each.name === name)
  if (model !== undefined) {
    const personal = Object.entries(model.columns).filter(([, column]) => column.personal)
    return { key: model.key, personal: new Set(personal.map(([column]) => column)) }
  }
  const view = analystViews.find((each) => each.name === name)
  if (view === undefined) return undefined
  const personal = Object.entries(view.columns).filter(([, about]) => saysPersonal.test(about))
  return { key: [], personal: new Set(personal.map(([column]) => column)) }
}

/** Shows or exports a whole read model or view, without personal data unless it is asked for. */
export const showTable = Effect.fnUntraced(function* (asked: TableAsked) {
  const flags = yield* readAnswerFlags(asked, "table")
  const named = namedTable(asked.name)
  if (named === undefined) return yield* unknownTable(asked.name)
  yield* withQueries(
    () =>
      Effect.gen(function* () {
        const { company, kept } = yield* companyAsked(flags.company)
        const answer = { ...flags, company, kept }
        const all = yield* columnsOf(asked.name, answer)
        const columns = all.filter(({ name }) => asked.personal || !named.personal.has(name))
        const left = all.filter(({ name }) => !asked.personal && named.personal.has(name))
        const where = asked.where
        const question = yield* tableQuestion({ table: asked.name, columns, all, where, order: named.key })
        yield* showAnswer({ ...answer, ...question })
        if (left.length > 0 && !asked.json) {
          const names = left.map(({ name }) => name).join(", ")
          yield* note(`left out as personal data: ${names}; --personal includes them`)
        }
      }),
    { spools: flags.out === undefined }
  )
})

const unknownTable = (name: string) => {
  const tables = readModels.map((each) => each.name).join(", ")
  const views = analystViews.map((each) => each.name).join(", ")
  return failed(
    "UnknownTable",
    `no read model or view is called "${name}"; there are the read models ${tables}; and the views ${views}`
  )
}

const columnsSql = `select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
  where attrelid = to_regclass(quote_ident($1)) and attnum > 0 and not attisdropped order by attnum`

/** As they are in the database, which may have been made by another version. */
const columnsOf = Effect.fnUntraced(function* (
  table: string,
  { company, timeoutMs, asOf, json }: Omit<AnswerAsked, "sql" | "params">
) {
  const queries = yield* Queries
  const found: Array<TableColumn> = []
  const question = { company, timeoutMs, sql: columnsSql, params: [table], rowsMax: null, estimates: false }
  yield* queries
    .ask(
      question,
      asOf,
      {
        columns: () => Effect.void,
        expects: () => Effect.void,
        rows: (rows) =>
          Effect.sync(() => void found.push(...rows.map((row) => JSON.parse(row) as TableColumn)))
      },
      yield* pastProgress(json)
    )
    .pipe(Effect.catchTag("SqlRefused", (error) => refusalOf(error, columnsSql)))
  if (found.length > 0) return found
  return yield* failed(
    "UnknownTable",
    `${table} is not there for ${company} yet: \`centurion projections list\` says how its read models stand`
  )
})
