import * as Effect from "effect/Effect"
import { Audit, refusedTo } from "../../accounts/audit/audit.ts"
import type { Principal } from "../../accounts/principal.ts"
import type { Sink } from "../../live/event-follower.ts"
import { LiveHub } from "../../live/live-hub.ts"
import { openSession } from "../../live/live-session.ts"

/** Follows topics for one client until the scope ends; what it asks for and may not have is audited. */
export const openAuditedSession = Effect.fnUntraced(function* (
  principal: Principal,
  topicsMax: number,
  sink: Sink
) {
  const { write } = yield* Audit
  const auditRefusal = (who: Principal, topic: string, needed: string) =>
    Effect.ignore(write(refusedTo(who, "live.follow", `topic:${topic}`, `needs ${needed}`)))
  return yield* openSession({ hub: yield* LiveHub, auditRefusal, topicsMax }, principal, sink)
})
