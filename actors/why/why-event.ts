import * as Schema from "effect/Schema"
import type { Json } from "../../eventstore/database/json.ts"

/** A guard that was asked, and what it said. `asked` are those that it asked itself, as `and`, `or` and `not` do. */
export interface WhyGuard {
  readonly name: string
  readonly params: Json
  readonly result: boolean
  readonly asked: ReadonlyArray<WhyGuard>
}
export const WhyGuard: Schema.Codec<WhyGuard> = Schema.Struct({
  name: Schema.String,
  params: Schema.Json as Schema.Codec<Json>,
  result: Schema.Boolean,
  asked: Schema.Array(Schema.suspend((): Schema.Codec<WhyGuard> => WhyGuard))
})

/** A transition that was considered, in the order of asking; `on` is its event, `after <delay>`, `done <job>` or `always`. */
export const WhyTransition = Schema.Struct({
  from: Schema.String,
  on: Schema.String,
  to: Schema.Array(Schema.String),
  guard: Schema.NullOr(WhyGuard),
  taken: Schema.Boolean
})
export type WhyTransition = typeof WhyTransition.Type

/** One recorded input taken again: what decided, and all that came of it. Times are epoch ms. */
export const WhyStep = Schema.Struct({
  /** XState's state value; null before the first event. */
  before: Schema.Json,
  after: Schema.Json,
  status: Schema.String,
  /** Why the machine ended with status `error`. */
  error: Schema.Json,
  transitions: Schema.Array(WhyTransition),
  /** Guards that actions asked for themselves. */
  guards: Schema.Array(WhyGuard),
  actions: Schema.Array(Schema.String),
  timersSet: Schema.Array(Schema.Struct({ timer: Schema.String, dueAt: Schema.Number })),
  timersCancelled: Schema.Array(Schema.String),
  jobsAsked: Schema.Array(Schema.Struct({ job: Schema.String, name: Schema.String })),
  jobsCancelled: Schema.Array(Schema.String),
  messages: Schema.Array(Schema.Struct({ to: Schema.String, type: Schema.String })),
  emitted: Schema.Array(Schema.String),
  /** When the timer that fired was due. */
  timerDueAt: Schema.NullOr(Schema.Number),
  /** Whether it says now what is stored that it said then. */
  agrees: Schema.Boolean
})
export type WhyStep = typeof WhyStep.Type

/** The work that a job took; what older events do not tell is null. Times are epoch ms. */
export const WhyJob = Schema.Struct({
  job: Schema.String,
  name: Schema.String,
  failed: Schema.NullOr(Schema.String),
  attempts: Schema.NullOr(Schema.Number),
  askedAt: Schema.NullOr(Schema.Number),
  firstAttemptAt: Schema.NullOr(Schema.Number),
  endedAt: Schema.NullOr(Schema.Number)
})
export type WhyJob = typeof WhyJob.Type

/** What an event says about itself. Times are epoch ms. */
const facts = {
  /** `acme/conversation/7f3` */
  address: Schema.String,
  version: Schema.Number,
  partition: Schema.Number,
  position: Schema.Number,
  kind: Schema.Literals(["input", "emitted"]),
  type: Schema.String,
  data: Schema.Record(Schema.String, Schema.Json),
  /** Set when its personal data is not there: empty values stand in its place. */
  withheld: Schema.NullOr(Schema.Literals(["erased", "locked", "broken"])),
  occurredAt: Schema.Number,
  recordedAt: Schema.Number,
  principal: Schema.String,
  correlation: Schema.NullOr(Schema.String),
  machineVersion: Schema.String,
  /** What it says of its cause: `stream@version`, or something outside; null when nobody said. */
  causation: Schema.NullOr(Schema.String),
  /** How it comes from its cause. */
  by: Schema.Literals(["step", "job", "timer", "message", "outside", "engine"]),
  job: Schema.NullOr(WhyJob)
}
const Facts = Schema.Struct(facts)

/** An event with the tree of its causes. */
export interface WhyEvent extends Schema.Schema.Type<typeof Facts> {
  /** Of an input: the step that it began. */
  readonly step: WhyStep | null
  /** Why an input's step can't be told. */
  readonly stepUnknown: string | null
  readonly causes: ReadonlyArray<WhyEvent>
  /** Why the tree ends here; null while it goes on. */
  readonly end: "outside" | "missing" | "toldAbove" | "limit" | null
}
export const WhyEvent: Schema.Codec<WhyEvent> = Schema.Struct({
  ...facts,
  step: Schema.NullOr(WhyStep),
  stepUnknown: Schema.NullOr(Schema.String),
  causes: Schema.Array(Schema.suspend((): Schema.Codec<WhyEvent> => WhyEvent)),
  end: Schema.NullOr(Schema.Literals(["outside", "missing", "toldAbove", "limit"]))
}) as never

/** An event with the tree of what it led to. */
export interface WhyEffect extends Schema.Schema.Type<typeof Facts> {
  readonly effects: ReadonlyArray<WhyEffect>
  /** Why the tree ends here although there is more; null when there is no more. */
  readonly end: "limit" | "messagesUnknown" | null
}
export const WhyEffect: Schema.Codec<WhyEffect> = Schema.Struct({
  ...facts,
  effects: Schema.Array(Schema.suspend((): Schema.Codec<WhyEffect> => WhyEffect)),
  end: Schema.NullOr(Schema.Literals(["limit", "messagesUnknown"]))
}) as never

/** What an event says about itself, without causes and effects. */
export type WhyFacts = typeof Facts.Type
