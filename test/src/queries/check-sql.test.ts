import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { checkSql } from "../../../src/queries/check-sql.ts"
import { readLimits } from "../../../src/queries/read-limits.ts"
import { SqlRefused } from "../../../src/queries/sql-refused.ts"

const schemas = new Set(["core", "es", "c_globex", "public", "template"])
const begins = "a question begins with select, with, values, table, explain, not with"
const core = "the schema core is not to be had here: a question sees the tables and views of one company"
const reaches = "is not to be called here: it reaches beyond reading"

describe("a question in SQL is not asked", () => {
  it.each([
    ["", "there is no question: nothing was given", null],
    [" ;", "there is no question: nothing was given", null],
    ["/* nothing -- */", "there is no question: nothing was given", null],
    ["x".repeat(readLimits.sqlMaxChars + 1), `the question has 65537 characters, 65536 are the most`, null],
    ["delete from leads", `${begins} delete`, 0],
    ["  create table x (y int)", `${begins} create`, 2],
    ["copy (select 1) to program 'touch /x'", `${begins} copy`, 0],
    ["do $$ begin delete from leads; end $$", `${begins} do`, 0],
    ["-- look\nset role postgres", `${begins} set`, 8],
    ["/* ; */ commit", `${begins} commit`, 8],
    ["'select'", `${begins} 'select'`, 0],
    ["select 1; select 2", "one question at a time: here begins another", 10],
    ["select 1;; \n delete from leads", "one question at a time: here begins another", 13],
    ["select 1) as x; drop table leads; select (1", "this bracket closes none", 8],
    ["select (1", "this bracket is never closed", 7],
    ["select 'a", "what begins here with ' never ends", 7],
    ["select e'a\\'", "what begins here with e' never ends", 7],
    ['select "a', 'what begins here with " never ends', 7],
    ["select $x$ a $X$", "what begins here with $x$ never ends", 7],
    ["select 1 /* /* */", "what begins here with /* never ends", 9],
    ["select core.enter('globex')", core, 7],
    ["select CORE . enter('globex')", core, 7],
    ['select * from postgres."core"/* */. projection', core, 23],
    ["select * from c_globex.leads", core.replace("core", "c_globex"), 14],
    ["select es/**/.append()", core.replace("core", "es"), 7],
    ['select 1 as a, U&"c\\005Fore".x', "names are written as they are, not with escapes", 15],
    ["select set_config('centurion.company', 'globex', true)", `set_config ${reaches}`, 7],
    ["select pg_catalog.\"set_config\" ('role', 'none', false)", `set_config ${reaches}`, 18],
    ["select Query_To_Xml('select 1', true, true, '')", `query_to_xml ${reaches}`, 7],
    ["select pg_terminate_backend(1)", `pg_terminate_backend ${reaches}`, 7],
    ["select pg_read_file('x')", `pg_read_file ${reaches}`, 7],
    // What Postgres takes for code, and a careless reader for a comment or a string.
    ["select 1 -- x\r, set_config('a.b', 'c', false)", `set_config ${reaches}`, 16],
    ["select $a$ $A$ , $a$ , set_config('a.b', 'c', false) , $a$ $a$", `set_config ${reaches}`, 23],
    ["select '\\', set_config('a.b', 'c', false), ''", `set_config ${reaches}`, 12],
    ["select 1 /* /* */ */, set_config('a.b', 'c', false)", `set_config ${reaches}`, 22],
    ["select n'\\', set_config('a.b', 'c', false), ''", `set_config ${reaches}`, 13]
  ])("when it is %j", (sql, message, at) => {
    const found = Result.getFailure(checkSql(sql, schemas))
    expect(Option.getOrThrow(found)).toBeInstanceOf(SqlRefused)
    expect(Option.getOrThrow(found)).toMatchObject({ message, at })
  })
})

describe("a question in SQL is asked", () => {
  it.each([
    "select 1",
    "  (select 1) union (values (2))",
    "with x as (select 1) table x",
    "select 'core.enter(1); delete' as a, $$es.x;$$ as b /* core.y /* ; */ */",
    "select \"set_config\", \"a\"\"b\" from x as cores where 'it''s' <> e'\\'; core.x' -- es.z",
    "select a.core, core from leads a",
    "select $1::text, 1.5e3, .5, a$b from pg_catalog.pg_class",
    "select * from information_schema.tables"
  ])("when it is %j", (sql) => {
    expect(Result.getOrThrow(checkSql(sql, schemas))).toEqual({ sql, explains: false })
  })

  it("without what stands behind it", () => {
    expect(Result.getOrThrow(checkSql("select 1 ; -- done\n;", schemas))).toEqual({
      sql: "select 1 ",
      explains: false
    })
    expect(Result.getOrThrow(checkSql("Explain select 1", schemas))).toEqual({
      sql: "Explain select 1",
      explains: true
    })
  })
})
