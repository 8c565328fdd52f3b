import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readModels } from "../../../projections/index.ts"
import { writeCursor } from "../../../projections/query/cursor.ts"
import { fieldOf } from "../../../projections/query/field-names.ts"
import { filterable, operatorsOf, readFilters } from "../../../projections/query/filters.ts"
import { readListAsked } from "../../../projections/query/list-asked.ts"
import { listStatements } from "../../../projections/query/list-sql.ts"
import { cursorColumns, defaultOrder } from "../../../projections/query/order.ts"
import type { Scope } from "../../../projections/query/owner-rule.ts"
import type { QueryValues } from "../../../projections/query/query-values.ts"
import { rowStatement } from "../../../projections/query/row-sql.ts"
import { WrongParameter } from "../../../projections/query/wrong-parameter.ts"
import type { ReadModel } from "../../../projections/read-model.ts"

const named = (name: string): ReadModel => readModels.find((readModel) => readModel.name === name)!
const leads = named("leads")
const everything: Scope = { kind: "all" }
const own: Scope = { kind: "own", user: "u1" }

const asked = (readModel: ReadModel, query: QueryValues, scope: Scope = everything) =>
  readListAsked(readModel, "acme", scope, query, [])
const statements = (readModel: ReadModel, query: QueryValues, scope: Scope = everything) => {
  const found = asked(readModel, query, scope)
  return Result.isFailure(found) ? found.failure : listStatements(found.success)
}
const refusal = (query: QueryValues, readModel = leads) => {
  const found = asked(readModel, query)
  return Result.isFailure(found) ? found.failure.message : "taken"
}
const conditionsOf = (query: QueryValues) => {
  const [first] = statements(leads, query) as ReturnType<typeof listStatements>
  return { where: /where (.*) order by/.exec(first!.sql)![1], params: first!.params }
}

describe("filters", () => {
  it("compile to conditions with bound values", () => {
    expect(conditionsOf({ state: "engaged,qualified", "score[gte]": "70", source: "form" })).toEqual({
      where:
        't.company = $1::text and t."state" = any($2::text[]) and t."score" >= $3::bigint and t."source" = $4::text',
      params: ["acme", ["engaged", "qualified"], 70, "form"]
    })
  })

  it("are named in camelCase or as the column, and compare times", () => {
    const at = new Date("2026-01-31T00:00:00Z")
    for (const name of ["createdAt[lt]", "created_at[lt]"])
      expect(conditionsOf({ [name]: "2026-01-31" })).toMatchObject({
        where: 't.company = $1::text and t."created_at" < $2::timestamptz',
        params: ["acme", at]
      })
  })

  it("take a value with a comma as one where an operator is named, and ask whether there is any", () => {
    expect(conditionsOf({ "source[eq]": "a,b" }).params).toEqual(["acme", ["a,b"]].flat())
    expect(conditionsOf({ "conversation_id[null]": "true" }).where).toContain('t."conversation_id" is null')
    expect(conditionsOf({ "conversation_id[null]": "false" }).where).toContain("is not null")
    expect(conditionsOf({ "source[ne]": "form" }).where).toContain('t."source" is distinct from $2::text')
  })

  it("refuse what is no filter, naming what there is", () => {
    const there = Object.keys(leads.columns)
      .filter((name) => leads.columns[name]!.filters)
      .map(fieldOf)
    expect(refusal({ nosuch: "1" })).toBe(`"nosuch" is no filter; there are ${there.join(", ")}`)
    expect(refusal({ answers: "x" })).toContain('"answers" is no filter')
    expect(refusal({ "state[like]": "x" })).toBe("state can't be asked by [like]; there are eq, ne")
    expect(refusal({ state: "gone" })).toContain("state: one of new, engaged, qualified")
    expect(refusal({ "score[gte]": "1 or 1=1" })).toBe("score: a whole number is expected")
    expect(refusal({ "createdAt[gt]": "yesterday" })).toContain("a time as 2026-01-31T12:00:00Z")
    expect(refusal({ source: "a\u0000b" })).toContain("source: a text of at most")
    expect(refusal({ "__proto__[x]": "1" })).toContain("is no filter")
    expect(refusal({ constructor: "1" })).toContain("is no filter")
  })

  it("are limited in number and length", () => {
    expect(refusal({ source: Array.from({ length: 21 }, () => "a") })).toContain("20 conditions at most")
    expect(refusal({ source: "a,".repeat(60) })).toContain("50 values at most")
    expect(refusal({ source: "a".repeat(501) })).toContain("at most 500 characters")
  })
})

