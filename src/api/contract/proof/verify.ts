import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { about, apiPrefix, Id, IsoTime, titled } from "../group.ts"
import { Authenticates, Problems } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

const Damage = Schema.Struct({
  partition: Schema.NullOr(Schema.Int),
  position: Schema.NullOr(Schema.Int),
  stream: Schema.NullOr(Schema.String),
  version: Schema.NullOr(Schema.Int),
  kind: Schema.String,
  message: Schema.String
})

/** A verification, and how far it is. */
export const Task = Schema.Struct({
  id: Schema.String,
  state: Schema.Literals(["running", "done", "failed"]),
  startedAt: IsoTime,
  checked: Schema.Int.annotate({ description: "Events, so far." }),
  total: Schema.Int,
  ok: Schema.NullOr(Schema.Boolean),
  damages: Schema.Array(Damage)
}).annotate({
  identifier: "Verification",
  examples: [
    {
      id: "9f2c51d07a3e4b68",
      state: "done",
      startedAt: "2026-01-31T12:00:00.000Z",
      checked: 1200,
      total: 1200,
      ok: true,
      damages: []
    }
  ]
})
export type Task = typeof Task.Type

/** Whether history is what was written. */
export const verifyGroup = HttpApiGroup.make("verify")
  .add(
    HttpApiEndpoint.post("begin", "/verifications", {
      success: Task.pipe(HttpApiSchema.status(202)),
      error: problems(401, 403, 409)
    }).annotateMerge(
      about(
        "Verify history",
        "Checks every link, hash and seal of the company's events; one at a time. Ask for the task until it is done."
      )
    ),
    HttpApiEndpoint.get("read", "/verifications/:id", {
      params: { id: Id },
      success: Task,
      error: problems(401, 403, 404)
    }).annotateMerge(
      about(
        "Read a verification",
        "How far it is, and the first damage of each partition. Kept by the process that runs it."
      )
    )
  )
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Verification", "Whether history is what was written."))
  .prefix(apiPrefix)
