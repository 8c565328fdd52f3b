import * as Effect from "effect/Effect"
import type { JobState } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { queryLimits } from "../../../projections/query/query-limits.ts"
import { Audit, doneBy } from "../../accounts/audit/audit.ts"
import { mayReachAll } from "../caller.ts"
import { iso } from "../contract/group.ts"
import { jobsGroup, states } from "../contract/machines/jobs.ts"
import { handlersOf } from "../handlers-of.ts"
import { limitOf, textParameter } from "../lists/read-page.ts"
import { refuse } from "../refusal.ts"

type Place = { readonly machine: string; readonly id: string; readonly job: string }

const deadLetter = Effect.fnUntraced(function* (action: "retry" | "drop", { machine, id, job }: Place) {
  const stream = `${machine}/${id}`
  const caller = yield* mayReachAll("engine", "write", `job.${action}`, `${stream}:${job}`)
  const store = yield* EventStore
  const tend = action === "retry" ? store.retryJob : store.dropJob
  if (!(yield* tend(caller.company, stream, job)))
    return yield* refuse(404, `${stream} has no dead letter ${job.slice(0, 80)}`)
  yield* (yield* Audit).write(doneBy(caller, `job.${action}`, `${stream}:${job}`))
})

const stateOf = (text: string): JobState | undefined => states.find((state) => state === text)

/** What answers jobsGroup. */
export const jobsHandlers = handlersOf(jobsGroup, {
  list: Effect.fnUntraced(function* () {
    const { company } = yield* mayReachAll("engine", "read", "job.list", "job")
    const limit = yield* limitOf(queryLimits.pageMax)
    const text = yield* textParameter("state", 20)
    const state = text === undefined ? undefined : stateOf(text)
    if (text !== undefined && state === undefined)
      return yield* refuse(400, `state: one of ${states.join(", ")} is expected`, {
        errors: [{ parameter: "state", detail: `one of ${states.join(", ")} is expected` }]
      })
    const store = yield* EventStore
    const jobs = yield* store.listJobs(company, state ?? null, limit)
    // Never its input or message: they are sealed, and a page of them would be a page of conversations.
    return {
      items: jobs.map(({ stream, job, name, state, attempts, askedAt, dueAt, reason }) => {
        const [machine = "", ...rest] = stream.split("/")
        const id = rest.join("/")
        return { machine, id, job, name, state, attempts, askedAt: iso(askedAt), dueAt: iso(dueAt), reason }
      })
    }
  }),
  retry: ({ params }) => deadLetter("retry", params),
  drop: ({ params }) => deadLetter("drop", params)
})
