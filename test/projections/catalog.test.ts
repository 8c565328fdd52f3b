import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { withAdminConnection } from "../../eventstore/database/database.ts"
import { readModels } from "../../projections/index.ts"
import { databases, type TestDatabase } from "../databases.ts"
import { gapsOf } from "./catalog.ts"
import { openCompanies } from "./open-companies.ts"
import { reviewedFunctions } from "./reviewed-functions.ts"

/** What is found with these statements run, which are taken back. */
const plantedGaps = (database: TestDatabase, statements: ReadonlyArray<string>) =>
  Effect.runPromise(
    withAdminConnection(
      database.connection,
      Effect.fnUntraced(function* (query) {
        yield* query("begin")
        for (const sql of statements) yield* query(sql)
        const ask: TestDatabase["admin"] = (sql, params) => Effect.runPromise(query(sql, params))
        return yield* Effect.ensuring(
          Effect.promise(() => gapsOf(ask)),
          Effect.ignore(query("rollback"))
        )
      })
    )
  )

describe.each(databases)("the catalog on $name", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await kind.make()
    await openCompanies(database, ["acme", "globex"])
    await database.admin("select core.make_scratch('acme', $1, 'the start')", [`s_${"0".repeat(24)}`])
  })
  afterAll(() => database?.drop())

  it("keeps companies apart in every table, key, view and function", async () => {
    expect(await gapsOf(database.admin)).toEqual([])
  })

  it("holds the tables of both companies and of a past moment", async () => {
    const rows = await database.admin(
      "select relnamespace::regnamespace::text, count(*)::int from pg_class where relkind = 'r' and relnamespace::regnamespace::text ~ '^(c|s)_' group by 1 order by 1"
    )
    const tables = readModels.length
    expect(rows).toEqual([
      ["c_acme", tables],
      ["c_globex", tables],
      [`s_${"0".repeat(24)}`, tables]
    ])
  })

  it("lists no reviewed function that is gone", async () => {
    const rows = await database.admin(
      "select pronamespace::regnamespace || '.' || proname || '/' || pronargs from pg_proc where prosecdef"
    )
    const there = new Set(rows.map(([name]) => name))
    expect(reviewedFunctions.filter((name) => !there.has(name))).toEqual([])
  })

  const plain = "create table core.planted (company text not null, id text, primary key (company, id))"
  it.each<[string, ReadonlyArray<string>, ReadonlyArray<string | RegExp>]>([
    [
      "a table without its policy",
      [plain, "grant select on core.planted to centurion_engine"],
      [
        "core.planted: row-level security is off",
        "core.planted: row-level security is not forced, so its owner passes it",
        "core.planted: no policy ties its rows to the company that was entered"
      ]
    ],
    [
      "a table of a company that its owner passes",
      [
        "create table c_acme.planted (company text not null, id text, primary key (company, id))",
        "select core.guard('c_acme', 'planted')",
        "alter table c_acme.planted no force row level security"
      ],
      ["c_acme.planted: row-level security is not forced, so its owner passes it"]
    ],
    [
      "a policy that opens more",
      [plain, "select core.guard('core', 'planted')", "create policy all_of_it on core.planted using (true)"],
      ["core.planted: a policy opens more: * true"]
    ],
    [
      "a table without a company",
      ["create table core.planted (id text primary key)"],
      [
        "core.planted: it has no company, and is not listed as of the whole installation",
        /row-level security is off/,
        /not forced/,
        /no policy/
      ]
    ],
    [
      "a right too much",
      [
        "grant truncate on core.checkpoint to centurion_engine",
        "grant select on core.app_user to centurion_engine",
        "grant select (hash) on core.api_key to public"
      ],
      [
        /^core\.api_key: there is a right too much: column hash/,
        "core.app_user: there is a right too much: SELECT",
        "core.checkpoint: there is a right too much: TRUNCATE"
      ]
    ],
    [
      "a table of the store that the engine reads without a policy",
      ["create table es.planted (company text not null)", "grant select on es.planted to centurion_engine"],
      [
        "es.planted: row-level security is off",
        "es.planted: no policy ties its rows to the company that was entered"
      ]
    ],
    [
      "keys that do not begin with the company",
      [
        "create table core.planted (company text not null, id text primary key, parent text references core.planted, user_id text references core.app_user)",
        "select core.guard('core', 'planted')"
      ],
      [
        "core.planted: the key core.planted_pkey does not begin with the company",
        "core.planted: the foreign key planted_parent_fkey does not begin with the company"
      ]
    ],
    [
      "a plain view",
      ["create view c_acme.planted as select * from c_acme.leads"],
      ["c_acme.planted: a view without security_invoker reads as its owner"]
    ],
    [
      "a materialised view",
      ["create materialized view core.planted as select * from core.scratch"],
      ["core.planted: a materialised view holds the rows of all companies"]
    ],
    [
      "a security definer function without search_path, for everybody",
      ["create function core.planted() returns int language sql security definer as 'select 1'"],
      [
        'core.planted/0: a security definer function with search_path "", which others can write to',
        "core.planted/0: a security definer function that everybody may call",
        "core.planted/0: a security definer function of the engine that nobody has reviewed"
      ]
    ],
    [
      "a security definer function that nobody has reviewed",
      [
        "create function es.append(int) returns int language sql security definer set search_path = es, pg_temp as 'select 1'",
        "revoke all on function es.append(int) from public",
        "grant execute on function es.append(int) to centurion_engine"
      ],
      ["es.append/1: a security definer function of the engine that nobody has reviewed"]
    ],
    [
      "a setting that outlives its transaction",
      [
        "create function core.planted(c text) returns text language sql as $$ select set_config('centurion.company', lower(c), false) $$"
      ],
      ["core.planted/1: it sets something for longer than the transaction"]
    ],
    [
      "a schema that nobody knows, and one that everybody may use",
      ["create schema planted", "grant usage on schema c_acme to public"],
      ["schema c_acme: everybody may USAGE", "schema planted: nobody knows it"]
    ],
    [
      "an engine that may make tables",
      ["grant create on schema public to centurion_engine"],
      ["the engine's role may create in schema public or in the database"]
    ]
  ])("names what is wrong with %s", async (_, planted, gaps) => {
    const before = await gapsOf(database.admin)
    const found = await plantedGaps(database, planted)
    expect(found.filter((gap) => !before.includes(gap))).toEqual(
      gaps.map((gap) => (typeof gap === "string" ? gap : expect.stringMatching(gap)))
    )
  })
})
