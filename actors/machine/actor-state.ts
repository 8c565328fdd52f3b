import type { AnyMachineSnapshot } from "xstate"
import type { ActorEvent } from "../engine/engine.ts"

/** An actor of the same company. */
export interface Target {
  readonly machine: string
  readonly id: string
}

/** A timer that runs. `id` is XState's send id, by which the machine may cancel it. */
export interface PendingTimer {
  /** Stable: the delay's name, the id given to a delayed raise, or else its event's type; `name#2` when taken. */
  readonly timer: string
  /** The version of the event that set it, so that a later timer of the same name is another one. */
  readonly setBy: number
  readonly dueAt: number
  readonly id: string | undefined
  /** False when XState has lost sight of it: another timer of its id was set after it, or has fired. */
  readonly cancellable: boolean
  /** The delay's name when it comes from `after`. */
  readonly after: string | undefined
  readonly event: ActorEvent
  /** Set for a delayed `sendTo`. */
  readonly to: Target | undefined
}

/** A job whose result the machine waits for, and the child's id that XState knows it by. */
export interface PendingJob {
  readonly job: string
  readonly name: string
  readonly child: string
  /** False when XState has lost sight of it: another child of its id came after it. Its result still counts. */
  readonly stoppable: boolean
}

/** An actor's whole state: XState's snapshot, and the timers and jobs that it waits for. */
export interface ActorState {
  readonly snapshot: AnyMachineSnapshot
  readonly timers: ReadonlyArray<PendingTimer>
  readonly jobs: ReadonlyArray<PendingJob>
}
