import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Database, engineRole, type Row, withAdminConnection } from "../../../eventstore/database/database.ts"
import { makeEngineRole } from "../../../eventstore/database/login.ts"
import { type StoreServices, storeLayer } from "../../../eventstore/database/store-layers.ts"
import { MasterKeys, masterKeyOf } from "../../../eventstore/personal/master-keys.ts"

/** One scenario's database, as the rig itself sees it: straight, past every proxy. */
export interface RigDatabase {
  readonly url: string
  /** Where a login of its own stands for one server: `session_user` then says who wrote. */
  readonly urlOf: (login: string, port: number) => string
  readonly admin: (sql: string, params?: ReadonlyArray<unknown>) => Promise<ReadonlyArray<Row>>
  readonly count: (sql: string) => Promise<number>
  readonly layer: Layer.Layer<StoreServices | Database>
}

const connectionsMax = 4

/** What personal data is sealed with, so that the rig can read what the servers wrote. */
export const rigMasterKey = "07".repeat(32)

/** Makes the database on the rig's own server, with a login for each of the servers of ours. */
export const makeRigDatabase = async (
  serverUrl: string,
  name: string,
  logins: ReadonlyArray<string>
): Promise<RigDatabase> => {
  const on =
    (url: string): RigDatabase["admin"] =>
    (sql, params) =>
      Effect.runPromise(withAdminConnection({ url: Redacted.make(url) }, (query) => query(sql, params)))
  const server = on(serverUrl)
  await server(`create database ${name}`)
  await Effect.runPromise(withAdminConnection({ url: Redacted.make(serverUrl) }, makeEngineRole))
  for (const login of logins)
    await server(
      `do $$ begin create role ${login} login in role ${engineRole}; exception when duplicate_object then null; end $$`
    )
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const admin = on(url.href)
  return {
    url: url.href,
    urlOf: (login, port) => {
      const own = new URL(url.href)
      own.username = login
      own.port = `${port}`
      return own.href
    },
    admin,
    count: async (sql) => Number((await admin(sql))[0]?.[0] ?? 0),
    layer: storeLayer.pipe(
      Layer.provideMerge(MasterKeys.layer([masterKeyOf(Buffer.from(rigMasterKey, "hex"))])),
      Layer.provideMerge(
        Layer.orDie(
          Database.layer({
            connection: { url: Redacted.make(url.href) },
            connectionsMax,
            embedded: false
          })
        )
      )
    )
  }
}

/**
 * The database's own record of who took which partition and who wrote to it, outside of `es`: it is written in the same
 * commit as what it records, so it can't be wrong about a stale owner.
 */
export const recordWriters: ReadonlyArray<string> = [
  "create schema rig",
  "create table rig.claim (company text, partition int, epoch bigint, login text)",
  "create table rig.append (company text, partition int, epoch bigint, login text)",
  `create function rig.record() returns trigger language plpgsql security definer as $$ begin
    if new.epoch <> old.epoch then
      insert into rig.claim values (new.company, new.partition, new.epoch, session_user);
    elsif new."position" <> old."position" then
      insert into rig.append values (new.company, new.partition, new.epoch, session_user);
    end if;
    return null;
  end $$`,
  "create trigger record after update on es.partition for each row execute function rig.record()"
]

/** Appends by another login than the one that the partition's epoch belongs to. */
export const staleAppends = `select count(*)::int from rig.append a
  where exists (select from rig.claim c where (c.company, c.partition, c.epoch) = (a.company, a.partition, a.epoch)
    and c.login <> a.login)`
