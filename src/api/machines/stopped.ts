import * as Effect from "effect/Effect"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { queryLimits } from "../../../projections/query/query-limits.ts"
import { Audit, doneBy } from "../../accounts/audit/audit.ts"
import { principalName } from "../../accounts/principal.ts"
import { mayReachAll } from "../caller.ts"
import { iso } from "../contract/group.ts"
import { stoppedGroup, stoppedStatuses } from "../contract/machines/stopped.ts"
import { handlersOf } from "../handlers-of.ts"
import { limitOf, textParameter } from "../lists/read-page.ts"
import { refuse } from "../refusal.ts"

/** What answers stoppedGroup. */
export const stoppedHandlers = handlersOf(stoppedGroup, {
  list: Effect.fnUntraced(function* () {
    const { company } = yield* mayReachAll("engine", "read", "actor.list", "actor")
    const limit = yield* limitOf(queryLimits.pageMax)
    const text = yield* textParameter("status", 20)
    const status = stoppedStatuses.find((each) => each === text)
    if (text !== undefined && status === undefined) {
      const detail = `one of ${stoppedStatuses.join(", ")} is expected`
      return yield* refuse(400, `status: ${detail}`, { errors: [{ parameter: "status", detail }] })
    }
    const stopped = yield* (yield* EventStore).listStopped(company, status ?? null, limit)
    return {
      items: stopped.map(({ stream, status, reason, version, machineVersion, since }) => {
        const [machine = "", ...rest] = stream.split("/")
        return { machine, id: rest.join("/"), status, reason, version, machineVersion, since: iso(since) }
      })
    }
  }),
  see: Effect.fnUntraced(function* ({ params: { machine, id }, payload: { order, reason } }) {
    const stream = `${machine}/${id}`
    const caller = yield* mayReachAll("engine", "write", `actor.${order}`, stream)
    const store = yield* EventStore
    if (!(yield* store.askStopped(caller.company, stream, order, principalName(caller), reason)))
      return yield* refuse(404, `${stream.slice(0, 80)} is no stopped actor`)
    yield* (yield* Audit).write(doneBy(caller, `actor.${order}`, stream, { reason }))
  })
})
