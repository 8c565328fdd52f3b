import type { ActorState, PendingTimer } from "../machine/actor-state.ts"
import type { Recorded } from "./backtest-difference.ts"
import type { StreamTally } from "./backtest-plan.ts"
import type { Turn } from "./backtest-recorded.ts"

/**
 * How late a timer of the recorded version may have been when its own due time is not known, ms: an input that came
 * within it may have overtaken the timer.
 */
const latenessMs = 250

/** A timer that fired in the record and that the candidate would let fire later: what comes until then decides. */
export interface Waiting {
  readonly timer: string
  /** When the candidate's fires, epoch ms. */
  readonly until: number
  /** The candidate's state while it still waits. */
  readonly state: ActorState
  readonly turn: Turn
  readonly recorded: Recorded
  /** As it was before that turn. */
  readonly tally: StreamTally
  readonly shiftMs: number
}

/** A timer of the candidate's that should have fired, and when the recorded version had it due (null: not known). */
export interface Overdue {
  readonly timer: PendingTimer
  readonly oldDueAt: number | null
  /** The recorded version has no timer of that name. */
  readonly isOwn?: true
}

const named = (state: ActorState | undefined, name: string): PendingTimer | undefined =>
  state?.timers.find(({ timer }) => timer === name)

/**
 * The candidate's timer that is over before `at` while the recorded version's of the same name was not yet due; the
 * first of several. `known`: the recorded version's timers are at hand.
 */
export const overdueBefore = (
  candidate: ActorState | undefined,
  recorded: ActorState | undefined,
  isKnown: boolean,
  at: number,
  but: string | undefined
): Overdue | undefined => {
  let first: Overdue | undefined
  for (const timer of candidate?.timers ?? []) {
    if (timer.timer === but || timer.dueAt >= at || timer.dueAt >= (first?.timer.dueAt ?? at)) continue
    if (!isKnown) {
      if (timer.dueAt < at - latenessMs) first = { timer, oldDueAt: null }
      continue
    }
    const old = named(recorded, timer.timer)
    if (old !== undefined && timer.dueAt < old.dueAt) first = { timer, oldDueAt: old.dueAt }
  }
  return first
}

/** The candidate's first timer that is due before `at` and that the recorded version does not have at all. */
export const ownTimerBefore = (
  candidate: ActorState | undefined,
  recorded: ActorState | undefined,
  at: number
): PendingTimer | undefined => {
  let first: PendingTimer | undefined
  for (const timer of candidate?.timers ?? []) {
    if (timer.dueAt >= at || timer.dueAt >= (first?.dueAt ?? at)) continue
    if (named(recorded, timer.timer) === undefined) first = timer
  }
  return first
}

/** By how much the candidate's timer of this name is due after (above 0) or before the recorded version's, ms. */
export const shiftOf = (
  name: string,
  candidate: ActorState | undefined,
  recorded: ActorState | undefined,
  firedAt: number
): number => {
  const own = named(candidate, name)
  if (own === undefined) return 0
  const old = named(recorded, name)
  // What is due by the time the recorded one fired was late there too, and fires with it.
  if (own.dueAt > firedAt) return own.dueAt === old?.dueAt ? 0 : own.dueAt - firedAt
  return old !== undefined && own.dueAt < old.dueAt ? own.dueAt - old.dueAt : 0
}
