import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto"
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

/** What a login may be called: the name stands in SQL, and in a URL without an escape. */
export const loginPattern = /^[a-z_][a-z0-9_]{0,62}$/

const iterations = 4096

/** What Postgres stores of a password, so that the password itself is in none of its logs. */
export const scramOf = (password: string): string => {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256")
  const keyed = (what: string) => createHmac("sha256", salted).update(what).digest()
  const storedKey = createHash("sha256").update(keyed("Client Key")).digest("base64")
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${keyed("Server Key").toString("base64")}`
}

/**
 * Makes a login that may take the engine's role and nothing more: what the app is to log in as. By a login that may
 * make roles. The name must fit `loginPattern`. Fails with SQLSTATE 42710 when there is one of this name.
 */
export const makeLogin = (
  admin: PgConnection.Config,
  name: string,
  password: string
): Effect.Effect<void, DatabaseError> =>
  loginPattern.test(name)
    ? withAdminConnection(admin, (query) =>
        Effect.gen(function* () {
          yield* makeEngineRole(query)
          yield* query(`create role ${name} login password '${scramOf(password)}' in role ${engineRole}`)
        })
      )
    : Effect.die(new Error(`a login can't be called ${name}`))
