import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { upcast } from "../../eventstore/log/upcast.ts"
import type { ActorState } from "../machine/actor-state.ts"
import type { RunningMachine } from "../machine/running-machine.ts"
import { type Step, type StepInput, takeStep } from "../machine/step.ts"
import { asJson } from "./backtest-agreement.ts"
import { CandidateSide } from "./backtest-candidate.ts"
import {
  type Compared,
  compareSteps,
  matters,
  nothingDone,
  type Recorded,
  shows,
  thrown,
  timerDifference
} from "./backtest-difference.ts"
import type { Answers, BacktestPlan, Divergence, SkipReason, StreamResult } from "./backtest-plan.ts"
import { RecordedSide, type Turn, Unfaithful } from "./backtest-recorded.ts"
import { copyOf, newTally, noteAnswer, noteShift } from "./backtest-tally.ts"
import { type Overdue, overdueBefore, ownTimerBefore, shiftOf, type Waiting } from "./backtest-timers.ts"
import { labelOf, spanOf, timeOf } from "./backtest-words.ts"

/** A machine that sets one timer after the other is not followed for ever between two recorded inputs. */
const ownTimersMax = 1000

/**
 * One stream through its own machine version and through the candidate, event by event. Both get the same inputs, with
 * the same versions, so that jobs and timers keep the names that the record has for them, however many facts the
 * candidate draws. A class because a dozen things change together.
 */
export class StreamBacktest {
  readonly address: string
  readonly plan: BacktestPlan
  readonly recorded: RecordedSide
  readonly candidate: CandidateSide
  readonly answers = new Map<string, Answers>()
  tally = newTally()
  divergence: Divergence | undefined
  skipped: StreamResult["skipped"]
  /** An input whose facts are still coming. */
  held: { readonly event: StoredEvent; readonly facts: Array<StoredEvent> } | undefined
  waiting: ReadonlyArray<Waiting> = []
  seen = 0
  version: number

  constructor(plan: BacktestPlan, address: string, after = 0) {
    this.plan = plan
    this.address = address
    this.version = after
    this.recorded = new RecordedSide(plan)
    this.candidate = new CandidateSide(plan)
  }

  /** Begins in the middle: with the live state, and the candidate's made of it. */
  beginAt(running: RunningMachine, live: ActorState, candidate: ActorState) {
    this.recorded.beginAt(running, live)
    this.candidate.state = candidate
  }

  /** It can't be compared at all, for this reason. */
  leaveOut(reason: SkipReason, detail: string) {
    this.skipped = { reason, version: this.version, detail }
  }

  get isDecided(): boolean {
    return this.divergence !== undefined || this.skipped !== undefined
  }

  take(event: StoredEvent) {
    this.seen++
    if (event.type === "JobSucceeded" && event.kind === "input") noteAnswer(this.answers, event.data)
    const due = ++this.version
    if (this.isDecided) return
    if (event.version !== due) {
      return this.skip("parked", due, `version ${due} is missing, ${event.version} comes next`)
    }
    const withheld = event.type === "SubjectErased" ? "erased" : event.withheld
    if (withheld !== undefined) {
      return this.skip(withheld, event.version, `its personal data is ${withheld}`)
    }
    if (event.kind === "emitted") return void this.held?.facts.push(event)
    this.settle()
    const { knownInputs } = this.plan
    if (knownInputs !== undefined && !knownInputs.has(event.type)) {
      return this.skip("unknownEvent", event.version, `no version here knows ${event.type}`)
    }
    if (!this.isDecided) this.held = { event, facts: [] }
  }

  /** The last input has all its facts: compares it. */
  settle() {
    const turn = this.held
    this.held = undefined
    if (turn === undefined || this.isDecided) return
    try {
      this.compare(turn)
    } catch (error) {
      const reason = error instanceof Unfaithful ? "unfaithful" : "parked"
      this.skip(reason, turn.event.version, error instanceof Error ? error.message : String(error))
    }
  }