describe("orders and pages", () => {
  it("go by one column and then by the key, and begin after the cursor's row", () => {
    const cursor = writeCursor({ order: "-score", after: [80, "l7"] })
    expect(statements(leads, { sort: "-score", limit: "2", cursor })).toMatchObject([
      {
        sql: expect.stringContaining(
          '(t."score", t."lead_id") < ($2::bigint, $3::text) order by t."score" desc, t."lead_id" desc limit 2'
        ),
        params: ["acme", 80, "l7"]
      }
    ])
  })

  it("ask rows without a value apart, last in order and first in reverse", () => {
    const deals = named("deals")
    const wheres = (query: QueryValues) =>
      (statements(deals, query) as ReturnType<typeof listStatements>).map(
        ({ sql }) => /t\."value_cents" is (not )?null.*(?= order by)/.exec(sql)?.[0]
      )
    const [valued, empty] = ['t."value_cents" is not null', 't."value_cents" is null']
    expect(wheres({ sort: "value_cents" })).toEqual([valued, empty])
    expect(wheres({ sort: "-valueCents" })).toEqual([empty, valued])
    const ending = (value: number | null) => writeCursor({ order: "valueCents", after: [value, "d1"] })
    expect(wheres({ sort: "valueCents", cursor: ending(5) })).toEqual([
      `${valued} and (t."value_cents", t."deal_id") > ($2::bigint, $3::text)`,
      empty
    ])
    expect(wheres({ sort: "valueCents", cursor: ending(null) })).toEqual([
      `${empty} and (t."deal_id") > ($2::text)`
    ])
  })

  it("refuse what is no order, no limit and no cursor of ours", () => {
    expect(refusal({ sort: "source" })).toContain('"source" is no order of this list; there are state, ')
    expect(refusal({ sort: "score; drop table x" })).toContain("is no order")
    for (const limit of ["0", "201", "-1", "1e3", "ten"])
      expect(refusal({ limit })).toContain("from 1 to 200")
    const altered = [
      "x",
      "!!",
      "a".repeat(3000),
      writeCursor({ order: "-score", after: [80] }),
      writeCursor({ order: "-score", after: ["80", "l7"] }),
      writeCursor({ order: "-score", after: [80, 7] }),
      writeCursor({ order: "-score", after: [80.5, "l7"] }),
      writeCursor({ order: "-score", after: [null, "l7"] }),
      writeCursor({ order: "-score", after: [80, "l\u0000"] }),
      Buffer.from('{"order":"-score","after":[{"a":1},"l7"]}').toString("base64url"),
      Buffer.from("[]").toString("base64url")
    ]
    for (const cursor of altered) expect(refusal({ sort: "-score", cursor })).toContain("none of ours")
    const other = writeCursor({ order: "score", after: [80, "l7"] })
    expect(refusal({ sort: "-score", cursor: other })).toContain("is of a list sorted by score")
  })
})

describe("own rows", () => {
  const scoped = (name: string) => (statements(named(name), {}, own) as ReturnType<typeof listStatements>)[0]!
  it("are those of contacts that the user owns", () => {
    expect(scoped("contact_records")).toMatchObject({
      sql: expect.stringContaining('t."owner_id" = $2::text'),
      params: ["acme", "u1"]
    })
    expect(scoped("leads").sql).toContain(
      'exists (select from "contact_records" o where o.company = $1::text and o."contact_id" = t."lead_id" and o."owner_id" = $2::text)'
    )
    expect(scoped("turns").sql).toContain('"conversations"')
    expect(rowStatement(leads, "acme", own, ["l7"]).sql).toContain('"contact_records"')
  })

  it("are none where a table names neither person nor conversation", () => {
    expect(scoped("company_settings").sql).toContain("and false")
  })
})

