import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { Projections } from "../../../projections/engine/projections.ts"
import { projectionsLayer } from "../../../projections/engine/projections-layer.ts"
import { makeTemplate } from "../../../projections/engine/template.ts"
import { analystViews, readModels } from "../../../projections/index.ts"
import { postgres, type TestDatabase } from "../../databases.ts"
import { PartitionOwner } from "../../eventstore/owner.ts"
import { Writer } from "./writers.ts"

const company = "acme"
const writersCount = 8
const catchUpMs = 60_000
const everyLook = Schedule.spaced(20)

/** What came of it. */
export interface ProjectionProof {
  readonly kills: number
  readonly events: number
  readonly readModels: number
  readonly rows: number
  /** Rounds after which a read model built anew was not the live one, as `leads after kill 3`. */
  readonly differing: ReadonlyArray<string>
  readonly parked: number
}

/** The same numbers for the same seed. */
const randomOf = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}

/**
 * Eight writers append while a process that follows them is killed again and again; other transactions stay open for
 * long, or are refused. After each kill all that was written is waited for, and one read model in turn is built anew
 * and compared with the live one; after the last kill, all of them.
 */
export const proveProjections = async (
  kills: number,
  seed: number,
  told: (kill: number) => void = () => {}
): Promise<ProjectionProof> => {
  const database = await postgres.make()
  const stores = ManagedRuntime.make(database.layer)
  let follower: ChildProcess | undefined
  try {
    await Effect.runPromise(makeTemplate(database.connection, readModels, analystViews))
    const store = await stores.runPromise(EventStore)
    const random = randomOf(seed)
    const writers = await claimWriters(store, random)
    const differing: Array<string> = []
    for (let kill = 1; kill <= kills; kill++) {
      follower = await startFollower(database)
      const long = stayOpen(database, random)
      const until = performance.now() + 200 + random() * 600
      await Promise.all(
        writers.map(async (writer) => {
          while (performance.now() < until) await writer.write(store)
        })
      )
      follower.kill("SIGKILL")
      await once(follower, "exit")
      follower = undefined
      await long
      const names = readModels.map(({ name }) => name)
      const compared = kill === kills ? names : [names[kill % names.length]!]
      differing.push(
        ...(await compare(database, writers, compared)).map((name) => `${name} after kill ${kill}`)
      )
      told(kill)
    }
    const [rows] = await database.admin(
      `select coalesce(sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', schemaname, tablename), false, true, '')))[1]::text::int), 0)::int
         from pg_tables where schemaname = 'c_acme'`
    )
    const [parked] = await database.admin("select count(*)::int from core.parked")
    return {
      kills,
      events: writers.reduce((sum, { written }) => sum + written, 0),
      readModels: readModels.length,
      rows: Number(rows![0]),
      differing,
      parked: Number(parked![0])
    }
  } finally {
    follower?.kill("SIGKILL")
    await stores.dispose()
    await database.drop()
  }
}

const claimWriters = async (store: EventStore["Service"], random: () => number) => {
  await Effect.runPromise(store.createCompany(company, writersCount))
  const claimed = await Effect.runPromise(store.claim("the-writers", 3_600_000, writersCount))
  return claimed.map((each) => new Writer(new PartitionOwner(each), random))
}

const startFollower = async ({ env }: TestDatabase): Promise<ChildProcess> => {
  const child = fork(join(import.meta.dirname, "follower.ts"), {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"]
  })
  await once(child, "message")
  return child
}

/** A transaction that has seen the company's rows, and goes on for a while. */
const stayOpen = ({ admin }: TestDatabase, random: () => number) =>
  admin("select count(*), pg_sleep($1::float8) from es.event", [random()])

/** Waits until all is shown, builds these anew, and compares; gives those that differ. */
const compare = async (
  database: TestDatabase,
  writers: ReadonlyArray<Writer>,
  names: ReadonlyArray<string>
) => {
  const following = projectionsLayer({
    models: readModels,
    upcastersOf: () => undefined,
    owner: undefined,
    onCommit: () => Effect.succeed(() => {})
  })
  const runtime = ManagedRuntime.make(
    Layer.provide(following, Layer.merge(database.layer, Layer.succeed(References.MinimumLogLevel, "Error")))
  )
  try {
    const projections = await runtime.runPromise(Projections)
    for (const { owner } of writers) {
      const isShown = await runtime.runPromise(
        projections.waitFor(company, owner.partition, owner.position, catchUpMs)
      )
      if (!isShown) throw new Error(`partition ${owner.partition} is not shown up to ${owner.position}`)
    }
    const live = await hashes(database, names)
    for (const name of names) await runtime.runPromise(projections.rebuild(company, name))
    await runtime.runPromise(
      Effect.flatMap(projections.lags(company), (lags) =>
        lags.some(({ state }) => state === "building") ? Effect.fail("building") : Effect.void
      ).pipe(Effect.retry({ schedule: everyLook, times: 6000 }))
    )
    const rebuilt = await hashes(database, names)
    return names.filter((_, index) => live[index] !== rebuilt[index])
  } finally {
    await runtime.dispose()
  }
}

/** One hash over a table's rows in the order of their text. */
const hashes = (database: TestDatabase, names: ReadonlyArray<string>) =>
  Promise.all(
    names.map(async (name) => {
      const [row] = await database.admin(
        `select md5(coalesce(string_agg(t::text, e'\\n' order by t::text collate "C"), '')) from c_acme."${name}" t`
      )
      return String(row![0])
    })
  )
