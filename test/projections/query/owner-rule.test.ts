import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database, type Query, type Row } from "../../../eventstore/database/database.ts"
import type { Column } from "../../../projections/column.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { readModels } from "../../../projections/index.ts"
import { boundOfScope, ownerExpression, scopeConditions } from "../../../projections/query/owner-rule.ts"
import type { ReadModel } from "../../../projections/read-model.ts"
import { databases, type TestDatabase } from "../../databases.ts"
import { openCompanies } from "../open-companies.ts"

/** By contact, who owns it; `nobody` is of none, and `gone` is no contact at all. */
const contacts: Readonly<Record<string, string | null>> = { one: "u1", two: "u2", nobody: null }
const persons = [...Object.keys(contacts), "gone"]

const samples: Record<Column["kind"], unknown> = {
  text: "x",
  integer: 1,
  number: 0.5,
  boolean: true,
  time: new Date(0),
  json: "{}",
  texts: []
}

/** What a row about this person holds. */
const stored = (name: string, { kind, nullable, values }: Column, person: string): unknown => {
  if (name === "owner_id") return contacts[person] ?? null
  if (["contact_id", "lead_id", "deal_id"].includes(name)) return person
  if (name === "conversation_id") return `of-${person}`
  if (nullable) return null
  return kind === "text" ? (values?.[0] ?? person) : samples[kind]
}

const plant = (query: Query, { name, columns }: ReadModel, person: string) => {
  const names = Object.keys(columns)
  const places = ["company", "stream", ...names].map((_, index) => `$${index + 1}`)
  return query(
    `insert into "${name}" (company, stream, ${names.map((each) => `"${each}"`).join(", ")}) values (${places.join(", ")})`,
    ["acme", `x/${person}`, ...names.map((each) => stored(each, columns[each]!, person))]
  )
}

/** The tables that say whose a person is have no row of one who is gone. */
const isPlanted = ({ name }: ReadModel, person: string) =>
  person !== "gone" || !["contact_records", "conversations"].includes(name)

const names = ["owner_id", "contact_id", "lead_id", "deal_id", "conversation_id"]

describe.each(databases)("whose row it is on $name", (kind) => {
  let database: TestDatabase
  let runtime: ManagedRuntime.ManagedRuntime<Database, never>
  const ask = <A, E>(use: (query: Query) => Effect.Effect<A, E>) =>
    runtime.runPromise(Effect.flatMap(Database, (connections) => inCompany(connections, "acme", use)))

  beforeAll(async () => {
    database = await kind.make()
    await openCompanies(database, ["acme"])
    runtime = ManagedRuntime.make(database.layer)
    await ask((query) =>
      Effect.forEach(readModels, (model) =>
        Effect.forEach(
          persons.filter((person) => isPlanted(model, person)),
          (person) => plant(query, model, person)
        )
      )
    )
  })
  afterAll(async () => {
    await runtime?.dispose()
    await database?.drop()
  })

  const own = async (model: ReadModel, user: string): Promise<ReadonlyArray<string>> => {
    const scope = { kind: "own", user } as const
    const conditions = scopeConditions(model, scope, "$1::text", (type) => `$2::${type}`)
    const rows = await ask((query) =>
      query(
        `select t.stream from "${model.name}" t where t.company = $1::text and ${conditions.join(" and ")}`,
        ["acme", ...boundOfScope(model, scope)]
      )
    )
    return rows.map(([stream]) => String(stream))
  }

  it.each(readModels)("is said the same of one row of $name, and of the rows of a user", async (model) => {
    const rows: ReadonlyArray<Row> = await ask((query) =>
      query(
        `select t.stream, ${ownerExpression(model, "$1::text")} from "${model.name}" t where t.company = $1::text`,
        ["acme"]
      )
    )
    const owners = new Map(rows.map(([stream, owner]) => [String(stream), owner]))
    const canBeOwned = names.some((name) => model.columns[name] !== undefined)
    expect(Object.fromEntries(owners)).toEqual(
      Object.fromEntries(
        persons
          .filter((person) => isPlanted(model, person))
          .map((person) => [`x/${person}`, canBeOwned ? (contacts[person] ?? null) : null])
      )
    )
    for (const user of ["u1", "u2", "u3"])
      expect(await own(model, user)).toEqual(
        [...owners].filter(([, owner]) => owner === user).map(([stream]) => stream)
      )
  })
})
