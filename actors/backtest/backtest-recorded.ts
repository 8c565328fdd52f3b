import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { upcast } from "../../eventstore/log/upcast.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import type { ActorEvent } from "../engine/engine.ts"
import type { ActorState } from "../machine/actor-state.ts"
import { migratedState, stepInputOf } from "../machine/live-actor.ts"
import { persist, restore } from "../machine/persisted-state.ts"
import type { RunningMachine } from "../machine/running-machine.ts"
import { takeStep } from "../machine/step.ts"
import { asJson, same } from "./backtest-agreement.ts"
import type { Recorded } from "./backtest-difference.ts"
import type { BacktestPlan } from "./backtest-plan.ts"

/** An input and the facts that are stored with it. */
export interface Turn {
  readonly event: StoredEvent
  readonly facts: ReadonlyArray<StoredEvent>
}

/** Stored facts are not those that their machine draws. */
export class Unfaithful extends Error {}

/** What is stored, step by step, with what its own machine version asked for. A class because state goes from step to step. */
export class RecordedSide {
  readonly plan: BacktestPlan
  running: RunningMachine | undefined
  /** Undefined before the start, and while the version that took the steps is not at hand. */
  state: ActorState | undefined
  /** False from the first step of a version that is not listed, until a migration brings the whole state. */
  isKnown = true

  constructor(plan: BacktestPlan) {
    this.plan = plan
  }

  /** Begins in the middle of a stream. */
  beginAt(running: RunningMachine, state: ActorState) {
    this.running = running
    this.state = state
  }

  migrate(event: StoredEvent, data: JsonObject) {
    const running = this.machineOf(event.machineVersion)
    this.isKnown = running !== undefined
    this.running = running
    this.state = running === undefined ? undefined : migratedState(running, data)
  }

  /** Throws `Unfaithful` when the stored facts do not follow, and what the fold throws when it can't go on. */
  take({ event, facts }: Turn, data: JsonObject): Recorded {
    const running = this.machineOf(event.machineVersion)
    if (running === undefined || !this.isKnown) {
      this.isKnown = false
      this.state = undefined
      return { known: false, facts: facts.map((fact) => this.factOf(fact)) }
    }
    const before = this.stateUnder(running)
    const step = takeStep(running, before, event.version, stepInputOf(event.type, data), event.recordedAt)
    this.check(event, facts, step.emitted)
    this.running = running
    this.state = step.state
    return { known: true, step }
  }

  private machineOf(version: string): RunningMachine | undefined {
    return this.plan.registered.versions.get(version) ?? this.plan.standIn
  }

  private stateUnder(running: RunningMachine): ActorState | undefined {
    if (this.state === undefined || this.running === running) return this.state
    const persisted = persist(this.state)
    if (persisted === undefined) {
      throw new Error(`its context is not plain data, so ${running.version} can't take it over`)
    }
    return restore(running, persisted)
  }

  private check(event: StoredEvent, facts: ReadonlyArray<StoredEvent>, drawn: ReadonlyArray<ActorEvent>) {
    const wrong = facts.findIndex((fact, n) => !this.isDrawn(fact, drawn[n]))
    if (wrong < 0 && facts.length === drawn.length) return
    const version = wrong < 0 ? event.version + facts.length : facts[wrong]!.version
    throw new Unfaithful(
      `at version ${version} ${event.machineVersion} says ${drawn[version - event.version - 1]?.type ?? "nothing"}, and ${facts[wrong]?.type ?? "nothing"} is stored`
    )
  }

  private isDrawn(stored: StoredEvent, drawn: ActorEvent | undefined): boolean {
    if (drawn === undefined || drawn.type !== stored.type) return false
    const { type: _, ...data } = drawn
    if (same(data, stored.data)) return true
    // What the machine drew may hold what JSON writes otherwise, or be of an older schema.
    const text = canonicalJson(data as JsonObject)
    return text === canonicalJson(stored.data) || same(asJson(data), withoutType(this.factOf(stored)))
  }

  private factOf({ type, schemaVersion, data }: StoredEvent): ActorEvent {
    return { ...upcast(this.plan.registered.upcasters, type, schemaVersion, data), type }
  }
}

const withoutType = ({ type: _, ...data }: ActorEvent): unknown => data
