import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { Json } from "../../eventstore/database/json.ts"
import { storable } from "../../eventstore/database/storable-text.ts"
import type { Turns } from "../../eventstore/database/turns.ts"
import type { Batch, JobChange, JobState, StreamPosition } from "../../eventstore/log/batch.ts"
import type { Places } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import { encryptIf, type SubjectKey } from "../../eventstore/personal/encrypted-text.ts"
import { jobMessagePlace } from "../../eventstore/personal/open-event.ts"
import { addressOf } from "../address.ts"
import type { EngineClock, Fork } from "../engine/engine-clock.ts"
import type { EngineLimits } from "../engine/engine-limits.ts"
import type { AskedAction } from "../machine/running-machine.ts"
import {
  type Idempotency,
  type JobContext,
  JobFailedForNow,
  type JobHandler,
  type JobRefused
} from "./job-handler.ts"

/** A job in this process's hands. */
export interface Job extends StreamPosition {
  readonly job: string
  readonly name: string
  /** Set when the machine waits for the result. */
  readonly child: string | undefined
  readonly input: Json
  /** What its row is sealed with; undefined when that is clear. */
  readonly key: SubjectKey | undefined
  /** The machine's own function, when the job was asked for by this process. */
  readonly action: AskedAction | undefined
  state: JobState
  attempts: number
  firstAttemptAt: number | undefined
  /** Epoch ms; after a restart never earlier than it was. */
  lastAttemptAt: number | undefined
  /** Epoch ms. */
  readonly askedAt: number
}

/** What the runner needs of the engine around it. */
export interface JobPorts {
  readonly history: History["Service"]
  readonly clock: EngineClock["Service"]
  readonly fork: Fork
  readonly limits: EngineLimits
  /** The code for this job; undefined when nobody has any. */
  readonly handlerOf: (job: Job) => Effect.Effect<JobHandler | undefined>
  /** Writes into the partition's next commit; false when the partition is not ours any more. */
  readonly note: (place: StreamPosition, write: (batch: Batch) => void) => Effect.Effect<boolean>
  /** Delivers the result, and comes back when it is stored or nobody's business any more; else says why it can't be. */
  readonly ended: (
    job: Job,
    type: "JobSucceeded" | "JobFailed",
    result: { readonly [key: string]: Json }
  ) => Effect.Effect<string | undefined>
  /** Whether the machine has an answer to this job's failure in its present state. */
  readonly expectsFailure: (job: Job) => Effect.Effect<boolean>
  readonly places: () => Places
  readonly holdsLease: () => boolean
  /** Its person is about to be erased: nothing new is begun for them. */
  readonly isErasing: (place: StreamPosition) => boolean
  readonly log: (message: string) => void
}

/** `acme/conversation/7f3#12.0`: unique over all companies, and the same in every attempt. */
export const jobKey = (company: string, stream: string, job: string): string => `${company}/${stream}#${job}`

type Failure = JobRefused | JobFailedForNow

