import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import { type DatabaseError, engineRole, type Query, withAdminConnection } from "./database.ts"

/** A role belongs to the whole server: another database of it may make this one at the same moment. */
export const makeEngineRole = (query: Query) =>
  query(`do $$ begin
    if not exists (select from pg_roles where rolname = '${engineRole}') then
      create role ${engineRole} nologin;
    end if;
  exception when duplicate_object or unique_violation then null;
  end $$`)

/** What names a login and a password may have here: they stand in SQL, and in a URL without an escape. */
export const loginPattern = /^[a-z_][a-z0-9_]{0,62}$/
const passwordPattern = /^[A-Za-z0-9_-]{16,128}$/

/**
 * Makes a login that may take the engine's role and nothing more: what the app is to log in as. By a login that may
 * make roles. Fails with SQLSTATE 42710 when there is one of this name.
 */
export const makeLogin = (
  admin: PgConnection.Config,
  name: string,
  password: string
): Effect.Effect<void, DatabaseError> =>
  loginPattern.test(name) && passwordPattern.test(password)
    ? withAdminConnection(admin, (query) =>
        Effect.gen(function* () {
          yield* makeEngineRole(query)
          yield* query(`create role ${name} login password '${password}' in role ${engineRole}`)
        })
      )
    : Effect.die(new Error(`${name} or its password has a character that a login must not have`))