  /** The stream has no more events up to `until` (epoch ms). */
  finish(until: number): StreamResult {
    this.settle()
    if (!this.isDecided) {
      for (const each of this.waiting) noteShift(this.tally, each.timer, each.shiftMs)
      this.waiting = []
      if (this.recorded.isKnown) this.lookAhead(until)
    }
    this.forget()
    return this.result()
  }

  /** What is known so far; changes nothing. */
  result(): StreamResult {
    const { address: stream, seen: events, answers, tally, divergence, skipped } = this
    const { placed } = this.candidate
    return { stream, events, answers, tally, divergence, skipped, placed }
  }

  private compare(turn: Turn) {
    const { event } = turn
    const data = upcast(this.plan.registered.upcasters, event.type, event.schemaVersion, event.data)
    if (event.type === "ActorMigrated") {
      this.recorded.migrate(event, data)
      return this.count(turn)
    }
    const at = event.recordedAt
    const input = this.candidate.inputOf(event, data, this.recorded.isKnown)
    if (this.endWaiting(turn, input)) return
    if (this.recorded.isKnown && this.fireOwn(at, turn)) return
    const fired = input.kind === "timerFired" ? input.timer : undefined
    const shiftMs = fired === undefined ? 0 : shiftOf(fired, this.candidate.state, this.recorded.state, at)
    const overdue = overdueBefore(this.candidate.state, this.recorded.state, this.recorded.isKnown, at, fired)
    const recorded = this.recorded.take(turn, data)
    if (!recorded.known) this.noteUnlisted(event)
    const later = Math.max(0, shiftMs)
    const now = this.stepCandidate(turn, input, at + later)
    if (now === undefined) return
    if (overdue !== undefined && matters(now, this.candidate.state, turn.facts)) {
      return this.divergeEarly(overdue, turn)
    }
    const lost = recorded.known ? undefined : this.candidate.unanswered(input, data)
    const compared =
      lost ?? compareSteps(recorded, now, this.candidate.tolerance(later), this.candidate.pairs)
    if (compared.differences.length > 0) return this.diverge(turn, compared, null)
    if (later > 0) this.wait(turn, recorded, fired!, at + later, shiftMs)
    else if (shiftMs < 0) noteShift(this.tally, fired!, shiftMs)
    this.count(turn)
    this.candidate.state = now.state
  }

  /** Undefined when the machine could not even start. */
  private stepCandidate(turn: Turn, input: StepInput, at: number): Step | undefined {
    try {
      return this.candidate.step(turn.event.version, input, at)
    } catch (error) {
      this.diverge(turn, { differences: [thrown(error)], missing: [] }, null)
      return undefined
    }
  }

  /** Lets the candidate's timers fire that the recorded version never had; true when one shows. */
  private fireOwn(before: number, turn: Turn | undefined): boolean {
    for (let n = 0; n < ownTimersMax; n++) {
      const own = ownTimerBefore(this.candidate.state, this.recorded.state, before)
      if (own === undefined) return false
      const step = this.candidate.fire(own, this.version)
      if (shows(step, this.candidate.state)) {
        const why = "the recorded version has no such timer"
        this.divergeAlone({ timer: own, oldDueAt: null, isOwn: true }, step, turn, why)
        return true
      }
      this.candidate.state = step.state
    }
    return false
  }

  /** Something came after the candidate's timer and before the recorded version's. */
  private divergeEarly(overdue: Overdue, turn: Turn) {
    const { oldDueAt } = overdue
    const why =
      oldDueAt === null
        ? "which had not fired in the record"
        : `${spanOf(oldDueAt - overdue.timer.dueAt)} earlier`
    this.divergeAlone(overdue, this.candidate.fire(overdue.timer, this.version), turn, why)
  }

