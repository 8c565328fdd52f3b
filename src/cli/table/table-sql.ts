import * as Effect from "effect/Effect"
import { wrongUse } from "../cli-failure.ts"

/** A column of a table or a view, as Postgres has it. */
export interface TableColumn {
  readonly name: string
  /** `text`, `bigint`, `timestamp with time zone`, … */
  readonly type: string
}

const operators = ["!=", ">=", "<=", "=", ">", "<"] as const
type Operator = (typeof operators)[number]

/** A condition that rows must meet. */
interface Condition {
  readonly column: TableColumn
  readonly operator: Operator
  readonly value: string
}

/** The question for these columns of the rows that meet all conditions; in the order of the key, if there is one. */
export const tableQuestion = Effect.fnUntraced(function* (asked: {
  readonly table: string
  readonly columns: ReadonlyArray<TableColumn>
  /** Of which those are left out that are not in `columns`. */
  readonly all: ReadonlyArray<TableColumn>
  readonly where: ReadonlyArray<string>
  readonly order: ReadonlyArray<string>
}) {
  const conditions = yield* Effect.forEach(asked.where, (text) => conditionOf(text, asked.all))
  const shown = asked.columns.map(({ name }) => quoted(name)).join(", ")
  const where = conditions.map((condition, n) => conditionSql(condition, n + 1)).join(" and ")
  const order = asked.order.map(quoted).join(", ")
  const sql = [
    `select ${shown} from ${quoted(asked.table)}`,
    ...(where === "" ? [] : [`where ${where}`]),
    ...(order === "" ? [] : [`order by ${order}`])
  ].join("\n")
  return { sql, params: conditions.map(({ value }) => value) }
})

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** `state=new`, `score>=70`, `created_at<2026-03-01`. */
const conditionOf = Effect.fnUntraced(function* (text: string, columns: ReadonlyArray<TableColumn>) {
  const found = /^\s*([A-Za-z_]\w*)\s*(!=|>=|<=|=|>|<)([\s\S]*)$/.exec(text)
  if (found === null) {
    return yield* wrongUse(`--where ${text}: write column=value; there are ${operators.join(" ")} too`)
  }
  const [, name, , value = ""] = found
  const operator = found[2] as Operator
  const column = columns.find((each) => each.name === name)
  if (column === undefined) {
    const names = columns.map((each) => each.name).join(", ")
    return yield* wrongUse(`--where ${text}: there is no column ${name}; there are ${names}`)
  }
  const isList = column.type.endsWith("[]")
  if (/^jsonb?$/.test(column.type) || (isList && operator !== "=" && operator !== "!=")) {
    return yield* wrongUse(
      `--where ${text}: ${name} is of type ${column.type}, which can't be compared so; \`centurion query\` takes any SQL`
    )
  }
  return { column, operator, value } satisfies Condition
})

/** A list is compared by whether it holds the value. */
const conditionSql = ({ column: { name, type }, operator }: Condition, number: number): string => {
  if (type.endsWith("[]")) {
    const holds = `$${number}::${type.slice(0, -2)} = any(${quoted(name)})`
    return operator === "=" ? holds : `not (${holds})`
  }
  return `${quoted(name)} ${operator} $${number}::${type}`
}
