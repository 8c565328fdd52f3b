import fc from "fast-check"
import { expect, it } from "vitest"
import type { Column } from "../../../projections/column.ts"
import { readModels } from "../../../projections/index.ts"
import { shownColumns } from "../../../projections/query/field-names.ts"
import { rowReader, rowWriter } from "../../../projections/query/row-json.ts"

const json = fc.json({ maxDepth: 2 })
/** A value as the database gives it. */
const storedValue: Record<Column["kind"], fc.Arbitrary<unknown>> = {
  text: fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom('"', "\\", "\u0000", "\ud800")),
  integer: fc.integer(),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  boolean: fc.boolean(),
  time: fc.date({ noInvalidDate: true }),
  json,
  texts: fc.array(fc.string()).map((texts) => JSON.stringify(texts))
}

const rowsOf = (columns: ReadonlyArray<Column>) =>
  fc.array(fc.tuple(...columns.map(({ kind }) => fc.oneof(fc.constant(null), storedValue[kind]))), {
    maxLength: 8
  })

it.each(readModels)("a row of $name is written as it is read", (readModel) => {
  const [read, write] = [rowReader(readModel), rowWriter(readModel)]
  const same = fc.property(rowsOf(Object.values(shownColumns(readModel))), (rows) => {
    for (const row of rows) expect(JSON.parse(write(row))).toEqual(JSON.parse(JSON.stringify(read(row))))
  })
  fc.assert(same, { numRuns: 200 })
})

it("is written the same whatever rows came before, and however many of them", () => {
  const readModel = readModels.find(({ name }) => name === "leads")!
  const columns = Object.values(shownColumns(readModel))
  const write = rowWriter(readModel)
  const row = (nulls: number) => columns.map(({ kind }, n) => ((nulls >> n) & 1 ? null : samples[kind]))
  const samples = {
    ...{ text: "a", integer: 1, number: 0.5, boolean: true, time: new Date(0), json: "{}", texts: "[]" }
  }
  for (let nulls = 0; nulls < 20_000; nulls += 7)
    expect(write(row(nulls))).toBe(JSON.stringify(rowReader(readModel)(row(nulls))))
})
