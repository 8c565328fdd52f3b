import * as Effect from "effect/Effect"
import { engineRole, type Query } from "../../eventstore/database/database.ts"

/** What may be wrong with whom the app logs in as. */
export interface Login {
  readonly name: string
  /** Why the app does not start as it: row-level security would not hold. Undefined when it would. */
  readonly tooStrong: string | undefined
  /** It exists and may not take the engine's role. */
  readonly lacksRole: boolean
  /** What it may beside that, and needs not. */
  readonly surplus: ReadonlyArray<string>
  /** What is known of the server's version, if it is no good one. */
  readonly unsound: string | undefined
  /** SQL that makes a login as it should be. */
  readonly remedy: string
}

/** Predefined roles by which one reads or writes past every right of a table, or becomes a superuser. */
const farReaching = [
  "pg_read_all_data",
  "pg_write_all_data",
  "pg_read_server_files",
  "pg_write_server_files",
  "pg_execute_server_program"
]

/**
 * Asks who is logged in, whatever role the connection has taken: whoever can make it say `reset role` has the rights
 * of the login, and of all roles that the login is a member of.
 */
export const examineLogin = Effect.fnUntraced(function* (query: Query) {
  const [self = []] = yield* query(
    `select session_user::text, rolcreaterole, rolreplication,
      exists (select from pg_roles where rolname = $1),
      exists (select from pg_roles where rolname = $1 and pg_has_role(session_user, oid, 'member')),
      exists (select from pg_class where relname = 'event' and relnamespace = (select oid from pg_namespace where nspname = 'es')
          and pg_has_role(session_user, relowner, 'member')
        union all select from pg_database where datname = current_database() and pg_has_role(session_user, datdba, 'member')),
      current_setting('server_version_num')::int
      from pg_roles where rolname = session_user`,
    [engineRole]
  )
  const [name, makesRoles, replicates, roleExists, hasRole, owns, version] = self
  const strong = yield* query(
    `select rolname::text, rolsuper from pg_roles
      where (rolsuper or rolbypassrls) and pg_has_role(session_user, oid, 'member')
      order by rolname = session_user desc, rolname`
  )
  const reaching = yield* query(
    "select rolname::text from pg_roles where rolname = any($1) and pg_has_role(session_user, oid, 'member') order by 1",
    [farReaching]
  )
  const makeRole = roleExists === true ? "" : `create role ${engineRole} nologin; `
  return {
    name: String(name),
    tooStrong: strong[0] === undefined ? undefined : tooStrong(String(name), strong[0]),
    lacksRole: roleExists === true && hasRole !== true,
    surplus:
      strong[0] === undefined
        ? [
            ...(owns === true ? ["owns the tables"] : []),
            ...(makesRoles === true ? ["makes roles"] : []),
            ...(replicates === true ? ["replicates"] : []),
            ...reaching.map(([role]) => `is in ${role}`)
          ]
        : [],
    unsound: unsoundVersion(Number(version)),
    remedy: `${makeRole}create role centurion_app login password '<a long random one>' in role ${engineRole};`
  } satisfies Login
})

const tooStrong = (name: string, [role, isSuperuser]: ReadonlyArray<unknown>): string => {
  const what = isSuperuser === true ? "a superuser" : "a role with BYPASSRLS"
  return role === name ? `${name}, ${what}` : `${name}, which is in ${role}, ${what}`
}

/** From these minor versions on row-level security holds against CVE-2025-8713 and what came before it. */
const soundFrom = [150_014, 160_010, 170_006]

/** A sentence about a version of which gaps in row-level security are known, else undefined; vendors may have mended theirs. */
export const unsoundVersion = (versionNumber: number): string | undefined => {
  const sound = soundFrom.find((from) => Math.floor(from / 10_000) === Math.floor(versionNumber / 10_000))
  if (sound === undefined || versionNumber >= sound) return undefined
  const inWords = (version: number) => `${Math.floor(version / 10_000)}.${version % 10_000}`
  return `Postgres ${inWords(versionNumber)} has known gaps in row-level security (CVE-2025-8713), mended in ${inWords(sound)}`
}
