import * as Effect from "effect/Effect"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { Batch } from "../../eventstore/log/batch.ts"
import type { ActorState } from "../machine/actor-state.ts"
import type { LiveActor } from "../machine/live-actor.ts"
import type { RunningMachine } from "../machine/running-machine.ts"
import type { NewJob, StepInput } from "../machine/step.ts"
import type { DeliverError, Delivered, Envelope } from "./engine.ts"
import type { KnownValues } from "./redacted-state.ts"

/** How a delivery ended. `stale`: what it answered (a timer, a job) had been cancelled; nothing was written. */
export type Outcome = Delivered | DeliverError | "stale"

/** How a delivery ended, for whoever waits for it. */
export const resultOf = (outcome: Outcome): Effect.Effect<Delivered | "stale", DeliverError> =>
  typeof outcome === "object" && "_tag" in outcome ? Effect.fail(outcome) : Effect.succeed(outcome)

/** The order to erase the person that an actor is about. */
export interface ErasureOrder {
  readonly erasure: string
  readonly subject: string
  readonly by: string
  readonly reason: string
  /** By which is told what may stay of the actor's context; undefined when it can't be told. */
  readonly known: KnownValues | undefined
}

/** What an operator asked for an actor that does not go on. */
export interface MendOrder {
  readonly by: string
  readonly why: string
  /** What it goes on from: undefined closes it. */
  readonly goOn: GoOn | undefined
}

/** The state before the input that broke it, and that input, which is taken again. */
export interface GoOn {
  /** The version that broke. */
  readonly from: string
  readonly running: RunningMachine
  readonly state: ActorState
  /** The jobs that it waited for: they are asked for anew. */
  readonly jobs: ReadonlyArray<NewJob>
  readonly again: { readonly type: string; readonly data: JsonObject }
}

/** An event waiting for its actor. */
export interface Delivery {
  readonly kind: "delivery"
  readonly actor: LiveActor
  readonly type: string
  /** What is stored. */
  readonly data: JsonObject
  /** Its canonical text. */
  readonly text: string
  /** What the machine gets. */
  readonly input: StepInput
  readonly envelope: Envelope
  /** What an actor without history is started with. */
  readonly startInput: Json | undefined
  /** The timer that fired: it counts only while that very one is still set. */
  readonly timer?: { readonly timer: string; readonly setBy: number }
  /** The job that this is the result of. */
  readonly job?: string
  /** Set for `SubjectErased`: the state that it holds is made in the commit. */
  readonly erasure?: ErasureOrder
  /** Set for `ActorClosed`, and for the `ActorMigrated` of an actor that goes on after an error. */
  readonly mending?: MendOrder
  readonly settle: (outcome: Outcome) => void
}

/** A change of a job's or a message's row, on its way into the next commit. */
export interface Note {
  readonly kind: "note"
  readonly write: (batch: Batch) => void
  /** `lost`: it is another process's now, or nothing that can be stored. `later`: the database does not take it now. */
  readonly settle: (outcome: "written" | "lost" | "later") => void
}

export type Waiting = Delivery | Note

/** A partition that this process owns, with what waits for its next commit. */
export interface OwnedPartition {
  readonly company: string
  readonly partition: number
  readonly epoch: number
  position: number
  head: Uint8Array
  recordedAt: number
  waiting: Array<Waiting>
  readonly lane: { readonly wake: () => void }
  /** Set when the partition was lost: nothing is taken any more. */
  lost: boolean
}

/** What goes into one commit, in order. */
export type Gathered = ReadonlyArray<readonly [OwnedPartition, Waiting]>
