import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Row, withAdminConnection } from "../../../../eventstore/database/database.ts"
import { Batch } from "../../../../eventstore/log/batch.ts"
import { makeTemplate } from "../../../../projections/engine/template.ts"
import { analystViews, readModels } from "../../../../projections/index.ts"
import { PartitionOwner, type Said } from "../../../eventstore/owner.ts"
import type { CliDatabase, CliDatabaseKind } from "./cli-database.ts"
import { type Ran, runCli, startCli } from "./run-cli.ts"

export const noon = Date.UTC(2026, 0, 5, 12)
const minute = 60_000

/** Events of one lead as the machine emits them; all have its state, its score and what it answered. */
export const leadEvents = (
  id: string,
  at: number,
  { score, said, why }: { readonly score: number; readonly said: string; readonly why?: string }
): ReadonlyArray<readonly [string, Said]> => {
  const stream = `lead/${id}`
  const emitted = (type: string, data: object, after: number) =>
    [stream, { type, kind: "emitted", data: data as never, recordedAt: at + after }] as const
  const criteria = [{ name: "need", weight: 100 }]
  return [
    [
      stream,
      {
        type: "ActorStarted",
        data: { machine: "lead", input: { leadId: id, source: "form", criteria, threshold: 70 } } as never,
        recordedAt: at
      }
    ],
    emitted("LeadAnswered", { criterion: "need", value: said, said, conversationId: id }, minute),
    emitted("LeadScored", { score, threshold: 70, met: [], unmet: [], open: [] }, 2 * minute),
    ...(why === undefined ? [] : [emitted("LeadDisqualified", { by: "person:ana", reason: why }, 3 * minute)])
  ]
}

/** A database with two companies that have the same ids, and no server. */
export interface ReadWorld extends Pick<CliDatabase, "env" | "drop"> {
  /** Appends to the company's one partition. */
  readonly write: (company: string, ...said: ReadonlyArray<readonly [string, Said]>) => Promise<void>
  readonly run: (...args: ReadonlyArray<string>) => Promise<Ran>
  /** The same with something on standard input. */
  readonly runWith: (input: string, ...args: ReadonlyArray<string>) => Promise<Ran>
  readonly admin: CliDatabase["admin"]
  /** Asks Postgres as its administrator. */
  readonly ask: (sql: string, params?: ReadonlyArray<unknown>) => Promise<ReadonlyArray<Row>>
}

/** Makes it, with the read models built by the command. */
export const makeReadWorld = async (kind: CliDatabaseKind): Promise<ReadWorld> => {
  const database = await kind.make()
  const owners = new Map<string, PartitionOwner>()
  const adminUrl = database.env.DATABASE_ADMIN_URL
  const env = { ...database.env, CENTURION_MASTER_KEY: Buffer.alloc(32, 7).toString("base64") }
  const run: ReadWorld["run"] = (...args) => runCli(args, env)
  const write: ReadWorld["write"] = async (company, ...said) => {
    const head = new Uint8Array(32)
    const state = { company, partition: 1, owner: null, alive: false, epoch: 1, position: 0, head }
    const owner = owners.get(company) ?? new PartitionOwner({ ...state, recordedAt: 0 })
    owners.set(company, owner)
    const batch = new Batch()
    owner.write(batch, ...said)
    await database.append(company, [batch])
  }
  if (adminUrl !== undefined) {
    await Effect.runPromise(makeTemplate({ url: Redacted.make(adminUrl) }, readModels, analystViews))
  }
  // In this order: a claim takes the first that is free.
  await write("globex", ...leadEvents("l1", noon, { score: 7, said: "theirs" }))
  await write(
    "acme",
    ...leadEvents("l1", noon, { score: 90, said: "more leads" }),
    ...leadEvents("l2", noon + 60 * minute, { score: 40, said: 'a "quoted", word\nand a line' }),
    ...leadEvents("l3", noon + 120 * minute, { score: 10, said: "nothing", why: "too small" })
  )
  const built = await run("projections", "rebuild", "all")
  if (built.code !== 0) throw new Error(`the read models were not built: ${built.err}`)
  return {
    env,
    write,
    run,
    runWith: async (input, ...args) => {
      const running = startCli(args, env)
      running.stdin.end(input)
      return running.ended
    },
    admin: database.admin,
    ask: (sql, params) =>
      Effect.runPromise(
        withAdminConnection({ url: Redacted.make(adminUrl ?? "") }, (query) => query(sql, params))
      ),
    drop: database.drop
  }
}
