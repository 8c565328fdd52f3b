import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"
import type { OpenedJob } from "../../eventstore/log/history.ts"
import { attemptUntilDone, type Job, type JobPorts, jobKey } from "./job-attempts.ts"

/** Where it broke, and not what was said: that may hold personal data. */
const brokenBy = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (!(error instanceof Error)) return "a defect"
  const { name, message, stack = "" } = error
  const frame = stack.slice(stack.indexOf(message) + message.length).split("\n")[1]
  return frame === undefined ? name : `${name} ${frame.trim()}`
}

/** Runs jobs, each in a fiber of its own: those just asked for, and those that the database knows of. */
export interface JobRunner {
  readonly start: (job: Job) => void
  readonly cancel: (company: string, stream: string, job: string) => void
  readonly forget: (company: string, partition: number) => void
  /** Ends the jobs of an actor whose person is erased, also what nobody waits for. */
  readonly forgetStream: (company: string, stream: string) => void
  readonly lookNow: () => void
  readonly running: () => number
  /** Finds jobs that a dead owner left, that were retried by hand, or that did not fit into memory. */
  readonly run: Effect.Effect<never>
  readonly stop: Effect.Effect<void>
}

const lookEveryMs = 1000
const readMax = 1000
/** Jobs in memory, running or waiting for their turn; the rest stays in the database until there is room. */
const inMemoryMax = 10_000

export const makeJobRunner = (ports: JobPorts): JobRunner => {
  const { clock, fork } = ports
  const jobs = new Map<string, { readonly job: Job; readonly fiber: Fiber.Fiber<void>; safe: boolean }>()
  /** Jobs that ended since the last look began: what it reads may be older than their end, and they would run twice. */
  const ended = new Set<string>()
  /** Streams erased since then, for the same reason. */
  const forgotten = new Set<string>()
  const turns = Semaphore.makeUnsafe(ports.limits.jobConcurrency)
  let wake = () => {}
  const woken = Effect.callback<void>((resume) => {
    wake = () => resume(Effect.void)
  })

  const end = (key: string) => {
    jobs.delete(key)
    ended.add(key)
  }

  const start = (job: Job) => {
    const key = jobKey(job.company, job.stream, job.job)
    if (jobs.has(key) || jobs.size >= inMemoryMax || ports.isErasing(job)) return
    const entry = { job, safe: true, fiber: undefined as unknown as Fiber.Fiber<void> }
    jobs.set(key, entry)
    const attempts = attemptUntilDone(ports, turns, job, (safe) => {
      entry.safe = safe
    })
    entry.fiber = fork(
      attempts.pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (jobs.get(key) === entry) end(key)
            if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit))
              ports.log(`job ${key} broke off: ${brokenBy(exit.cause)}`)
          })
        )
      )
    )
  }

  const look = Effect.gen(function* () {
    const places = ports.places()
    if (places.companies.length === 0) return
    ended.clear()
    forgotten.clear()
    const found = yield* Effect.result(ports.history.dueJobs(places, clock.now(), readMax))
    if (found._tag === "Failure") return
    for (const stored of found.success) {
      if (ended.has(jobKey(stored.company, stored.stream, stored.job))) continue
      if (forgotten.has(`${stored.company}/${stored.stream}`)) continue
      // Its person is being erased, or its master key is not here: it stays where it is.
      if (stored.input !== undefined) start(jobOf(stored, stored.input))
    }
  })

  const interruptWhere = (which: (job: Job) => boolean) => {
    for (const [key, { job, fiber }] of jobs) {
      if (!which(job)) continue
      end(key)
      fork(Fiber.interrupt(fiber))
    }
  }

  return {
    start,
    cancel: (company, stream, job) => {
      const entry = jobs.get(jobKey(company, stream, job))
      // A send that may be on its way is left to end by itself; nobody waits for its result any more.
      if (entry?.safe) interruptWhere((each) => each === entry.job)
    },
    forget: (company, partition) =>
      interruptWhere((job) => job.company === company && job.partition === partition),
    forgetStream: (company, stream) => {
      forgotten.add(`${company}/${stream}`)
      interruptWhere((job) => job.company === company && job.stream === stream)
    },
    lookNow: () => wake(),
    running: () => jobs.size,
    run: Effect.gen(function* () {
      while (true) {
        yield* look
        yield* Effect.raceFirst(clock.sleepUntil(clock.now() + lookEveryMs), woken)
      }
    }),
    stop: Effect.suspend(() =>
      Effect.forEach([...jobs.values()], ({ fiber }) => Fiber.interrupt(fiber), {
        discard: true,
        concurrency: "unbounded"
      })
    )
  }
}

const jobOf = (stored: OpenedJob, input: string): Job => ({
  company: stored.company,
  partition: stored.partition,
  stream: stored.stream,
  job: stored.job,
  name: stored.name,
  child: stored.child ?? undefined,
  input: JSON.parse(input),
  key: stored.key,
  action: undefined,
  state: stored.state,
  attempts: stored.attempts,
  firstAttemptAt: stored.firstAttemptAt ?? undefined,
  lastAttemptAt: stored.attempts > 0 ? stored.dueAt : undefined,
  askedAt: stored.askedAt
})
