import * as Effect from "effect/Effect"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { Partition, StoppedActor, StoredJob } from "../../../eventstore/log/stored-rows.ts"
import { counted, timeOf } from "../terminal.ts"
import { type Finding, ok, worthKnowing, wrong } from "./finding.ts"

/** Jobs that are counted at most. */
const countedMax = 2000
const clockApartWorthKnowingMs = 2000
const clockApartWrongMs = 5 * 60_000

/** What the event store says of clock, companies, owners and jobs, and its partitions. */
export const examineStore = Effect.gen(function* () {
  const store = yield* EventStore
  const clock = yield* examineClock
  const partitions = yield* store.partitions()
  const failed = yield* store.listJobs(null, "failed", countedMax)
  const unknown = yield* store.listJobs(null, "unknown", countedMax)
  const stopped = yield* store.listStopped(null, null, countedMax)
  const findings = [
    clock,
    companiesOf(partitions),
    ownersOf(partitions),
    deadLetters(failed),
    stoppedActors(stopped),
    ...(unknown.length === 0
      ? []
      : [
          worthKnowing(
            "in doubt",
            `${most(unknown)} whose end nobody knows`,
            "`centurion jobs list --state unknown`"
          )
        ])
  ]
  return { findings, partitions }
}).pipe(
  Effect.catch((error) =>
    Effect.succeed({
      findings: [wrong("store", error.message, "see the lines above")] as ReadonlyArray<Finding>,
      partitions: [] as ReadonlyArray<Partition>
    })
  )
)

const examineClock = Effect.gen(function* () {
  const store = yield* EventStore
  const asked = Date.now()
  const database = yield* store.now
  const answered = Date.now()
  // Somewhere between the two: only what lies outside is a difference for certain.
  const apart = Math.max(0, asked - database, database - answered)
  const words =
    apart === 0 ? "no difference to the database's" : `${Math.round(apart)} ms from the database's`
  if (apart < clockApartWorthKnowingMs) return ok("clock", words)
  return apart < clockApartWrongMs
    ? worthKnowing("clock", words, "the engine goes by the database's clock; set this one right all the same")
    : wrong("clock", words, "set the clocks right: let both machines ask a time server")
})

const companiesOf = (partitions: ReadonlyArray<Partition>): Finding => {
  const companies = new Set(partitions.map(({ company }) => company))
  const events = partitions.reduce((sum, { position }) => sum + position, 0)
  return companies.size === 0
    ? worthKnowing("companies", "none yet", "`centurion start` makes those of the company files")
    : ok(
        "companies",
        `${[...companies].slice(0, 20).join(", ")}; ${counted(partitions.length, "partition")}, ${counted(events, "event")}`
      )
}

const ownersOf = (partitions: ReadonlyArray<Partition>): Finding => {
  const alive = new Map<string, number>()
  for (const { owner, alive: lives } of partitions) {
    if (owner !== null && lives) alive.set(owner, (alive.get(owner) ?? 0) + 1)
  }
  const owned = [...alive].map(([owner, count]) => `${owner} (${counted(count, "partition")})`).join(", ")
  const orphans = partitions.length - [...alive.values()].reduce((sum, count) => sum + count, 0)
  if (alive.size === 0) return worthKnowing("owners", "no engine runs", "`centurion start`")
  return orphans === 0
    ? ok("owners", owned)
    : worthKnowing(
        "owners",
        `${owned}; ${counted(orphans, "partition")} without`,
        "they are taken within seconds"
      )
}

const most = (jobs: ReadonlyArray<StoredJob>) =>
  `${jobs.length === countedMax ? "more than " : ""}${counted(jobs.length, "job")}`

const deadLetters = (failed: ReadonlyArray<StoredJob>): Finding => {
  const [newest] = failed
  return newest === undefined
    ? ok("dead letters", "none")
    : worthKnowing(
        "dead letters",
        `${most(failed)}, the newest of ${timeOf(newest.askedAt)}: ${newest.name}, ${newest.reason ?? "no reason"}`,
        "`centurion jobs list --state failed`, then retry or drop"
      )
}

const stoppedActors = (stopped: ReadonlyArray<StoppedActor>): Finding => {
  const [newest] = stopped
  if (newest === undefined) return ok("actors", "all go on")
  const inError = stopped.filter(({ status }) => status === "error").length
  const counts = [
    ...(inError === 0 ? [] : [`${counted(inError, "actor")} in error`]),
    ...(stopped.length === inError ? [] : [`${counted(stopped.length - inError, "actor")} parked`])
  ].join(", ")
  const more = stopped.length === countedMax ? " at least" : ""
  return worthKnowing(
    "actors",
    `${counts}${more}, the last ${newest.company}/${newest.stream} at ${timeOf(newest.since)}: ${newest.reason}`,
    "`centurion actors list`"
  )
}
