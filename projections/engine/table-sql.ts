import type { Column, ColumnKind } from "../column.ts"
import type { ReadModel } from "../read-model.ts"

/** The statements of one table; it may be the one that serves or the one that is being built. */
export interface TableSql {
  readonly table: string
  /** Of the rows with these keys: the key columns and the others, as `readRow` takes them. $1 the company, then one array a key column. */
  readonly select: string
  /** $1 the company, $2 rows as JSON. */
  readonly upsert: string
  /** $1 the company, then one array a key column. */
  readonly remove: string
  /** Takes personal data away. $1 the company, $2 streams. Undefined when the table has none. */
  readonly redact: string | undefined
}

const sqlTypes: Record<ColumnKind, string> = {
  text: `text collate "C"`,
  integer: "bigint",
  number: "double precision",
  boolean: "boolean",
  time: "timestamptz",
  json: "jsonb",
  texts: "text[]"
}

/** How a column of a row in JSON is declared, and what becomes of it. */
const recordTypes: Record<ColumnKind, string> = { ...sqlTypes, text: "text", time: "float8" }

const quoted = (name: string) => `"${name}"`
const written = (name: string, { kind }: Column) =>
  kind === "time" ? `es.at(r.${quoted(name)})` : `r.${quoted(name)}`
const readAs = (name: string, { kind }: Column) => {
  if (kind === "time") return `es.ms(t.${quoted(name)})`
  if (kind === "integer") return `t.${quoted(name)}::float8`
  return kind === "json" ? `t.${quoted(name)}::text` : `t.${quoted(name)}`
}
const keyArray = ({ kind }: Column, number: number) =>
  `$${number}::${kind === "integer" || kind === "number" ? "float8" : "text"}[]`

/** The statements for a read model's table under this name. */
export const tableSql = ({ key, columns }: ReadModel, table: string): TableSql => {
  const names = Object.keys(columns)
  const arrays = key.map((name, index) => keyArray(columns[name]!, index + 2)).join(", ")
  const isKey = key.map((name) => `t.${quoted(name)} = k.${quoted(name)}`).join(" and ")
  const keyed = `unnest(${arrays}) as k(${key.map(quoted).join(", ")})`
  const others = names.filter((name) => !key.includes(name))
  const personal = names.filter((name) => columns[name]!.personal)
  return {
    table,
    select: `select ${names.map((name) => readAs(name, columns[name]!)).join(", ")}
      from ${keyed} join ${quoted(table)} t on t.company = $1 and ${isKey}`,
    upsert: `insert into ${quoted(table)} (company, stream, ${names.map(quoted).join(", ")})
      select $1, r.stream, ${names.map((name) => written(name, columns[name]!)).join(", ")}
        from json_to_recordset($2::json) as r(stream text, ${names
          .map((name) => `${quoted(name)} ${recordTypes[columns[name]!.kind]}`)
          .join(", ")})
      on conflict (company, ${key.map(quoted).join(", ")}) do update set ${["stream", ...others]
        .map((name) => `${quoted(name)} = excluded.${quoted(name)}`)
        .join(", ")}`,
    remove: `delete from ${quoted(table)} t using ${keyed} where t.company = $1 and ${isKey}`,
    redact:
      personal.length === 0
        ? undefined
        : `update ${quoted(table)} t set ${personal.map((name) => `${quoted(name)} = null`).join(", ")}
            where t.company = $1 and t.stream = any($2::text[])
              and (${personal.map((name) => `t.${quoted(name)} is not null`).join(" or ")})`
  }
}

const literal = (words: string) => `'${words.replaceAll("'", "''")}'`

/** What makes a read model's table in schema template: the table, its indexes and comments. */
export const templateStatements = ({
  name,
  about,
  key,
  columns,
  indexes
}: ReadModel): ReadonlyArray<string> => {
  const table = `template.${quoted(name)}`
  const lines = Object.entries(columns).map(
    ([column, { kind, nullable }]) => `${quoted(column)} ${sqlTypes[kind]}${nullable ? "" : " not null"}`
  )
  const sorted = Object.keys(columns).filter((column) => columns[column]!.sorts)
  const listed = [
    ["stream"],
    ...indexes,
    ...sorted.map((column) => [column, ...key.filter((k) => k !== column)])
  ]
  return [
    `create table ${table} (
      company text collate "C" not null,
      stream text collate "C" not null,
      ${lines.join(",\n      ")},
      primary key (company, ${key.map(quoted).join(", ")})
    ) with (fillfactor = 80)`,
    ...listed.map((of) => `create index on ${table} (company, ${of.map(quoted).join(", ")})`),
    `comment on table ${table} is ${literal(about)}`,
    `comment on column ${table}.company is 'The company, always the one whose schema this is.'`,
    `comment on column ${table}.stream is 'The actor whose events the row follows.'`,
    ...Object.entries(columns).map(
      ([column, of]) => `comment on column ${table}.${quoted(column)} is ${literal(of.about)}`
    )
  ]
}
