import type { Json } from "../../eventstore/database/json.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import { engineEvents, type RegisteredMachine } from "../machine/machine-registry.ts"
import type { RunningMachine } from "../machine/running-machine.ts"
import type { Difference } from "./backtest-difference.ts"
import type { Setting } from "./backtest-setting.ts"

/** What is compared with what. */
export interface BacktestPlan {
  /** The machine of the list; its versions take the recorded steps again. */
  readonly registered: RegisteredMachine
  readonly candidate: RunningMachine
  /** The candidate's own, or else the list's. */
  readonly upcasters: Upcasters
  /** Fits a running actor's state to the candidate, for the shadow. */
  readonly migrate?: (state: unknown, fromVersion: string) => unknown
  /** Takes the steps of versions that are not listed any more. */
  readonly standIn?: RunningMachine
  readonly settings: ReadonlyArray<Setting>
  /** What nobody looks at: `state`, a fact, job or message by its name, or a field of one as `LeadScored.open`. */
  readonly ignored: ReadonlySet<string>
  /** Input types that any version here knows; undefined when every event may come. */
  readonly knownInputs: ReadonlySet<string> | undefined
}

/** Why a stream says nothing of the candidate. */
export type SkipReason =
  /** Personal data of it was erased: what the recorded version saw can't be seen any more. */
  | "erased"
  /** Its personal data can't be opened here: the master key is missing. */
  | "locked"
  /** Its sealed data was altered. */
  | "broken"
  /** It holds an input of a type that no version here knows. */
  | "unknownEvent"
  /** Its stored events are not what their own machine version draws from the inputs; `replay` shows where. */
  | "unfaithful"
  /** Its history can't be folded. */
  | "parked"

/** The first place where the candidate would have acted differently. What comes after it in the stream is censored. */
export interface Divergence {
  /** `acme/conversation/7f3` */
  readonly address: string
  /** Of the input that the two answer differently. */
  readonly version: number
  /** When it was recorded, epoch ms. */
  readonly at: number
  /** Its type, and which timer or job: `TimerFired turnClosure`. Null when the candidate acts after the last event. */
  readonly input: string | null
  /** The state value before it; null when the recorded version's machine is not at hand. */
  readonly before: Json
  readonly differences: ReadonlyArray<Difference>
  /** Jobs that the candidate asks for here and that history has no answer to. */
  readonly missing: ReadonlyArray<string>
  /** Why, when it is a matter of time: which timer, and what came meanwhile. */
  readonly because: string | null
}

/** Recorded answers of one job; `priced` of them say what they cost. */
export interface Answers {
  calls: number
  priced: number
  costUsd: number
}

/** What happened to one timer's moments, without another decision coming of it. */
export interface TimerShift {
  earlier: number
  later: number
  /** Sum over both, ms. */
  shiftMs: number
}

/** What was compared of one stream: up to its end, or to the first divergence and that one too. */
export interface StreamTally {
  inputs: number
  events: number
  /** Inputs whose machine version is not at hand: only their facts were compared. */
  factsOnly: number
  readonly unlisted: Set<string>
  /** Answers that the candidate was given, by job. */
  readonly answers: Map<string, Answers>
  readonly shifts: Map<string, TimerShift>
}

/** What came of one stream. */
export interface StreamResult {
  readonly stream: string
  /** All that was read of it. */
  readonly events: number
  /** Settings that had a place in an input. */
  readonly placed: ReadonlySet<Setting>
  readonly answers: ReadonlyMap<string, Answers>
  readonly tally: StreamTally
  readonly divergence: Divergence | undefined
  readonly skipped:
    | { readonly reason: SkipReason; readonly version: number; readonly detail: string }
    | undefined
}

/** What to compare with: a version that is ready, or a machine of the same name with its schemas. */
export interface Candidate {
  readonly running: RunningMachine
  readonly listed?: ListedMachine
}

/** How to compare; see `BacktestPlan`. */
export interface PlanOptions {
  readonly settings?: ReadonlyArray<Setting>
  readonly ignored?: ReadonlyArray<string>
  readonly standIn?: RunningMachine
}

/** The plan for a candidate of a machine of the list. */
export const planOf = (
  registered: RegisteredMachine,
  { running: candidate, listed = registered.listed }: Candidate,
  { settings = [], ignored = [], standIn }: PlanOptions = {}
): BacktestPlan => {
  const migrate = listed.migrate ?? registered.listed.migrate
  return {
    registered,
    candidate,
    upcasters: listed.upcasters ?? registered.upcasters,
    ...(migrate === undefined ? {} : { migrate }),
    ...(standIn === undefined ? {} : { standIn }),
    settings,
    ignored: new Set(ignored),
    knownInputs: knownInputsOf(registered, candidate, Object.keys(listed.events ?? {}))
  }
}

/** The types that inputs may have: of the list's schemas and of the charts; undefined without a list. */
const knownInputsOf = (
  registered: RegisteredMachine,
  candidate: RunningMachine,
  candidateEvents: ReadonlyArray<string>
): ReadonlySet<string> | undefined => {
  const { events } = registered.listed
  if (events === undefined) return undefined
  const charts = [...registered.versions.values(), candidate].flatMap(
    ({ machine }) => machine.events as Array<string>
  )
  if (charts.includes("*")) return undefined
  return new Set([...engineEvents, "SubjectErased", ...Object.keys(events), ...candidateEvents, ...charts])
}
