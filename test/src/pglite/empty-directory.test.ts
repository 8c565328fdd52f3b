import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openEmbeddedPostgres } from "../../../src/pglite/embedded-postgres.ts"
import { emptyMadeBy, layEmptyDatabase } from "../../../src/pglite/empty-directory.ts"

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "centurion-empty-test-"))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test("the empty database that we carry is of the version of PGlite that we use", () => {
  const { dependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")
  )
  expect(dependencies["@electric-sql/pglite"]).toBe(emptyMadeBy)
  const installed = join(import.meta.dirname, "../../../node_modules/@electric-sql/pglite/package.json")
  expect(JSON.parse(readFileSync(installed, "utf8")).version).toBe(emptyMadeBy)
})

test("it is laid where nothing is, is Postgres' own, and opens with pgvector", async () => {
  const pg = join(dir, "new", "pg")
  layEmptyDatabase(pg)
  expect(readdirSync(pg)).toContain("PG_VERSION")
  expect(readdirSync(join(dir, "new"))).toEqual(["pg"])
  const postgres = await openEmbeddedPostgres(pg)
  await postgres.close()
})

test("what a process that died left half made is made anew", () => {
  const pg = join(dir, "half", "pg")
  mkdirSync(`${pg}.making/base`, { recursive: true })
  writeFileSync(join(`${pg}.making`, "PG_VERSION"), "18")
  layEmptyDatabase(pg)
  expect(existsSync(join(pg, "global", "pg_control"))).toBe(true)
  expect(existsSync(`${pg}.making`)).toBe(false)
})

test("a directory with anything in it is left alone", () => {
  const pg = join(dir, "used", "pg")
  mkdirSync(pg, { recursive: true })
  writeFileSync(join(pg, "mine"), "")
  layEmptyDatabase(pg)
  expect(readdirSync(pg)).toEqual(["mine"])
})
