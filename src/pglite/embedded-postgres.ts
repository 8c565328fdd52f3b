import type * as PgConnection from "@effect/sql-pg/PgConnection"
import { PGlite } from "@electric-sql/pglite"
import { vector } from "@electric-sql/pglite-pgvector"
import * as Redacted from "effect/Redacted"
import { type EmbeddedBackend, EmbeddedSession } from "./embedded-session.ts"
import { layEmptyDatabase } from "./empty-directory.ts"
import { grownTables } from "./grown-tables.ts"

/** Postgres inside this process, on a directory of its own. */
export interface EmbeddedPostgres {
  /** For `Database.layer` and `withAdminConnection`; one connection at a time, the next waits for its end. */
  readonly connection: PgConnection.Config
  /** Does what Postgres's own background processes do elsewhere, if anything was written since the last time. */
  readonly tend: () => Promise<void>
  /** Writes all to the files and ends; the next start is then a quick one. */
  readonly close: () => Promise<void>
}

/** Opens the directory, which need not exist. An acknowledged commit survives the end of the process, not of the machine. */
export const openEmbeddedPostgres = async (directory: string): Promise<EmbeddedPostgres> => {
  layEmptyDatabase(directory)
  const pglite = await PGlite.create(directory, { extensions: { vector } })
  const queue = makeQueue()
  let sessions = Promise.resolve()
  let role: string | undefined
  let written = 0

  const backend = (): EmbeddedBackend => {
    let release = () => {}
    return {
      open: async () => {
        const before = sessions
        sessions = new Promise((resolve) => {
          release = resolve
        })
        await before
        role = undefined
        await queue(() => pglite.exec("discard all"))
      },
      exec: (messages, answer) => {
        written += messages.length
        return queue(() => pglite.execProtocolRawStream(messages, { onRawData: answer }))
      },
      setRole: async (name) => {
        role = name
        await queue(() => pglite.exec(setRole(name)))
      },
      close: async () => {
        await queue(async () => {
          if (pglite.isInTransaction()) await pglite.exec("rollback")
        })
        release()
      }
    }
  }

  /** Between two transactions; within one, it is left to the next time. */
  const asSuperuser = <A>(work: () => Promise<A>): Promise<A | undefined> =>
    queue(async () => {
      if (pglite.isInTransaction()) return undefined
      await pglite.exec("reset role")
      try {
        return await work()
      } finally {
        if (role !== undefined) await pglite.exec(setRole(role))
      }
    })

  return {
    connection: {
      username: "postgres",
      database: "postgres",
      // Never read: the session asks for none.
      password: Redacted.make(""),
      stream: () => new EmbeddedSession(backend())
    },
    tend: async () => {
      if (written === 0) return
      // With nobody to checkpoint, the log would grow until the end and be read again whole after a kill.
      await asSuperuser(() => {
        written = 0
        return pglite.exec("checkpoint")
      })
      const grown = await asSuperuser(() => pglite.query<{ name: string }>(grownTables))
      // One at a time, so that others get their turn between; a table may be gone when it is its turn.
      for (const { name } of grown?.rows ?? [])
        await asSuperuser(() => pglite.exec(`vacuum (analyze) ${name}`)).catch(() => {})
    },
    close: () => queue(() => pglite.close())
  }
}

const setRole = (role: string) => `set role "${role.replaceAll('"', '""')}"`

/** One after another; a failure is its own caller's only. */
const makeQueue = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <A>(work: () => Promise<A>): Promise<A> => {
    const mine = last.then(work, work)
    last = mine.catch(() => {})
    return mine
  }
}
