import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { expect, test } from "vitest"
import { type Migration, migrationFiles } from "../../eventstore/database/migration-history.ts"
import { schemaFolders } from "../../src/wiring/schema-folders.ts"
import { root } from "./source-files.ts"

/**
 * Every migration by its name, with a SHA-256 of the line before and of the file: whoever changes one line has to
 * change all that follow, which nobody overlooks. Lines are added, never changed.
 */
const lockFile = join(import.meta.dirname, "released-migrations.json")
const locked: Readonly<Record<string, string>> = JSON.parse(readFileSync(lockFile, "utf8"))
const migrations = migrationFiles(schemaFolders)

const chained = (before: string, { sha256 }: Pick<Migration, "sha256">): string =>
  createHash("sha256").update(`${before} ${sha256}`).digest("hex")

const numberOf = (name: string): number => Number(name.slice(0, 4))

/** Sentences about migrations that are not as they were locked. */
const changesOf = (
  files: ReadonlyArray<Migration>,
  lock: Readonly<Record<string, string>> = locked
): ReadonlyArray<string> => {
  const ours = new Map(files.map((file) => [file.name, file]))
  const lines = Object.entries(lock)
  let before = ""
  const changes = lines.flatMap(([name, line]) => {
    const file = ours.get(name)
    const isKept = file !== undefined && chained(before, file) === line
    before = line
    if (isKept) return []
    return file === undefined
      ? [`${name} is gone: put it back, and write a new migration`]
      : [`${name} or its line was edited: put it back as it was, and write a new migration`]
  })
  let last = numberOf(lines.at(-1)![0])
  const added = files.filter(({ name }) => !Object.hasOwn(lock, name))
  return [
    ...changes,
    ...added.flatMap((file) => {
      if (numberOf(file.name) !== last + 1)
        return [`${file.name} is new: give it the next number, ${String(last + 1).padStart(4, "0")}`]
      last += 1
      before = chained(before, file)
      return [
        `${file.name} is new: add the line "${file.name}": "${before}" to test/house/released-migrations.json`
      ]
    })
  ]
}

/** How many numbers were never given: rooms had ranges of their own before they were numbered together. */
const gapsMax = 77

/** SQL files in a folder of migrations that nobody would run. */
const strays = (paths: ReadonlyArray<string>, files: ReadonlyArray<Migration>): ReadonlyArray<string> =>
  paths
    .filter(
      (path) => /(^|\/)migrations\/.*\.sql$/i.test(path) && !files.some(({ name }) => name === basename(path))
    )
    .map((path) => `${path} is run by nobody: src/wiring/schema-folders.ts doesn't name its folder`)

/** The text without its comments and texts, and without what stands between dollars: the bodies of functions. */
const outside = (sql: string) =>
  sql.replaceAll(/--.*$|\/\*[\s\S]*?\*\/|'[^']*'|\$(\w*)\$[\s\S]*?\$\1\$/gm, " ")
const plain = (sql: string) => sql.replaceAll(/--.*$|\/\*[\s\S]*?\*\/|'[^']*'|"[^"]*"/gm, " ")

const words =
  /^create\s+(?:or\s+replace\s+)?(?:(?:unique|materialized|unlogged|temp|temporary|recursive|constraint|foreign|event)\s+)*(?<kind>\w+)\s+(?:(?:concurrently|if\s+not\s+exists)\s+)*(?<object>(?!on\s)[\w."]+)?(?:[\s\S]*?\bon\s+(?:only\s+)?(?<table>[\w."]+))?/i

const bare = (name: string | undefined) => name?.replaceAll('"', "").split(".").at(-1)

/** What a migration makes, but for the indexes and policies of a table that it makes itself. */
const madeBy = (sql: string): ReadonlyArray<string> => {
  const made = outside(sql)
    .split(";")
    .map((statement) => words.exec(statement.trim())?.groups)
    .filter((groups) => groups !== undefined)
    .map(({ kind, object, table }) => ({ kind: kind!.toLowerCase(), name: bare(object), table: bare(table) }))
  const isOwn = (table: string | undefined) =>
    made.some(({ kind, name }) => kind === "table" && name === table)
  return made
    .filter(({ kind, table }) => !(/^(index|policy)$/.test(kind) && isOwn(table)))
    .map(({ kind, name }) => (kind === "schema" ? `schema_${name}` : (name ?? kind)))
}

/** Sentences about the name, the number and the text of one migration. */
const faultsOf = ({ name, text }: Migration, files: ReadonlyArray<Migration>): ReadonlyArray<string> => {
  const [, number, called] = /^(\d{4})_([a-z][a-z0-9_]*)\.sql$/.exec(name) ?? []
  if (number === undefined) return [`${name}: its name is no number of four digits and lower-case words`]
  const made = madeBy(text)
  return [
    ...(files.filter((other) => other.name.startsWith(number)).length > 1
      ? [`${name}: another migration has its number`]
      : []),
    ...(made.length > 1 ? [`${name}: it makes ${made.join(", ")}; one object a file`] : []),
    ...(made.length === 1 && made[0] !== called ? [`${name}: it is named otherwise than ${made[0]}`] : []),
    ...(/[A-Z]/.test(plain(text)) ? [`${name}: SQL is lower case`] : [])
  ]
}

