import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import type { JobState } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { queryLimits } from "../../../projections/query/query-limits.ts"
import { Audit, doneBy } from "../../accounts/audit/audit.ts"
import { mayReachAll } from "../caller.ts"
import { about, apiOf, Id, IsoTime, iso, titled } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { pageParameters, withParameters } from "../lists/list-parameters.ts"
import { limitOf, textParameter } from "../lists/read-page.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { Problems } from "../middleware/problems.ts"
import { refuse } from "../refusal.ts"

const states = ["pending", "attempting", "unknown", "failed"] as const satisfies ReadonlyArray<JobState>

const Job = Schema.Struct({
  machine: Schema.String,
  id: Schema.String,
  job: Schema.String,
  name: Schema.String,
  state: Schema.Literals(states).annotate({ description: "`failed` is a dead letter: a person decides." }),
  attempts: Schema.Int,
  askedAt: IsoTime,
  dueAt: IsoTime,
  reason: Schema.NullOr(Schema.String)
}).annotate({
  identifier: "Job",
  examples: [
    {
      machine: "conversation",
      id: "a1b2c3",
      job: "12.0",
      name: "sendChunk",
      state: "failed",
      attempts: 6,
      askedAt: "2026-01-31T12:00:00.000Z",
      dueAt: "2026-01-31T12:05:00.000Z",
      reason: "refused"
    }
  ]
})

const params = { machine: Id, id: Id, job: Id }
const done = HttpApiSchema.NoContent
const errors = problems(401, 403, 404)

const group = HttpApiGroup.make("jobs")
  .add(
    HttpApiEndpoint.get("list", "/jobs", {
      success: Schema.Struct({ items: Schema.Array(Job) }),
      error: problems(400, 401, 403)
    })
      .annotateMerge(
        about(
          "List jobs",
          "Work that is not done: to come, under way, in doubt, and dead letters. At most one page."
        )
      )
      .annotateMerge(
        withParameters([
          pageParameters(),
          {
            name: "state",
            in: "query",
            required: false,
            description: "Only those in this state.",
            schema: { type: "string", enum: states }
          }
        ])
      ),
    HttpApiEndpoint.post("retry", "/jobs/:machine/:id/:job/retry", {
      params,
      success: done,
      error: errors
    }).annotateMerge(about("Retry a dead letter", "It is tried again as if it were new.")),
    HttpApiEndpoint.delete("drop", "/jobs/:machine/:id/:job", {
      params,
      success: done,
      error: errors
    }).annotateMerge(
      about("Drop a dead letter", "It is never tried again; who waits for it goes on without it.")
    )
  )
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Jobs", "Work for the outside world, and its dead letters."))

/** Work for the outside world. */
export const jobGroups = [group] as const

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

const isState = (text: string): text is JobState => (states as ReadonlyArray<string>).includes(text)

const handlers = HttpApiBuilder.group(apiOf(group), "jobs", (handlers) =>
  handlers.handleAll({
    list: Effect.fnUntraced(function* () {
      const { company } = yield* mayReachAll("engine", "read", "job.list", "job")
      const limit = yield* limitOf(queryLimits.pageMax)
      const state = yield* textParameter("state", 20)
      if (state !== undefined && !isState(state))
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
)

/** What answers it. */
export const jobLayers = [handlers] as const
