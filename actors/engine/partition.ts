import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { Batch } from "../../eventstore/log/batch.ts"
import type { LiveActor } from "../machine/live-actor.ts"
import type { StepInput } from "../machine/step.ts"
import type { DeliverError, Delivered, Envelope } from "./engine.ts"
import type { KnownValues } from "./redacted-state.ts"

/** How a delivery ended. `stale`: what it answered (a timer, a job) had been cancelled; nothing was written. */
export type Outcome = Delivered | DeliverError | "stale"

/** The order to erase the person that an actor is about. */
export interface ErasureOrder {
  readonly erasure: string
  readonly subject: string
  readonly by: string
  readonly reason: string
  /** By which is told what may stay of the actor's context; undefined when it can't be told. */
  readonly known: KnownValues | undefined
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
