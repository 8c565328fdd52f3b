import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { about, apiPrefix, Id, IsoTime, titled } from "../group.ts"
import { pageParameters, withParameters } from "../list-parameters.ts"
import { Authenticates, Problems } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

/** Where a job may be that is not done. */
export const states = ["pending", "attempting", "unknown", "failed"] as const

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

/** Work for the outside world. */
export const jobsGroup = HttpApiGroup.make("jobs")
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
  .prefix(apiPrefix)