/** Attempts, doubts and pauses, until the job is done, has failed for good, or is nobody's business any more. */
export const attemptUntilDone = Effect.fnUntraced(function* (
  ports: JobPorts,
  turns: Turns,
  job: Job,
  interruptible: (safe: boolean) => void
) {
  const handler = yield* ports.handlerOf(job)
  if (handler === undefined) {
    return yield* deadLetter(
      ports,
      job,
      "noHandler",
      `no handler is called ${job.name}, and its machine brings none`
    )
  }
  const idempotency =
    typeof handler.idempotency === "function" ? handler.idempotency(job.input) : handler.idempotency
  const retriesMax = handler.retriesMax ?? ports.limits.jobRetriesMax
  /** Of a job that is safely tried again: one of its attempts may have arrived, whatever comes of the later ones. */
  let mayHaveArrived = idempotency === "key" && (job.state === "attempting" || job.state === "unknown")
  while (true) {
    if (job.state === "attempting" || job.state === "unknown") {
      const doubt = yield* resolveDoubt(ports, job, handler, idempotency)
      if (doubt._tag === "happened") return yield* succeed(ports, job, doubt.output)
      if (doubt._tag === "inDoubt") return yield* fail(ports, job, "inDoubt", doubt.message)
    }
    const attempt = oneAttempt(ports, job, handler, idempotency, interruptible)
    const exit = yield* turns.take(turnsOf(job, handler), attempt)
    if (exit === "lost") return
    if (Exit.isSuccess(exit)) return yield* succeed(ports, job, exit.value)
    const failure = failureOf(exit)
    if (failure._tag === "JobRefused") return yield* giveUp(ports, job, failure, mayHaveArrived)
    if (failure.happened === "unknown" && idempotency !== "safe" && idempotency !== "key") {
      job.state = "unknown"
      if (!(yield* change(ports, job, ports.clock.now(), failure))) return
      continue
    }
    mayHaveArrived ||= failure.happened === "unknown" && idempotency === "key"
    if (job.attempts > retriesMax) return yield* giveUp(ports, job, failure, mayHaveArrived)
    const dueAt = ports.clock.now() + (failure.retryAfterMs ?? backoffMs(ports.limits, job.attempts))
    job.state = mayHaveArrived ? "unknown" : "pending"
    if (!(yield* change(ports, job, dueAt, failure))) return
    yield* ports.clock.sleepUntil(dueAt)
  }
})

/** What hangs is a company's way to one outside service: it holds up none of another's, nor another way of its own. */
const turnsOf = ({ company, name, input }: Job, { service }: JobHandler): string =>
  JSON.stringify([company, name, service?.(input)])

const backoffMs = (limits: EngineLimits, attempts: number) =>
  Math.min(limits.jobBackoffMs * 2 ** (attempts - 1), limits.jobBackoffMaxMs)

const contextOf = (ports: JobPorts, job: Job): JobContext => ({
  address: addressOf(job.company, job.stream),
  name: job.name,
  key: jobKey(job.company, job.stream, job.job),
  attempt: job.attempts,
  at: job.lastAttemptAt ?? ports.clock.now(),
  firstAttemptAt: job.firstAttemptAt ?? ports.clock.now(),
  now: ports.clock.now(),
  mayAct: ports.holdsLease
})

/** The attempt is committed before anything goes out, so that a crash leaves a trace of it. */
const oneAttempt = Effect.fnUntraced(function* (
  ports: JobPorts,
  job: Job,
  handler: JobHandler,
  idempotency: Idempotency,
  interruptible: (safe: boolean) => void
) {
  job.attempts++
  job.lastAttemptAt = ports.clock.now()
  job.firstAttemptAt ??= job.lastAttemptAt
  if (handler.notesAttempts ?? idempotency !== "safe") {
    job.state = "attempting"
    const written = yield* change(ports, job, ports.clock.now(), undefined)
    // Frozen between the commit and the send, we may wake up with another owner already asking for our receipt.
    if (!written || !ports.holdsLease()) return "lost" as const
  }
  interruptible(idempotency === "safe")
  const timeoutMs = handler.timeoutMs ?? ports.limits.jobTimeoutMs
  const exit = yield* Effect.exit(
    Effect.timeoutOrElse(handler.run(job.input, contextOf(ports, job)), {
      duration: timeoutMs,
      orElse: () =>
        Effect.fail(
          new JobFailedForNow({
            reason: "timeout",
            message: `no answer in ${timeoutMs} ms`,
            happened: "unknown"
          })
        )
    })
  )
  interruptible(true)
  if (Exit.isFailure(exit) && Exit.hasInterrupts(exit)) return yield* Effect.interrupt
  return exit
})

/** A defect in a handler is a failure like any other: the job is tried again, and it shows in the reason. */
const failureOf = (exit: Exit.Failure<Json, Failure>): Failure => {
  const found = exit.cause.reasons.find((reason) => reason._tag === "Fail")
  if (found !== undefined && found._tag === "Fail") return found.error
  return new JobFailedForNow({ reason: "defect", message: String(exit.cause), happened: "unknown" })
}

const reasonMaxLength = 200
const messageMaxLength = 1000

/** Words from outside as the store can hold them. */
const kept = (text: string, maxLength: number) => storable(text.slice(0, maxLength))

