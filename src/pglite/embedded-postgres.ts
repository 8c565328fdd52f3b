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
  const sessions = new Sessions(await PGlite.create(directory, { extensions: { vector } }))
  return {
    connection: {
      username: "postgres",
      database: "postgres",
      // Never read: the session asks for none.
      password: Redacted.make(""),
      stream: () => new EmbeddedSession(sessions.open())
    },
    tend: () => sessions.tend(),
    close: () => sessions.close()
  }
}

/** The sessions of one database, one after another. */
class Sessions {
  private readonly pglite: PGlite
  private readonly queue = makeQueue()
  private last = Promise.resolve()
  private role: string | undefined
  private written = 0

  constructor(pglite: PGlite) {
    this.pglite = pglite
  }

  open(): EmbeddedBackend {
    const { pglite, queue } = this
    let release = () => {}
    return {
      open: async () => {
        const before = this.last
        this.last = new Promise((resolve) => {
          release = resolve
        })
        await before
        this.role = undefined
        await queue(() => pglite.exec("discard all"))
      },
      exec: (messages, answer) => {
        this.written += messages.length
        return queue(() => pglite.execProtocolRawStream(messages, { onRawData: answer }))
      },
      setRole: async (name) => {
        this.role = name
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

  async tend(): Promise<void> {
    if (this.written === 0) return
    // With nobody to checkpoint, the log would grow until the end and be read again whole after a kill.
    await this.asSuperuser(() => {
      this.written = 0
      return this.pglite.exec("checkpoint")
    })
    const grown = await this.asSuperuser(() => this.pglite.query<{ name: string }>(grownTables))
    // One at a time, so that others get their turn between; a table may be gone when it is its turn.
    for (const { name } of grown?.rows ?? [])
      await this.asSuperuser(() => this.pglite.exec(`vacuum (analyze) ${name}`)).catch(() => {})
  }

  close(): Promise<void> {
    return this.queue(() => this.pglite.close())
  }

  /** Between two transactions; within one, it is left to the next time. */
  private asSuperuser<A>(work: () => Promise<A>): Promise<A | undefined> {
    return this.queue(async () => {
      if (this.pglite.isInTransaction()) return undefined
      await this.pglite.exec("reset role")
      try {
        return await work()
      } finally {
        if (this.role !== undefined) await this.pglite.exec(setRole(this.role))
      }
    })
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
