import { parseArgs } from "node:util"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { makeScratchDatabase } from "../../../bench/scratch-database.ts"
import { Database } from "../../../eventstore/database/database.ts"
import { migrate } from "../../../eventstore/database/migrate.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { SealStore } from "../../../eventstore/proof/seal-store.ts"
import { openEmbeddedPostgres } from "../../../src/pglite/embedded-postgres.ts"
import { PartitionOwner } from "../owner.ts"
import { buildSealedHistory, newFolder, type SealedStore } from "../sealed-history.ts"
import { allChanges } from "./all-changes.ts"
import { Chance } from "./chance.ts"
import { type Attempt, tamper } from "./tamper-world.ts"

const help = `npm run tamper -- [--changes n] [--seed n] [--json]

Builds a sealed and anchored history, and changes it in random ways as someone could who has every right in the
database but neither the signing key nor the anchors: bytes, rows, order, tails, streams, partitions, seals, anchors,
also with all hashes made to fit. \`verify\` must name the place of each. On the Postgres of DATABASE_URL, in a database
of its own; without one on the embedded database.

  --changes   how many (default 1000)
  --seed      the same number makes the same changes (default 1)
  --json      one JSON object as the result

Exit code 0 when every change was found; 1 when one was not; 2 when it can't begin.
`

/** A database of its own until `drop`. */
const openDatabase = async (): Promise<{ connection: PgConnection.Config; drop: () => Promise<void> }> => {
  const url = process.env.DATABASE_URL ?? ""
  if (url !== "") {
    const scratch = await makeScratchDatabase(url)
    return { connection: { url: Redacted.make(scratch.adminUrl) }, drop: scratch.drop }
  }
  const { folder, remove } = newFolder()
  const postgres = await openEmbeddedPostgres(folder)
  await Effect.runPromise(migrate(postgres.connection))
  return { connection: postgres.connection, drop: () => postgres.close().then(remove) }
}

/** Builds the history by the services of the store, and lets go of the database: an embedded one has one session. */
const build = async (connection: PgConnection.Config, anchors: string) => {
  const runtime = ManagedRuntime.make(
    Layer.mergeAll(EventStore.layer, SealStore.layer).pipe(
      Layer.provideMerge(Layer.orDie(Database.layer({ connection, connectionsMax: 1, embedded: false })))
    )
  )
  const store: SealedStore = {
    run: (effect) => runtime.runPromise(effect),
    own: (company, partitions) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const events = yield* EventStore
          yield* events.createCompany(company, partitions)
          const claimed = yield* events.claim("tamper", 600_000, 1000)
          return claimed.filter((each) => each.company === company).map((each) => new PartitionOwner(each))
        })
      )
  }
  await buildSealedHistory(store, anchors)
  await runtime.dispose()
}

const table = (attempts: ReadonlyArray<Attempt>): string =>
  [...Map.groupBy(attempts, ({ change }) => change)]
    .map(([change, tries]) => {
      const found = tries.filter((each) => each.found).length
      return `${String(found).padStart(5)} of ${String(tries.length).padStart(4)} found  ${change}`
    })
    .join("\n")

const run = async (changes: number, seed: number, json: boolean): Promise<void> => {
  const began = performance.now()
  const anchors = newFolder()
  const database = await openDatabase()
  const attempts: Array<Attempt> = []
  const told = (attempt: Attempt) => {
    attempts.push(attempt)
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${attempts.length} of ${changes} changes`)
  }
  try {
    await build(database.connection, anchors.folder)
    await tamper(database.connection, anchors.folder, allChanges, new Chance(seed), changes, told)
  } finally {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K")
    await database.drop()
    anchors.remove()
  }
  const unseen = attempts.filter(({ found }) => !found)
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1))
  if (json)
    process.stdout.write(
      `${JSON.stringify({ changes, found: changes - unseen.length, seed, seconds, unseen })}\n`
    )
  else {
    const misses = unseen.map((each) => `NOT FOUND: ${JSON.stringify(each)}\n`).join("")
    process.stdout.write(
      `${table(attempts)}\n${misses}${changes - unseen.length} of ${changes} found, seed ${seed}, ${seconds} s\n`
    )
  }
  process.exitCode = unseen.length === 0 ? 0 : 1
}

const { values } = parseArgs({
  options: {
    changes: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false }
  }
})
const [changes, seed] = [Number(values.changes), Number(values.seed)]
if (values.help) process.stdout.write(help)
else if (!Number.isSafeInteger(changes) || changes < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write(help)
  process.exitCode = 2
} else await run(changes, seed, values.json)
