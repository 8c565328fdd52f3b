import type { AnyStateMachine } from "xstate"
import type { ActorEvent } from "../../../actors/engine/engine.ts"
import type { Json } from "../../../eventstore/database/json.ts"

/** A machine for the law of equivalence, and what a random history of it is made of. */
export interface Shape {
  readonly machine: AnyStateMachine
  readonly input?: Json
  /** What may be sent to it; an unknown event is added to these. */
  readonly events: ReadonlyArray<ActorEvent>
  /** What its jobs may give; default a number, a text and an object. */
  readonly outputs?: ReadonlyArray<Json>
  /** What its jobs may fail with; default two errors. */
  readonly errors?: ReadonlyArray<Json>
  /** Names of jobs and actions that the machine leaves to handlers outside it. */
  readonly handlers?: ReadonlyArray<string>
  /** True when its context holds what JSON can't: it is loaded by replay alone. */
  readonly replayOnly?: true
}
