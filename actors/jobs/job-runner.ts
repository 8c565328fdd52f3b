import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { Turns } from "../../eventstore/database/turns.ts"
import type { Places } from "../../eventstore/log/event-store.ts"
import type { OpenedJob } from "../../eventstore/log/history.ts"
import { pollLoop, Wake } from "../poll-loop.ts"
import { attemptUntilDone, type Job, type JobPorts, jobKey } from "./job-attempts.ts"

/** Where it broke, and not what was said: that may hold personal data. */
const brokenBy = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (!(error instanceof Error)) return "a defect"
  const { name, message, stack = "" } = error
  const frame = stack.slice(stack.indexOf(message) + message.length).split("\n")[1]
  return frame === undefined ? name : `${name} ${frame.trim()}`
}

const lookEveryMs = 1000
const readMax = 1000
/** Jobs in memory, running or waiting for their turn; the rest stays in the database until there is room. */
const inMemoryMax = 10_000
/** Of each company there is room for so many, whatever the others have. */
const inMemoryEach = 500
/** Of what runs at once, each company's way to one service has such a part for itself. */
const ownPart = 8

interface Running {
  readonly job: Job
  fiber: Fiber.Fiber<void> | undefined
  /** It may be broken off: nothing of it is on its way out. */
  safe: boolean
}

/** Runs jobs, each in a fiber of its own: those just asked for, and those that the database knows of. */
export class JobRunner {
  private readonly ports: JobPorts
  private readonly jobs = new Map<string, Running>()
  /** Jobs that ended since the last look began: what it reads may be older than their end, and they would run twice. */
  private readonly ended = new Set<string>()
  /** Streams erased since then, for the same reason. */
  private readonly forgotten = new Set<string>()
  private readonly turns: Turns
  /** How many of `jobs` are each company's. */
  private readonly held = new Map<string, number>()
  private readonly wake = new Wake()

  constructor(ports: JobPorts) {
    this.ports = ports
    const all = ports.limits.jobConcurrency
    this.turns = new Turns({ all, each: Math.max(1, Math.floor(all / ownPart)) })
  }

  get running(): number {
    return this.jobs.size
  }

  start(job: Job): void {
    const key = jobKey(job.company, job.stream, job.job)
    const held = this.held.get(job.company) ?? 0
    const isRoom = this.jobs.size < inMemoryMax || held < inMemoryEach
    if (this.jobs.has(key) || !isRoom || this.ports.isErasing(job)) return
    const running: Running = { job, safe: true, fiber: undefined }
    this.jobs.set(key, running)
    this.held.set(job.company, held + 1)
    const attempts = attemptUntilDone(this.ports, this.turns, job, (safe) => {
      running.safe = safe
    })
    running.fiber = this.ports.fork(
      Effect.onExit(attempts, (exit) => Effect.sync(() => this.exited(key, running, exit)))
    )
  }

  cancel(company: string, stream: string, job: string): void {
    const running = this.jobs.get(jobKey(company, stream, job))
    // A send that may be on its way is left to end by itself; nobody waits for its result any more.
    if (running?.safe) this.interruptWhere((each) => each === running.job)
  }

  forget(company: string, partition: number): void {
    this.interruptWhere((job) => job.company === company && job.partition === partition)
  }

  /** Ends the jobs of an actor whose person is erased, also what nobody waits for. */
  forgetStream(company: string, stream: string): void {
    this.forgotten.add(`${company}/${stream}`)
    this.interruptWhere((job) => job.company === company && job.stream === stream)
  }

  lookNow(): void {
    this.wake.now()
  }

  /** Finds jobs that a dead owner left, that were retried by hand, or that did not fit into memory. */
  get run(): Effect.Effect<never> {
    const { clock } = this.ports
    const pause = () => clock.sleepUntil(clock.now() + lookEveryMs)
    return pollLoop({ look: this.look, pause, wake: this.wake })
  }

  readonly stop = Effect.suspend(() =>
    Effect.forEach([...this.jobs.values()], ({ fiber }) => Fiber.interrupt(fiber!), {
      discard: true,
      concurrency: "unbounded"
    })
  )

  private exited(key: string, running: Running, exit: Exit.Exit<void>) {
    if (this.jobs.get(key) === running) this.end(key, running.job)
    if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit))
      this.ports.log(`job ${key} broke off: ${brokenBy(exit.cause)}`)
  }

  private end(key: string, { company }: Job) {
    this.jobs.delete(key)
    const held = this.held.get(company)! - 1
    if (held === 0) this.held.delete(company)
    else this.held.set(company, held)
    this.ended.add(key)
  }

  private interruptWhere(which: (job: Job) => boolean) {
    for (const [key, { job, fiber }] of this.jobs) {
      if (!which(job)) continue
      this.end(key, job)
      this.ports.fork(Fiber.interrupt(fiber!))
    }
  }

  private readonly look = Effect.gen({ self: this }, function* (this: JobRunner) {
    const ours = this.ports.places()
    if (ours.companies.length === 0) return
    this.ended.clear()
    this.forgotten.clear()
    const found = yield* Effect.result(this.due(ours))
    if (found._tag === "Failure") return
    for (const stored of found.success) {
      if (this.ended.has(jobKey(stored.company, stored.stream, stored.job))) continue
      if (this.forgotten.has(`${stored.company}/${stored.stream}`)) continue
      // Its person is being erased, or its master key is not here: it stays where it is.
      if (stored.input !== undefined) this.start(jobOf(stored, stored.input))
    }
  })

  /** The oldest; where those of one company could fill the page, the oldest of each. */
  private readonly due = Effect.fnUntraced({ self: this }, function* (this: JobRunner, ours: Places) {
    const { history, clock } = this.ports
    const now = clock.now()
    const oldest = yield* history.dueJobs(ours, now, readMax)
    if (oldest.length < readMax) return oldest
    const ofEach = yield* Effect.forEach(new Set(ours.companies), (company) =>
      history.dueJobs(onlyOf(ours, company), now, inMemoryEach)
    )
    return ofEach.flat()
  })
}

/** The partitions of one company. */
const onlyOf = ({ companies, partitions }: Places, company: string): Places => {
  const which = companies.flatMap((each, n) => (each === company ? [n] : []))
  return { companies: which.map(() => company), partitions: which.map((n) => partitions[n]!) }
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
