import type * as Effect from "effect/Effect"
import type { Json } from "../../eventstore/database/json.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import type { Address } from "../address.ts"
import type { JobHandler } from "../jobs/job-handler.ts"
import type { ActorEvent, EventRefused } from "./engine.ts"
import type { EngineLimits } from "./engine-limits.ts"
import type { ErasureTarget } from "./erasures.ts"

/** What the engine runs, and for whom. */
export interface EngineOptions {
  readonly machines: ReadonlyArray<ListedMachine>
  readonly handlers: ReadonlyArray<JobHandler>
  /** Companies that must exist; others are found in the database. */
  readonly companies: ReadonlyArray<string>
  /** The input of an actor that is started by the first event to it, and by the starter in that event's envelope. */
  readonly startInput: (
    address: Address,
    event: ActorEvent,
    starter: unknown
  ) => Effect.Effect<Json, EventRefused>
  readonly limits: EngineLimits
  /** Where copies of personal data are, beside the event store. */
  readonly erasureTargets?: ReadonlyArray<ErasureTarget>
  /** False stores jobs and leaves them to another process; for measurements. */
  readonly runJobs?: boolean
  /** True writes log lines of machines that handle personal data as they are; for a developer's own desk. */
  readonly logPersonal?: boolean
  readonly log?: (level: "info" | "warn" | "error", message: string) => void
  /** Called when one of its loops ended, which must not be; default it throws, so that the process ends. */
  readonly broke?: (why: string) => void
}