/** Takes names of ours and bound places out of a statement: only words of SQL may be left. */
const leftOver = (sql: string) =>
  sql
    .replaceAll(/"(\w+)"/g, (whole, name: string) => (known.has(name) ? "" : whole))
    .replaceAll(/\$\d+::(text|float8|bigint|boolean|timestamptz|int)(\[\])?/g, "")
    .replaceAll(/::(text|float8)/g, "")
    .replaceAll(/limit (2|11|21|51|101|201)$/g, "")
    .replaceAll(
      /\b(select|from|where|and|or|not|is|null|distinct|order|by|desc|limit|exists|any|false|company|array_to_json)\b/g,
      ""
    )
    .replaceAll(/\b[toc]\b\.?|[\s=<>(),&]/g, "")
const known = new Set(readModels.flatMap(({ name, columns }) => [name, ...Object.keys(columns)]))

const filtered = readModels.filter(({ columns }) => filterable(columns).size > 0)

const hostile = fc.oneof(
  fc.constantFrom("' or 1=1 --", "1); drop table leads", '"; select', "$1", "\u0000", "a,b", "-", "%", "\\"),
  fc.string({ unit: "binary" }),
  fc.integer().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom("true", "false", "new", "open")
)

describe("the text of a statement", () => {
  it("holds nothing of the request, whatever is asked", () => {
    const query = fc.constantFrom(...filtered).chain((readModel) => {
      const fields = [...filterable(readModel.columns).keys()]
      const name = fc.oneof(
        fc.constantFrom(...fields, "limit", "sort", "cursor"),
        fc.constantFrom(...fields).chain((field) => {
          const column = readModel.columns[filterable(readModel.columns).get(field)!]!
          return fc.constantFrom(...operatorsOf(column)).map((operator) => `${field}[${operator}]`)
        }),
        hostile
      )
      const order = defaultOrder(readModel)
      const cursor = fc
        .array(fc.oneof(hostile, fc.double(), fc.constant(null)), { maxLength: 3 })
        .map((after) => writeCursor({ order: order.name, after: after as never }))
      const entry = fc.tuple(name, fc.oneof(hostile, cursor, fc.array(hostile, { maxLength: 3 })))
      return fc.tuple(
        fc.constant(readModel),
        fc.array(entry, { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
        fc.constantFrom(everything, own)
      )
    })
    let taken = 0
    fc.assert(
      fc.property(query, ([readModel, asked, scope]) => {
        const found = statements(readModel, asked, scope)
        if (found instanceof WrongParameter) return found.message !== ""
        taken++
        return found.every(({ sql }) => leftOver(sql) === "")
      }),
      { numRuns: 5_000 }
    )
    expect(taken).toBeGreaterThan(500)
  })

  it("is found to hold something when it does", () => {
    expect(leftOver(`select t."score" from "leads" t where t."score" = 'x'`)).not.toBe("")
    expect(leftOver('select t."nosuch" from "leads" t')).not.toBe("")
  })

  it("is made for every read model, each column in every way that it may be asked", () => {
    for (const readModel of readModels) {
      for (const [field, name] of filterable(readModel.columns)) {
        const column = readModel.columns[name]!
        const value =
          column.values?.[0] ??
          { time: "2026-01-31", boolean: "true", text: "x", texts: "x" }[column.kind as "text"] ??
          "1"
        for (const operator of operatorsOf(column)) {
          const filters = readFilters(readModel.columns, {
            [`${field}[${operator}]`]: operator === "null" ? "true" : value
          })
          expect(filters, `${readModel.name} ${field}[${operator}]`).toSatisfy(Result.isSuccess)
        }
      }
      expect(cursorColumns(readModel, defaultOrder(readModel)).every((name) => readModel.columns[name])).toBe(
        true
      )
      expect(fieldOf(readModel.key[0]!)).not.toContain("_")
    }
  })
})
