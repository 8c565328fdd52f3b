import { describe, expect, it } from "vitest"
import { formatOf, rowWriters, tableLines } from "../../../../src/cli/query/row-formats.ts"
import { refusalLines } from "../../../../src/cli/query/show-refusal.ts"
import { cellsOf, cellText } from "../../../../src/queries/row-text.ts"
import { refused } from "../../../../src/queries/sql-refused.ts"

const row = `{"a":"x, \\"y\\"\\n","a":12345678901234567890,"b}":{"c": [1, "}"]},"d":null,"e":"","f":true,"g":[]}`

describe("rows as text", () => {
  it("are taken apart into cells, with every digit and columns of one name", () => {
    expect(cellsOf(row).map(({ name, value }) => [name, cellText(value)])).toEqual([
      ["a", 'x, "y"\n'],
      ["a", "12345678901234567890"],
      ["b}", '{"c": [1, "}"]}'],
      ["d", null],
      ["e", ""],
      ["f", "true"],
      ["g", "[]"]
    ])
    expect(cellsOf("{}")).toEqual([])
    expect(cellsOf(String.raw`{"\"":"\\"}`)).toEqual([{ name: '"', value: String.raw`"\\"` }])
  })

  it("are CSV as others read it", () => {
    expect(rowWriters.csv.head(["a", "b,c"])).toBe('a,"b,c"\n')
    expect(rowWriters.csv.row(row, 0)).toBe(
      `"x, ""y""\n",12345678901234567890,"{""c"": [1, ""}""]}",,"",true,[]\n`
    )
  })

  it("are one JSON, or one a line", () => {
    const written = (format: "json" | "ndjson", rows: ReadonlyArray<string>) =>
      rowWriters[format].head([]) +
      rows.map(rowWriters[format].row).join("") +
      rowWriters[format].foot(rows.length)
    expect(written("json", [])).toBe("[]\n")
    expect(written("json", ['{"a":1}', '{"a":2}'])).toBe('[\n{"a":1},\n{"a":2}\n]\n')
    expect(written("ndjson", ['{"a":1}', '{"a":2}'])).toBe('{"a":1}\n{"a":2}\n')
  })

  it("go by the file's name", () => {
    expect(["a.csv", "a.csv.gz", "a.jsonl", "a.json.gz", "a.txt", "csv"].map(formatOf)).toEqual([
      ...["csv", "csv", "ndjson", "json"],
      ...[undefined, undefined]
    ])
  })
})

describe("a table for people", () => {
  const rows = [
    '{"n":1,"text":"short"}',
    `{"n":-20.5,"text":"${"long ".repeat(20).trim()}"}`,
    '{"n":null,"text":null}'
  ]

  it("has numbers on the right, and is cut to the terminal", () => {
    expect(tableLines(["n", "text"], rows, 40)).toEqual({
      lines: [
        "n        text",
        `─────  ${"─".repeat(33)}`,
        "    1  short",
        "-20.5  long long long long long long lo…",
        ""
      ].map((line, n) => (n === 0 ? "    n  text" : line)),
      isCut: true
    })
    expect(tableLines(["n"], [], 40)).toEqual({ lines: ["n", "─"], isCut: false })
  })

  it("shows one value a line where columns would be too narrow", () => {
    const columns = ["first", "second", "third"]
    const wide = JSON.stringify(Object.fromEntries(columns.map((name) => [name, "x".repeat(30)])))
    const { lines, isCut } = tableLines(columns, [wide], 30)
    expect(lines).toEqual([
      "── 1 ───",
      `first   ${"x".repeat(21)}…`,
      `second  ${"x".repeat(21)}…`,
      `third   ${"x".repeat(21)}…`
    ])
    expect(isCut).toBe(true)
  })

  it("shows no control characters", () => {
    expect(tableLines(["\u001b[2J"], ['{"x":"a\\u001b[2Jb"}'], 80).lines.join("")).not.toContain("\u001b")
  })
})

describe("a refusal", () => {
  it("has a mark under the place, in its line", () => {
    expect(refusalLines(refused("no", 7), "select nope")).toEqual(["no", "select nope", "       ^"])
    expect(refusalLines(refused("no", 11, "the way out"), "select\n1,\n\tnope")).toEqual([
      "no",
      "line 3:  nope",
      "         ^",
      "the way out"
    ])
    expect(refusalLines(refused("no", null, "out"), "select")).toEqual(["no", "out"])
  })

  it("shows the part of a long line around the place", () => {
    const [, line, mark] = refusalLines(refused("no", 500), `${"a".repeat(500)}b${"c".repeat(500)}`)
    expect([line?.length, line?.indexOf("b"), mark?.indexOf("^")]).toEqual([100, 50, 50])
  })
})
