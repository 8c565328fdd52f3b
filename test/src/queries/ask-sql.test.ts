import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database } from "../../../eventstore/database/database.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { askSql, type SqlQuestion } from "../../../src/queries/ask-sql.ts"
import { readLimits } from "../../../src/queries/read-limits.ts"
import { everyDatabase, type TestDatabase } from "../../databases.ts"
import { openCompanies } from "../../projections/open-companies.ts"

/** What was heard of an answer. */
interface Heard {
  readonly columns: ReadonlyArray<string>
  readonly expected: number | undefined
  readonly rows: ReadonlyArray<string>
  /** How many rows each page had. */
  readonly pages: ReadonlyArray<number>
}

const now = { scratch: undefined, holdMs: undefined }

const addTag = `insert into tags (company, stream, contact_id, tag, added_at, by)
  values ($1, 'contact/1', '1', $1, '2026-01-05T12:00:00.5Z', 'person:ana')`

describe.each(everyDatabase)("a question in SQL on $name", (kind) => {
  let database: TestDatabase
  let runtime: ManagedRuntime.ManagedRuntime<Database, never>
  beforeAll(async () => {
    database = await kind.make()
    await openCompanies(database, ["acme", "globex"])
    runtime = ManagedRuntime.make(database.layer)
    for (const company of ["acme", "globex"]) await inside(company, addTag, [company])
  })
  afterAll(async () => {
    await runtime?.dispose()
    await database?.drop()
  })

  const inside = (company: string, sql: string, params: ReadonlyArray<unknown> = []) =>
    runtime.runPromise(
      Effect.flatMap(Database, (connections) =>
        inCompany(connections, company, (query) => query(sql, params))
      )
    )
  const ask = (sql: string, more: Partial<SqlQuestion> = {}) => {
    const heard = { columns: [] as ReadonlyArray<string>, expected: undefined as number | undefined }
    const rows: Array<string> = []
    const pages: Array<number> = []
    const question = {
      ...{ company: "acme", sql, params: [], rowsMax: null, timeoutMs: 60_000, estimates: false },
      ...more
    }
    const asked = Effect.flatMap(Database, (connections) =>
      askSql(connections, question, now, {
        columns: (columns) => Effect.sync(() => void Object.assign(heard, { columns })),
        expects: (expected) => Effect.sync(() => void Object.assign(heard, { expected })),
        rows: (page) =>
          Effect.sync(() => {
            rows.push(...page)
            pages.push(page.length)
          })
      })
    )
    return runtime.runPromise(
      Effect.match(asked, {
        onSuccess: (): Heard => ({ ...heard, rows, pages }),
        onFailure: (error) => error
      })
    )
  }

  it("is answered with the names of its columns and its rows as JSON, of its company alone", async () => {
    expect(await ask("select tag, added_at, 1 as a, 2 as a, 12345678901234567890 as big from tags")).toEqual({
      columns: ["tag", "added_at", "a", "a", "big"],
      expected: undefined,
      rows: [
        '{"tag":"acme","added_at":"2026-01-05T12:00:00.5+00:00","a":1,"a":2,"big":12345678901234567890}'
      ],
      pages: [1]
    })
    expect(await ask("select tag from tags", { company: "globex" })).toMatchObject({
      rows: ['{"tag":"globex"}']
    })
    expect(await ask("select tag from tags where false")).toMatchObject({
      columns: ["tag"],
      rows: [],
      pages: []
    })
    expect(await ask("select interval '1 day 2 hours' as i, '[\n1]'::json as j")).toMatchObject({
      rows: ['{"i":"P1DT2H","j":[ 1]}']
    })
  })

  it("takes parameters, guesses first, and stops after so many rows", async () => {
    const params = ["4", "900"]
    const sql = "select n from generate_series($1::int, $2::int) n"
    expect(await ask(sql, { params, rowsMax: 150, estimates: true })).toEqual({
      columns: ["n"],
      expected: expect.any(Number),
      rows: Array.from({ length: 150 }, (_, n) => `{"n":${n + 4}}`),
      pages: [100, 50]
    })
    expect(await ask("explain select * from tags")).toMatchObject({
      columns: ["QUERY PLAN"],
      rows: expect.arrayContaining([expect.stringContaining("tags")])
    })
  })

  it("comes in pages of some size, whether rows are small or large", async () => {
    const many = (await ask("select n from (select generate_series(1, 20000) n) s")) as Heard
    expect([many.rows.length, many.rows.at(-1), Math.max(...many.pages)]).toEqual([
      20_000,
      '{"n":20000}',
      readLimits.pageRowsMax
    ])
    const large = (await ask(
      "select n, repeat('x', 300000) x from (select generate_series(1, 130) n) s"
    )) as Heard
    expect([large.rows.length, large.pages.slice(0, 3)]).toEqual([130, [100, 4, 4]])
  })

  it.each([
    [
      "select * from laeds",
      "42P01",
      14,
      /^relation "laeds" does not exist$/,
      /^there are accounts, activities, actors, .*turns$/
    ],
    ["select lead_idd\nfrom leads", "42703", 7, /^column "lead_idd" does not exist$/, /^Perhaps you meant/],
    ["select 'ç😀', x from leads", "42703", 14, /^column "x" does not exist$/, /^$/],
    ["select 1 / 0 from tags", "22012", null, /^division by zero$/, /^$/],
    ["select form leads", "42703", 7, /^column "form" does not exist$/, /^$/],
    [
      "with x as (delete from tags returning 1) select * from x",
      "0A000",
      5,
      /data-modifying/,
      /^`with` may hold/
    ]
  ])("tells where %j is wrong, and the way out", async (sql, code, at, message, hint) => {
    const error = (await ask(sql)) as unknown as Record<string, unknown>
    expect(error).toMatchObject({ _tag: "SqlRefused", code, at, message: expect.stringMatching(message) })
    expect(error.hint ?? "").toMatch(hint)
  })

  it.each([
    ["explain analyze delete from tags", /cannot execute DELETE in a read-only/],
    [
      "explain analyze create table x as select 1",
      /cannot execute CREATE TABLE AS in a read-only|permission denied/
    ],
    ["select * from tags for update", /cannot execute SELECT FOR UPDATE in a read-only/],
    ["select nextval('pg_catalog.x')", /does not exist/],
    ["select core.enter('globex')", /^the schema core is not to be had here/],
    ["select * from c_globex.tags", /^the schema c_globex is not to be had here/],
    ["select set_config('centurion.company', 'globex', false)", /^set_config is not to be called here/]
  ])("does not do %j, and changes nothing", async (sql, message) => {
    expect(await ask(sql)).toMatchObject({ _tag: "SqlRefused", message: expect.stringMatching(message) })
    expect(await ask("select tag from tags")).toMatchObject({ rows: ['{"tag":"acme"}'] })
  })

  it("leaves the connection as it was, whether it was answered or not", async () => {
    const look = `select current_setting('transaction_read_only'), current_setting('timezone'), current_setting('statement_timeout'),
      coalesce(current_setting('centurion.company', true), '')`
    const before = await runtime.runPromise(Effect.flatMap(Database, ({ query }) => query(look)))
    await ask("select 1")
    await ask("select nope")
    expect(await runtime.runPromise(Effect.flatMap(Database, ({ query }) => query(look)))).toEqual(before)
  })

  it("says when the company has no read models", async () => {
    expect(await ask("select 1", { company: "initech" })).toMatchObject({
      _tag: "SqlRefused",
      message: "initech has no read models yet"
    })
  })

  const slow = "select count(*) from (select generate_series(1, 100000000) a) a"
  it.skipIf(kind.name === "PGlite")("is stopped when it takes too long", async () => {
    expect(await ask(slow, { timeoutMs: 200 })).toMatchObject({ _tag: "SqlRefused", code: "57014" })
  })

  it("is not begun by a database within a process when it would take long", async () => {
    const within = Effect.flatMap(Database, (connections) =>
      askSql(
        { ...connections, embedded: true },
        { company: "acme", sql: slow, params: [], rowsMax: null, timeoutMs: 60_000, estimates: false },
        now,
        { columns: () => Effect.void, expects: () => Effect.void, rows: () => Effect.void }
      )
    )
    expect(await runtime.runPromise(Effect.flip(within))).toMatchObject({
      message: "this would take long, and the embedded database does nothing else meanwhile"
    })
  })

  it("does not hold a session for long that others wait for", async () => {
    const sql = "select n from (select generate_series(1, 1000000) n) s"
    let rows = 0
    const asked = Effect.flatMap(Database, (connections) =>
      askSql(
        connections,
        { company: "acme", sql, params: [], rowsMax: null, timeoutMs: 60_000, estimates: false },
        { scratch: undefined, holdMs: 0 },
        {
          columns: () => Effect.void,
          expects: () => Effect.void,
          rows: (page) =>
            Effect.sync(() => {
              rows += page.length
            })
        }
      )
    )
    expect(await runtime.runPromise(Effect.flip(asked))).toMatchObject({
      message: expect.stringMatching(
        /^after 100 rows the answer is too large to be read while the server works on/
      )
    })
    expect(rows).toBe(readLimits.pageRowsFirst)
  })
})
