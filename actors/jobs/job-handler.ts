import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Json } from "../../eventstore/database/json.ts"
import type { Address } from "../address.ts"

/**
 * What may happen when a job is run again after an attempt whose end nobody saw.
 * - `safe`: nothing; it changes nothing outside (a model call, a read).
 * - `key`: nothing; the other side honours our key and does it once.
 * - `receipt`: it would happen twice, but the other side can be asked whether it happened (`findReceipt`).
 * - `none`: it would happen twice and nobody can tell; the job becomes `unknown` and the company's rule decides.
 */
export type Idempotency = "safe" | "key" | "receipt" | "none"

/** What a handler is told about the attempt. */
export interface JobContext {
  readonly address: Address
  /** The job's name, e.g. `sendChunk`. */
  readonly name: string
  /** The same in every attempt of this job, unique over all companies; for the provider's idempotency key. */
  readonly key: string
  /** 1 for the first. */
  readonly attempt: number
  /** When this attempt began, epoch ms by the engine's clock. */
  readonly at: number
  /** When the first attempt began, epoch ms; a receipt is not older than this. */
  readonly firstAttemptAt: number
  /** When the handler is asked, epoch ms by the engine's clock, which this process's own need not agree with. */
  readonly now?: number
  /**
   * Whether this process still owns the actor: false at once after it stood still for longer than its lease. To be
   * asked as late as possible before something goes out that is not `safe`.
   */
  readonly mayAct?: () => boolean
}

/** The job can't succeed as it is: no retry. `reason` is a stable word (`invalidNumber`), `message` for people. */
export class JobRefused extends Schema.TaggedError<JobRefused>()("JobRefused", {
  reason: Schema.String,
  message: Schema.String
}) {}

/**
 * The job failed for now and may be tried again, after `retryAfterMs` if the other side said so.
 * `happened: "no"` promises that nothing was done outside, so even a job with idempotency `none` is tried again.
 */
export class JobFailedForNow extends Schema.TaggedError<JobFailedForNow>()("JobFailedForNow", {
  reason: Schema.String,
  message: Schema.String,
  happened: Schema.Literals(["no", "unknown"]),
  retryAfterMs: Schema.optionalKey(Schema.Number)
}) {}

/** The code that does one kind of job; one file under `src/handlers/`, named for the job. */
export interface JobHandler {
  readonly name: string
  /** A function where it depends on the input, such as the channel that a chunk goes to. */
  readonly idempotency: Idempotency | ((input: Json) => Idempotency)
  /** Each attempt is noted before it runs, so that those that nobody saw the end of count; default unless it is `safe`. */
  readonly notesAttempts?: boolean
  /** Which outside service its attempts wait for, where the input says it; each has its share of what runs at once. */
  readonly service?: (input: Json) => string
  /** One attempt takes at most this long; default `limits.jobTimeoutMs`. */
  readonly timeoutMs?: number
  /** Tries after the first; default `limits.jobRetriesMax`. */
  readonly retriesMax?: number
  readonly run: (input: Json, context: JobContext) => Effect.Effect<Json, JobRefused | JobFailedForNow>
  /** For `receipt`: what the job gave if it did happen, none if it surely did not; fails if it can't tell yet. */
  readonly findReceipt?: (
    input: Json,
    context: JobContext
  ) => Effect.Effect<Option.Option<Json>, JobFailedForNow>
}