  private divergeAlone({ timer, oldDueAt, isOwn }: Overdue, step: Step, turn: Turn | undefined, why: string) {
    const idle: Recorded = { known: true, step: nothingDone(this.candidate.state!) }
    const { exact, pairs } = this.candidate
    const { differences, missing } = compareSteps(idle, step, exact, pairs)
    const change = isOwn ? "gained" : "earlier"
    const early = timerDifference(change, timer, oldDueAt, timer.dueAt)
    const after = turn === undefined ? "" : `, before ${labelOf(turn.event)}`
    const because = `in the new version ${timer.timer} fires at ${timeOf(timer.dueAt)}${after}: ${why}`
    this.diverge(turn, { differences: [early, ...differences], missing }, because, timer.dueAt)
  }

  private wait(turn: Turn, recorded: Recorded, timer: string, until: number, shiftMs: number) {
    const state = this.candidate.state!
    const tally = copyOf(this.tally)
    this.waiting = [...this.waiting, { timer, until, state, turn, recorded, shiftMs, tally }]
  }

  /** True when this input reaches a candidate that still waits, and matters to it. */
  private endWaiting({ event, facts }: Turn, input: StepInput): boolean {
    if (this.waiting.length === 0) return false
    const open: Array<Waiting> = []
    for (const each of this.waiting) {
      if (event.recordedAt > each.until) {
        noteShift(this.tally, each.timer, each.shiftMs)
        continue
      }
      const step = takeStep(this.plan.candidate, each.state, event.version, input, event.recordedAt)
      if (matters(step, each.state, facts)) {
        this.divergeLate(each, event)
        return true
      }
      open.push({ ...each, state: step.state })
    }
    this.waiting = open
    return false
  }

  private divergeLate({ timer, until, state, turn, recorded, tally }: Waiting, event: StoredEvent) {
    this.tally = tally
    const idle = nothingDone(state)
    const { differences, missing } = compareSteps(recorded, idle, this.candidate.exact, new Map())
    const late = timerDifference("later", { timer }, turn.event.recordedAt, until)
    const because = `in the new version ${timer} fires at ${timeOf(until)}, after ${labelOf(event)} of version ${event.version}`
    this.candidate.state = state
    this.diverge(turn, { differences: [late, ...differences], missing }, because)
  }

  /** What the candidate would have done by now, and the recorded version has not. */
  private lookAhead(until: number) {
    if (this.fireOwn(until, undefined)) return
    for (const timer of this.candidate.state?.timers ?? []) {
      const old = this.recorded.state?.timers.find((each) => each.timer === timer.timer)
      if (old === undefined || timer.dueAt > until || old.dueAt <= until) continue
      const step = this.candidate.fire(timer, this.version)
      if (!shows(step, this.candidate.state)) continue
      const why = `${spanOf(old.dueAt - timer.dueAt)} earlier`
      return this.divergeAlone({ timer, oldDueAt: old.dueAt }, step, undefined, why)
    }
  }

  private diverge(turn: Turn | undefined, compared: Compared, because: string | null, at?: number) {
    if (turn !== undefined) this.count(turn)
    this.divergence = {
      address: this.address,
      version: turn?.event.version ?? this.version,
      at: turn?.event.recordedAt ?? at!,
      input: turn === undefined ? null : labelOf(turn.event),
      before: asJson(this.candidate.state?.snapshot.value),
      differences: compared.differences,
      missing: compared.missing,
      because
    }
    this.forget()
  }

  private skip(reason: SkipReason, version: number, detail: string) {
    this.settle()
    if (this.isDecided) return
    this.skipped = { reason, version, detail }
    this.forget()
  }

  /** A decided stream is only counted: it holds no state. */
  private forget() {
    this.candidate.state = undefined
    this.recorded.state = undefined
    this.waiting = []
    this.held = undefined
    this.candidate.pairs.clear()
  }

  private count({ event, facts }: Turn) {
    this.tally.inputs++
    this.tally.events += 1 + facts.length
    if (event.type === "JobSucceeded") noteAnswer(this.tally.answers, event.data)
  }

  private noteUnlisted({ machineVersion }: StoredEvent) {
    this.tally.factsOnly++
    this.tally.unlisted.add(machineVersion)
  }
}
