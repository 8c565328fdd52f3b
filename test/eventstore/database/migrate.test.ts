import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Database, engineRole, withAdminConnection } from "../../../eventstore/database/database.ts"
import { migrate } from "../../../eventstore/database/migrate.ts"
import { migrationFiles } from "../../../eventstore/database/migration-history.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { type DatabaseKind, describePostgres, everyDatabase, type TestDatabase } from "../../databases.ts"

const released = join(import.meta.dirname, "../../../eventstore/migrations")
const ours = migrationFiles()
const names = ours.map(({ name }) => name)

/** An empty database for each test, and a folder of migrations that it may spoil. */
const before = (kind: DatabaseKind) => {
  const given: { database: TestDatabase; folder: string } = {} as never
  beforeEach(async () => {
    given.folder = mkdtempSync(join(tmpdir(), "centurion-test-"))
    cpSync(released, given.folder, { recursive: true })
    given.database = await kind.make({ migrated: false })
  })
  afterEach(async () => {
    rmSync(given.folder, { recursive: true })
    await given.database?.drop()
  })
  return given
}

describe.each(everyDatabase)("migrating $name", (kind) => {
  const given = before(kind)
  const run = () => Effect.runPromise(Effect.result(migrate(given.database.connection, given.folder)))
  const applied = async () =>
    (await given.database.admin("select name from public.centurion_migration order by 1")).map(
      (row) => row[0]
    )

  it("runs every file once, and nothing the second time", async () => {
    expect(await run()).toMatchObject({ success: names })
    expect(await run()).toMatchObject({ success: [] })
    expect(await applied()).toEqual(names)
  })

  it("keeps what ran, when, with which text and by which release", async () => {
    const { version } = JSON.parse(readFileSync(join(released, "../../package.json"), "utf8"))
    await run()
    const kept = await given.database.admin(
      "select name, sha256, release, applied_at between now() - interval '1 minute' and now() from public.centurion_migration order by 1"
    )
    expect(kept).toEqual(ours.map(({ name, sha256 }) => [name, sha256, version, true]))
  })

  it("runs files by their numbers, whatever folder they are in", async () => {
    mkdirSync(join(given.folder, "a-folder"))
    writeFileSync(join(given.folder, "a-folder/9001_last.sql"), "alter table es.later add column last int;")
    writeFileSync(join(given.folder, "9000_later.sql"), "create table es.later (n int);")
    expect(await run()).toMatchObject({ success: [...names, "9000_later.sql", "9001_last.sql"] })
  })

  it("runs a file that was added later, and it alone", async () => {
    await run()
    writeFileSync(
      join(given.folder, "9000_later.sql"),
      "create table es.later (n int);\ncreate table es.last (n int);\n"
    )
    expect(await run()).toMatchObject({ success: ["9000_later.sql"] })
    expect(await given.database.admin("select count(*)::int from es.later, es.last")).toEqual([[0]])
  })

  it("refuses a file that was edited after it ran, and runs nothing", async () => {
    await run()
    writeFileSync(join(given.folder, "log", names[1]!), "create table es.other (n int);")
    writeFileSync(join(given.folder, "9000_later.sql"), "create table es.later (n int);")
    expect(await run()).toMatchObject({ failure: { _tag: "WrongMigration", name: names[1] } })
    expect(await applied()).toEqual(names)
  })

  it("refuses a database of before the first release, whose table names no release", async () => {
    await given.database.admin(
      "create table public.centurion_migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
    )
    await given.database.admin(
      "insert into public.centurion_migration (name, sha256) values ('0001_schema.sql', 'x')"
    )
    expect(await run()).toMatchObject({
      failure: {
        message: expect.stringMatching(
          /^this database was made before the first release, .* name it in DATABASE_URL, .* CENTURION_DIR/
        )
      }
    })
    expect(await applied()).toEqual(["0001_schema.sql"])
  })

  it("leaves nothing of a file that fails, and goes on with it once it is right", async () => {
    const broken = join(given.folder, "9000_broken.sql")
    writeFileSync(broken, "create table es.half (n int);\ninsert into es.half values ('no number');\n")
    expect(await run()).toMatchObject({ failure: { _tag: "DatabaseError", code: "22P02" } })
    expect(await applied()).toEqual(names)
    expect(await given.database.admin("select to_regclass('es.half')::text")).toEqual([[null]])
    writeFileSync(broken, "create table es.half (n int);\ninsert into es.half values (1);\n")
    expect(await run()).toMatchObject({ success: ["9000_broken.sql"] })
    expect(await given.database.admin("select n from es.half")).toEqual([[1]])
  })

  it("takes a file of functions, comments and quotes apart as Postgres would", async () => {
    writeFileSync(
      join(given.folder, "9000_odd.sql"),
      `-- a comment; with a semicolon
create function es.odd() returns text language plpgsql as $$
begin
  -- one; two
  return 'a;b';
end $$;
create table es.odd (
  text text default 'x;y' -- why; because
);
comment on table es.odd is 'it''s odd';
`
    )
    expect(await run()).toMatchObject({ success: [...names, "9000_odd.sql"] })
    await given.database.admin("insert into es.odd default values")
    expect(
      await given.database.admin(
        "select es.odd(), text, obj_description('es.odd'::regclass)::text from es.odd"
      )
    ).toEqual([["a;b", "x;y", "it's odd"]])
  })
})

describePostgres("migrating from several sides", (kind) => {
  const given = before(kind)

  it("runs every file once when processes start together", async () => {
    const ran = await Promise.all(
      Array.from({ length: 6 }, () => Effect.runPromise(migrate(given.database.connection)))
    )
    expect(ran.flat().sort()).toEqual(names)
  })

  it("works for two databases of one server at once", async () => {
    const other = await kind.make({ migrated: false })
    try {
      const both = [given.database, other].map(({ connection }) => Effect.runPromise(migrate(connection)))
      expect(await Promise.all(both)).toEqual([names, names])
    } finally {
      await other.drop()
    }
  })

  it("works for a login that is no superuser, as on a managed Postgres, and lets it take the engine's role", async () => {
    const login = `centurion_test_login_${process.pid}`
    const name = (await given.database.admin("select current_database()::text"))[0]![0]
    await given.database.admin(`create role ${login} login createrole`)
    await given.database.admin(`alter database ${name} owner to ${login}`)
    await given.database.admin(`alter schema public owner to ${login}`)
    // From version 16 on whoever makes a role may pass it on; here another login of this server has made it.
    const [[version]] = (await given.database.admin("select current_setting('server_version_num')::int")) as [
      [number]
    ]
    if (version >= 160_000) await given.database.admin(`grant ${engineRole} to ${login} with admin option`)
    try {
      const url = new URL(Redacted.value(given.database.connection.url!))
      url.username = login
      const connection = { url: Redacted.make(url.href) }
      await Effect.runPromise(migrate(connection))
      const layer = EventStore.layer.pipe(
        Layer.provideMerge(Database.layer({ connection, connectionsMax: 1, embedded: false }))
      )
      const asked = Effect.gen(function* () {
        const store = yield* EventStore
        return yield* store.createCompany("acme", 2)
      })
      expect(await Effect.runPromise(Effect.provide(asked, layer))).toBe(2)
    } finally {
      await given.database.admin(`revoke ${engineRole} from ${login}`)
      await Effect.runPromise(
        withAdminConnection(given.database.connection, (query) =>
          Effect.andThen(
            query(`reassign owned by ${login} to current_user`),
            Effect.andThen(query(`drop owned by ${login}`), query(`drop role ${login}`))
          )
        )
      )
    }
  })
})
