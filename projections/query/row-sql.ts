import { type Address, streamOf } from "../../actors/address.ts"
import type { CompanyRead } from "../engine/in-company.ts"
import type { ReadModel } from "../read-model.ts"
import { at, quoted, selected, sqlTypes } from "./column-sql.ts"
import { boundOfScope, type Scope, scopeConditions } from "./owner-rule.ts"
import { type Placeholder, textOf } from "./statement-text.ts"

const keyConditions = (
  readModel: ReadModel,
  company: string,
  scope: Scope,
  placeholder: Placeholder
): string =>
  [
    `t.company = ${company}`,
    ...readModel.key.map((name) => `${at(name)} = ${placeholder(sqlTypes[readModel.columns[name]!.kind])}`),
    ...scopeConditions(readModel, scope, company, placeholder)
  ].join(" and ")

/** The statement of one row by its key. */
export const rowStatement = (
  readModel: ReadModel,
  company: string,
  scope: Scope,
  key: ReadonlyArray<string>
): CompanyRead => ({
  plannedOnce: true,
  sql: textOf(
    readModel,
    `row ${scope.kind}`,
    (placeholder) =>
      `select ${selected(readModel)} from ${quoted(readModel.name)} t where ${keyConditions(readModel, placeholder("text"), scope, placeholder)}`
  ),
  params: [company, ...key, ...boundOfScope(readModel, scope)]
})

/**
 * The statement of one actor: `rowStatement`, null where there is no such row, and behind it whether there is one, the
 * last version of its stream, and from its row of `actors` version, machine's version and snapshot. One snapshot of the
 * database: when the versions are the same, nothing was stored since.
 */
export const actorStatement = (
  readModel: ReadModel,
  address: Address,
  scope: Scope,
  key: ReadonlyArray<string>
): CompanyRead => {
  const { company, machine, id } = address
  return {
    plannedOnce: true,
    sql: textOf(readModel, `actor ${scope.kind}`, (placeholder) => actorText(readModel, scope, placeholder)),
    params: [company, ...key, ...boundOfScope(readModel, scope), streamOf(address), machine, id]
  }
}

const actorText = (readModel: ReadModel, scope: Scope, placeholder: Placeholder): string => {
  const company = placeholder("text")
  const row = `left join ${quoted(readModel.name)} t on ${keyConditions(readModel, company, scope, placeholder)}`
  const last = `(select max(e.version)::float8 from es.event e where e.company = ${company} and e.stream = ${placeholder("text")})`
  const actor = `left join "actors" a on a.company = ${company} and a.machine = ${placeholder("text")} and a.id = ${placeholder("text")}`
  return `select ${selected(readModel)}, t.company is not null, ${last}, a.version::float8, a.machine_version, a.snapshot from (values (0)) one ${row} ${actor}`
}
