import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Address, addressOf, formatAddress, parseAddress, streamOf } from "../../../actors/address.ts"
import type { JobState } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History, type OpenedJob } from "../../../eventstore/log/history.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { canAsk, counted, note, plain, print, printJson, printTable, timeOf } from "../terminal.ts"
import { confirm } from "./confirm.ts"

/** One job of an actor. */
export interface JobAsked {
  readonly address: string
  readonly job: string
  readonly json: boolean
}

export interface JobsAsked {
  readonly state: Option.Option<JobState>
  readonly company: Option.Option<string>
  readonly limit: number
  readonly json: boolean
}

/** Jobs that are looked through for one of them. */
const lookedThroughMax = 2000

/** Prints the jobs that are not done, the newest first. */
export const listJobs = Effect.fnUntraced(function* ({ state, company, limit, json }: JobsAsked) {
  if (limit < 1) return yield* wrongUse("--limit is 1 or more")
  const jobs = yield* withStore(
    Effect.gen(function* () {
      const history = yield* History
      if (Option.isSome(company)) yield* partitionsOf(company.value)
      return yield* history.listJobs(Option.getOrNull(company), Option.getOrNull(state), limit)
    })
  )
  if (json) return yield* Effect.forEach(jobs, (job) => printJson(asJson(job)), { discard: true })
  if (jobs.length === 0) return yield* print("no jobs")
  yield* printTable([heading, ...jobs.map(rowOf)])
  if (jobs.length === limit) yield* note(`${counted(limit, "job")} shown; --limit shows more`)
})

const heading = ["STATE", "ACTOR", "JOB", "NAME", "TRIES", "ASKED", "DUE", "WHY"]

const rowOf = (job: OpenedJob): ReadonlyArray<string> => [
  job.state,
  addressIn(job),
  plain(job.job),
  plain(job.name),
  String(job.attempts),
  timeOf(job.askedAt),
  job.state === "failed" ? "" : timeOf(job.dueAt),
  plain([job.reason, job.message].filter((each) => each !== null).join(": "))
]

const addressIn = ({ company, stream }: OpenedJob) => plain(formatAddress(addressOf(company, stream)))

const timeOrNull = (ms: number | null) => (ms === null ? null : timeOf(ms))

const asJson = ({ key: _, ...job }: OpenedJob) => ({
  address: formatAddress(addressOf(job.company, job.stream)),
  ...job,
  input: job.input === undefined ? "[sealed]" : (JSON.parse(job.input) as unknown),
  askedAt: timeOf(job.askedAt),
  firstAttemptAt: timeOrNull(job.firstAttemptAt),
  dueAt: timeOf(job.dueAt)
})

/** Prints one job with its input. */
export const showJob = Effect.fnUntraced(function* ({ address: text, job: id, json }: JobAsked) {
  const address = yield* parseAddress(text)
  const job = yield* withStore(findJob(address, id))
  if (json) return yield* printJson(asJson(job))
  const { input, ...rest } = asJson(job)
  const lines = Object.entries(rest).map(
    ([name, value]) => `${name.padEnd(15)}${value === null ? "" : plain(String(value))}`
  )
  yield* print(
    [...lines, "input", JSON.stringify(input, undefined, 2).split("\n").map(plain).join("\n")].join("\n")
  )
})

/** Puts a dead letter back to work. */
export const retryJob = Effect.fnUntraced(function* ({ address: text, job, json }: JobAsked) {
  const address = yield* parseAddress(text)
  yield* withStore(
    Effect.gen(function* () {
      const store = yield* EventStore
      if (yield* store.retryJob(address.company, streamOf(address), job)) return
      yield* notDeadLetter(address, job)
    })
  )
  const words = `${job} of ${formatAddress(address)} is back to work`
  yield* json ? printJson({ address: formatAddress(address), job, retried: true }) : print(words)
})

/** Takes a dead letter away, after a yes. */
export const dropJob = Effect.fnUntraced(function* ({
  address: text,
  job,
  yes,
  json
}: JobAsked & { readonly yes: boolean }) {
  const address = yield* parseAddress(text)
  const dropped = yield* withStore(
    Effect.gen(function* () {
      const store = yield* EventStore
      const found = yield* findJob(address, job)
      if (found.state !== "failed") return yield* notDeadLetter(address, job)
      if (!yes && !(yield* askFirst(found))) return false
      if (yield* store.dropJob(address.company, streamOf(address), job)) return true
      return yield* notDeadLetter(address, job)
    })
  )
  const words = dropped ? `${job} of ${formatAddress(address)} is gone` : "nothing was dropped"
  yield* json ? printJson({ address: formatAddress(address), job, dropped }) : print(words)
})

const askFirst = Effect.fnUntraced(function* (job: OpenedJob) {
  if (!(yield* canAsk))
    return yield* wrongUse("drop asks first, and there is no terminal to ask on: add --yes")
  return yield* confirm(`Drop ${plain(job.name)} (${plain(job.job)}) of ${addressIn(job)} for good? [y/N] `)
})

const findJob = Effect.fnUntraced(function* (address: Address, id: string) {
  const history = yield* History
  const stream = streamOf(address)
  const jobs = yield* history.listJobs(address.company, null, lookedThroughMax)
  const found = jobs.find((each) => each.stream === stream && each.job === id)
  if (found !== undefined) return found
  yield* partitionsOf(address.company)
  const others = jobs.filter((each) => each.stream === stream).map((each) => each.job)
  return yield* failed(
    "UnknownJob",
    `${formatAddress(address)} has no open job ${id}; ${others.length === 0 ? "it has none" : `it has ${others.join(", ")}`}`
  )
})

const notDeadLetter = Effect.fnUntraced(function* (address: Address, id: string) {
  const { state } = yield* findJob(address, id)
  return yield* failed(
    "NotDeadLetter",
    `${id} of ${formatAddress(address)} is ${state}; only failed jobs are dead letters`
  )
})