test("no migration that was ever released is edited, removed or overtaken", () => {
  expect(changesOf(migrations)).toEqual([])
  expect(numberOf(migrations.at(-1)!.name) - migrations.length).toBeLessThanOrEqual(gapsMax)
})

test("every migration has a number of its own and makes one object, which it is named for", () => {
  expect(migrations.flatMap((one) => faultsOf(one, migrations))).toEqual([])
})

test("every SQL file of a folder of migrations is run", () => {
  const paths = ["machines", "eventstore", "actors", "projections", "src"].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).map((path) => join(room, path))
  )
  expect(strays(paths, migrations)).toEqual([])
  expect(
    strays(["src/seals/migrations/0900_a.sql", "src/a.sql", "src/migrations/deep/B.SQL"], migrations)
  ).toEqual([
    "src/seals/migrations/0900_a.sql is run by nobody: src/wiring/schema-folders.ts doesn't name its folder",
    "src/migrations/deep/B.SQL is run by nobody: src/wiring/schema-folders.ts doesn't name its folder"
  ])
})

test("a migration that was edited, removed, added or overtakes others is found", () => {
  const file = (name: string, sha256 = name): Migration => ({ name, text: "", sha256 })
  const released = ["0001_a.sql", "0002_b.sql", "0003_c.sql"].map((name) => file(name))
  const lines: Array<[string, string]> = []
  for (const each of released) lines.push([each.name, chained(lines.at(-1)?.[1] ?? "", each)])
  const lock = Object.fromEntries(lines)
  const [a, b, c] = released as [Migration, Migration, Migration]
  expect(changesOf(released, lock)).toEqual([])
  expect(changesOf([file(a.name, "other"), c], lock)).toEqual([
    "0001_a.sql or its line was edited: put it back as it was, and write a new migration",
    "0002_b.sql is gone: put it back, and write a new migration"
  ])
  const four = file("0004_d.sql")
  const line = chained(lines.at(-1)![1], four)
  expect(changesOf([...released, four, file("0006_f.sql"), file("0002_early.sql")], lock)).toEqual([
    `0004_d.sql is new: add the line "0004_d.sql": "${line}" to test/house/released-migrations.json`,
    "0006_f.sql is new: give it the next number, 0005",
    "0002_early.sql is new: give it the next number, 0005"
  ])
  // With an edited file and its edited line the next line is wrong; a line that is taken out tells of the next one too.
  const edited = file(b.name, "other")
  expect(changesOf([a, edited, c], { ...lock, [b.name]: chained(lock[a.name]!, edited) })).toEqual([
    "0003_c.sql or its line was edited: put it back as it was, and write a new migration"
  ])
  const { [b.name]: _, ...without } = lock
  expect(changesOf([a, c], without)).toEqual([
    "0003_c.sql or its line was edited: put it back as it was, and write a new migration"
  ])
})

test.each([
  ["create view es.a as select 1;\ncreate sequence es.b;", "a, b"],
  ["create table es.a (n int); create policy b on es.c using (true);", "a, b"],
  ["create table es.a (n int);\n  create unique index if not exists b on only es.c (n);", "a, b"],
  ["create table es.a (n int);\ncreate index on c (n);", "a, index"],
  [
    "create procedure a() language sql as $body$ create table x (n int); $body$; create materialized view b as select 1",
    "a, b"
  ],
  [
    '/* one */ create or replace function a() returns int as $$ select 1 $$; create  table if not exists "es"."b" (n int)',
    "a, b"
  ],
  ["create table a (n int); create trigger b before insert on a execute function c()", "a, b"],
  ["create type a as enum ('x; create type c'); -- create type d\ncreate role b", "a, b"]
])("two objects are found: %s", (text, made) => {
  expect(faultsOf({ name: "9000_a.sql", text, sha256: "" }, [])).toEqual([
    `9000_a.sql: it makes ${made}; one object a file`
  ])
})

test("a table's own indexes and policies are in its file, and a right to create is no object", () => {
  const text = `create table es.a (n int);
create index on es.a (n);
create unique index a_n on es.a (n);
create policy mine on es.a using (true);
revoke create on schema public from public;`
  expect(faultsOf({ name: "9000_a.sql", text, sha256: "" }, [])).toEqual([])
})

test("a migration of two objects, of another's name or number, or in upper case is found", () => {
  const of = (name: string, text: string) => faultsOf({ name, text, sha256: "" }, migrations)
  expect(of("Later.sql", "")).toEqual([
    "Later.sql: its name is no number of four digits and lower-case words"
  ])
  expect(of("9000_a.sql", "create table es.a (n int);\ncreate function es.b() returns int;")).toEqual([
    "9000_a.sql: it makes a, b; one object a file"
  ])
  expect(of("9000_a.sql", "CREATE trigger b on es.a;")).toEqual([
    "9000_a.sql: it is named otherwise than b",
    "9000_a.sql: SQL is lower case"
  ])
  const twice = { name: "0001_other.sql", text: "", sha256: "" }
  expect(faultsOf(twice, [...migrations, twice])).toEqual([
    "0001_other.sql: another migration has its number"
  ])
})
