import type { AnyActorLogic } from "xstate"

/** What an invoked logic does, found by how it behaves. Only `promise` can be a durable job. */
export type LogicKind = "promise" | "callback" | "observable" | "transition" | "machine" | "unknown"

type Probed = { readonly status?: unknown; readonly output?: unknown; readonly context?: unknown }

const fresh = { status: "active", output: undefined, error: undefined, context: undefined, input: undefined }

/** Asks the logic for its next state; what throws here is a logic that wants to be running. */
const ask = (logic: AnyActorLogic, event: object): Probed => {
  try {
    const next: unknown = logic.transition({ ...fresh } as never, event as never, { self: {} } as never)
    return typeof next === "object" && next !== null ? next : {}
  } catch {
    return {}
  }
}

/** The kind of a logic. A wrapped promise logic is `promise` as long as it ends as XState's own does. */
export const logicKind = (logic: unknown): LogicKind => {
  if (typeof logic !== "object" || logic === null) return "unknown"
  if ("getStateNodeById" in logic) return "machine"
  const actor = logic as AnyActorLogic
  if (typeof actor.transition !== "function") return "unknown"
  const probe = {}
  const resolved = ask(actor, { type: "xstate.promise.resolve", data: probe })
  if (resolved.status === "done" && resolved.output === probe) return "promise"
  if (ask(actor, { type: "xstate.observable.complete" }).status === "done") return "observable"
  return actor.start === undefined ? "transition" : "callback"
}
