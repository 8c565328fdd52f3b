import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { type Migration, migrationFiles } from "../../eventstore/database/migration-history.ts"
import { schemaFolders } from "../../src/wiring/schema-folders.ts"

/** Every migration by its name, with its SHA-256 (`sha256sum`); lines are added, never changed. */
const lockFile = join(import.meta.dirname, "released-migrations.json")
const locked: Readonly<Record<string, string>> = JSON.parse(readFileSync(lockFile, "utf8"))
const migrations = migrationFiles(schemaFolders)

/** Sentences about migrations that are not as they were locked. */
const changesOf = (files: ReadonlyArray<Migration>): ReadonlyArray<string> => {
  const ours = new Map(files.map(({ name, sha256 }) => [name, sha256]))
  const last = Object.keys(locked).sort().at(-1)!
  return [
    ...Object.entries(locked).flatMap(([name, sha256]) => {
      if (!ours.has(name)) return [`${name} is gone: put it back, and write a new migration`]
      return ours.get(name) === sha256
        ? []
        : [`${name} was edited: put it back as it was, and write a new migration`]
    }),
    ...files.flatMap(({ name, sha256 }) => {
      if (name in locked) return []
      return name > last
        ? [`${name} is new: add the line "${name}": "${sha256}" to test/house/released-migrations.json`]
        : [`${name} is new and comes before ${last}: give it the next number`]
    })
  ]
}

const plain = (sql: string) => sql.replace(/--.*$/gm, "").replace(/'[^']*'|"[^"]*"/g, "''")

/** Sentences about the name, the number and the text of one migration. */
const faultsOf = ({ name, text }: Migration, files: ReadonlyArray<Migration>): ReadonlyArray<string> => {
  const [, number, called] = /^(\d{4})_([a-z][a-z0-9_]*)\.sql$/.exec(name) ?? []
  if (number === undefined) return [`${name}: its name is no number of four digits and lower-case words`]
  const made = [
    ...text
      .split("$$")
      .filter((_, part) => part % 2 === 0)
      .join("")
      .matchAll(/^create (?:or replace )?(schema|type|table|function|trigger) (?:\w+\.)?(\w+)/gm)
  ].map(([, kind, object]) => (kind === "schema" ? `schema_${object}` : object))
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
})

test("every migration has a number of its own and makes one object, which it is named for", () => {
  expect(migrations.flatMap((one) => faultsOf(one, migrations))).toEqual([])
})

test("a migration that was edited, removed, added or overtakes others is found", () => {
  const released = Object.entries(locked).map(([name, sha256]) => ({ name, sha256, text: "" }))
  const [first, second, ...rest] = released as [Migration, Migration, ...Array<Migration>]
  const last = rest.at(-1)!.name
  const added = (name: string): Migration => ({ name, text: "", sha256: "abc" })
  expect(changesOf([{ ...first, sha256: "other" }, ...rest])).toEqual([
    `${first.name} was edited: put it back as it was, and write a new migration`,
    `${second.name} is gone: put it back, and write a new migration`
  ])
  expect(changesOf([...released, added("9000_later.sql"), added("0000_early.sql")])).toEqual([
    '9000_later.sql is new: add the line "9000_later.sql": "abc" to test/house/released-migrations.json',
    `0000_early.sql is new and comes before ${last}: give it the next number`
  ])
})

test("a migration of two objects, of another's name or number, or in upper case is found", () => {
  const of = (name: string, text: string) => faultsOf({ name, text, sha256: "" }, migrations)
  expect(of("Later.sql", "")).toEqual([
    "Later.sql: its name is no number of four digits and lower-case words"
  ])
  expect(of("9000_a.sql", "create table es.a (n int);\ncreate function es.b() returns int;")).toEqual([
    "9000_a.sql: it makes a, b; one object a file"
  ])
  expect(of("9000_a.sql", "CREATE table es.a;\ncreate trigger b on es.a;")).toEqual([
    "9000_a.sql: it is named otherwise than b",
    "9000_a.sql: SQL is lower case"
  ])
  const twice = { name: "0001_other.sql", text: "", sha256: "" }
  expect(faultsOf(twice, [...migrations, twice])).toEqual([
    "0001_other.sql: another migration has its number"
  ])
})
