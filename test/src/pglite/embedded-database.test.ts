import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Database, engineRole, withAdminConnection } from "../../../eventstore/database/database.ts"
import { migrate } from "../../../eventstore/database/migrate.ts"
import { openEmbedded } from "../../../src/pglite/embedded-database.ts"
import { type EmbeddedPostgres, openEmbeddedPostgres } from "../../../src/pglite/embedded-postgres.ts"

let dir: string
let postgres: EmbeddedPostgres
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "centurion-embedded-"))
  postgres = await openEmbeddedPostgres(join(dir, "pg"))
  await Effect.runPromise(migrate(postgres.connection))
})
afterAll(async () => {
  await postgres.close()
  rmSync(dir, { recursive: true, force: true })
})

const asAdmin = (sql: string, params?: ReadonlyArray<unknown>) =>
  Effect.runPromise(withAdminConnection(postgres.connection, (query) => query(sql, params)))
const asEngine = <A, E>(effect: Effect.Effect<A, E, Database>) =>
  Effect.runPromise(
    Effect.provide(
      effect,
      Database.layer({ connection: postgres.connection, connectionsMax: 1, embedded: true })
    )
  )

test("the engine's connection has the engine's rights, and the next one has its own again", async () => {
  const [[role] = []] = await asEngine(Effect.flatMap(Database, ({ query }) => query("select current_user")))
  expect(role).toBe(engineRole)
  const refused = await asEngine(
    Effect.flatMap(Database, ({ query }) => Effect.flip(query("delete from es.event")))
  )
  expect(refused.code).toBe("42501")
  expect(await asAdmin("select current_user")).toEqual([["postgres"]])
})

test("an upkeep in between leaves the rights as they are", async () => {
  await asAdmin("create table if not exists kept (n int)")
  const role = await asEngine(
    Effect.gen(function* () {
      const { query } = yield* Database
      yield* query("select 1")
      yield* Effect.promise(postgres.tend)
      return yield* query("select current_user")
    })
  )
  expect(role).toEqual([[engineRole]])
})

test("tending tells the planner of tables that grew, and leaves the others alone", async () => {
  await asAdmin("create table grows (n int)")
  await asAdmin("insert into grows select n from generate_series(1, 5000) n")
  const known = () => asAdmin("select reltuples::int from pg_class where relname = 'grows'")
  expect(await known()).toEqual([[-1]])
  await postgres.tend()
  expect(await known()).toEqual([[5000]])
  await asAdmin("insert into grows values (0)")
  await postgres.tend()
  expect(await known()).toEqual([[5000]])
  await asAdmin("drop table grows")
})

test("a connection waits for the end of the one before it", async () => {
  const order: Array<string> = []
  const session = (name: string) =>
    Effect.runPromise(
      withAdminConnection(postgres.connection, (query) =>
        Effect.gen(function* () {
          order.push(`${name} begins`)
          yield* query("select pg_sleep(0.02)")
          order.push(`${name} ends`)
        })
      )
    )
  await Promise.all([session("one"), session("two"), session("three")])
  expect(order).toEqual(["one begins", "one ends", "two begins", "two ends", "three begins", "three ends"])
})

test("what a connection left open is undone when it ends", async () => {
  await asAdmin("create table if not exists half (n int)")
  await Effect.runPromise(
    withAdminConnection(postgres.connection, (query) =>
      Effect.gen(function* () {
        yield* query("begin")
        yield* query("insert into half values (1)")
      })
    )
  )
  expect(await asAdmin("select count(*)::int from half")).toEqual([[0]])
})

test("an error in a statement is told with its code, and the connection goes on", async () => {
  const told = await Effect.runPromise(
    withAdminConnection(postgres.connection, (query) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(query("select 1 / $1::int", [0]))
        return [error.code, yield* query("select $1::int + 1", [1])]
      })
    )
  )
  expect(told).toEqual(["22012", [[2]]])
})

test("a parameter of many megabytes goes in and comes out whole", async () => {
  const large = "ação ".repeat(1_500_000)
  const [[length, text] = []] = await asAdmin("select length($1::text), right($1::text, 5)", [large])
  expect([length, text]).toEqual([large.length, "ação "])
})

test("vectors are there", async () => {
  await asAdmin("create extension if not exists vector")
  expect(await asAdmin("select ('[1,2]'::vector <-> '[1,4]'::vector)::float8")).toEqual([[2]])
})

test("what was acknowledged survives the kill of the process, again and again", async () => {
  const directory = join(dir, "killed")
  let acknowledged = 0
  for (const after of [40, 95, 60]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, "write-until-killed.ts"), directory], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    const ended = new Promise((resolve) => child.once("exit", resolve))
    let said = ""
    child.stdout.on("data", (piece) => {
      said += piece
      const numbers = said.split("\n").slice(0, -1).map(Number)
      acknowledged = numbers.at(-1) ?? acknowledged
      if (numbers.length >= after) child.kill("SIGKILL")
    })
    await ended
  }
  const found = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const connection = yield* openEmbedded(directory)
        return yield* withAdminConnection(connection, (query) =>
          query("select count(*)::int, max(number), min(length(filling)) from written")
        )
      })
    )
  )
  const [[count, last, filling] = []] = found
  // The one that was under way when it was killed may be there too.
  expect(Number(last) - acknowledged).toBeGreaterThanOrEqual(0)
  expect(Number(last) - acknowledged).toBeLessThanOrEqual(1)
  expect([count, filling]).toEqual([last, 2000])
})