type Doubt =
  | { readonly _tag: "happened"; readonly output: Json }
  | { readonly _tag: "mayTryAgain" }
  | { readonly _tag: "inDoubt"; readonly message: string }

/** What became of an attempt whose end nobody saw. */
const resolveDoubt = Effect.fnUntraced(function* (
  ports: JobPorts,
  job: Job,
  handler: JobHandler,
  idempotency: Idempotency
): Effect.fn.Return<Doubt> {
  if (idempotency === "safe" || idempotency === "key") return { _tag: "mayTryAgain" }
  const { findReceipt } = handler
  if (idempotency === "none" || findReceipt === undefined) {
    // A person was told of the doubt and wants it sent.
    if (job.attempts === 0) return { _tag: "mayTryAgain" }
    return {
      _tag: "inDoubt",
      message: "an attempt was made, and whether it arrived can't be asked; not sent again"
    }
  }
  const deadline = ports.clock.now() + ports.limits.receiptDeadlineMs
  for (let asked = 1; ; asked++) {
    const found = yield* Effect.result(findReceipt(job.input, contextOf(ports, job)))
    if (found._tag === "Success") {
      return Option.isSome(found.success)
        ? { _tag: "happened", output: found.success.value }
        : { _tag: "mayTryAgain" }
    }
    const again = ports.clock.now() + (found.failure.retryAfterMs ?? backoffMs(ports.limits, asked))
    if (again > deadline) {
      return {
        _tag: "inDoubt",
        message: `an attempt was made, and its receipt could not be had: ${found.failure.message}`
      }
    }
    job.state = "unknown"
    yield* change(ports, job, again, found.failure)
    yield* ports.clock.sleepUntil(again)
  }
})

const change = (ports: JobPorts, job: Job, dueAt: number, failure: Failure | undefined) => {
  const row: JobChange = {
    job: job.job,
    state: job.state,
    attempts: job.attempts,
    firstAttemptAt: job.firstAttemptAt ?? null,
    dueAt,
    reason: failure === undefined ? null : kept(failure.reason, reasonMaxLength),
    message:
      failure === undefined
        ? null
        : encryptIf(job.key, jobMessagePlace(job), kept(failure.message, messageMaxLength))
  }
  return ports.note(job, (batch) => batch.jobChange(job, row))
}

const succeed = Effect.fnUntraced(function* (ports: JobPorts, job: Job, output: Json) {
  if (job.child === undefined) {
    yield* ports.note(job, (batch) => batch.jobDone(job, job.job))
    return
  }
  const refused = yield* ports.ended(job, "JobSucceeded", { output })
  // Tried again, it would give the same, for ever.
  if (refused !== undefined) yield* fail(ports, job, "wrongResult", refused)
})

/** The machine hears of it if it has an answer to that; else it waits as a dead letter for a person. */
const fail = Effect.fnUntraced(function* (ports: JobPorts, job: Job, reason: string, message: string) {
  if (job.child === undefined || !(yield* ports.expectsFailure(job)))
    return yield* deadLetter(ports, job, reason, message)
  const error = { reason: kept(reason, reasonMaxLength), message: kept(message, messageMaxLength) }
  const refused = yield* ports.ended(job, "JobFailed", { error })
  if (refused !== undefined) yield* deadLetter(ports, job, reason, `${message} (${refused})`)
})

/** Told as failed, what may have arrived would be sent anew under another key, and arrive twice. */
const giveUp = (ports: JobPorts, job: Job, { reason, message }: Failure, mayHaveArrived: boolean) =>
  mayHaveArrived
    ? fail(ports, job, "inDoubt", `an attempt may have arrived, and then: ${reason}: ${message}`)
    : fail(ports, job, reason, message)

const deadLetter = (ports: JobPorts, job: Job, reason: string, message: string) => {
  job.state = "failed"
  // The reason alone: the message may hold what a person wrote.
  ports.log(`job ${jobKey(job.company, job.stream, job.job)} (${job.name}) is a dead letter: ${reason}`)
  return Effect.asVoid(
    change(ports, job, ports.clock.now(), new JobFailedForNow({ reason, message, happened: "unknown" }))
  )
}
