import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { apiLimits } from "../api-limits.ts"
import { about, apiPrefix, example, Id, IsoTime, titled, upTo } from "../group.ts"
import { pageParameters, withParameters } from "../list-parameters.ts"
import { Authenticates, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

/** How an actor may be that does not go on. */
export const stoppedStatuses = ["error", "parked"] as const

const StoppedActor = Schema.Struct({
  machine: Schema.String,
  id: Schema.String,
  status: Schema.Literals(stoppedStatuses).annotate({
    description: "`error`: its machine threw. `parked`: its events are refused."
  }),
  reason: Schema.String.annotate({
    description:
      "`threw`: its machine did. `fact`: it drew one that is not as declared. `hung`: its step did not end. `history`: no listed version goes on from it. `locked`: its master key is not here."
  }),
  version: Schema.Int.annotate({ description: "Of the last event that is stored of it." }),
  machineVersion: Schema.String,
  since: IsoTime
}).annotate({
  identifier: "StoppedActor",
  examples: [
    {
      machine: "machine",
      id: "a1b2c3",
      status: "parked",
      reason: "history",
      version: 12,
      machineVersion: "1.1.0+3f2a9c01",
      since: "2026-01-31T12:00:00.000Z"
    }
  ]
})

const orders = ["retry", "move", "close"] as const
const Order = Schema.Struct({
  order: Schema.Literals(orders).annotate({
    description:
      "`retry`: the input that broke it is taken again, from the state before it; a parked one may be loaded again. `move`: the same under the present version of its machine. `close`: it ends, for good."
  }),
  reason: upTo(apiLimits.reasonMax)
})

/** Actors that do not go on until somebody sees to them. */
export const stoppedGroup = HttpApiGroup.make("stoppedActors")
  .add(
    HttpApiEndpoint.get("list", "/stopped-actors", {
      success: Schema.Struct({ items: Schema.Array(StoppedActor) }),
      error: problems(400, 401, 403)
    })
      .annotateMerge(
        about(
          "List stopped actors",
          "Those that do not go on, the last that stopped first. At most one page."
        )
      )
      .annotateMerge(
        withParameters([
          pageParameters(),
          {
            name: "status",
            in: "query",
            required: false,
            description: "Only those that are so.",
            schema: { type: "string", enum: stoppedStatuses }
          }
        ])
      ),
    HttpApiEndpoint.post("see", "/stopped-actors/:machine/:id/orders", {
      params: { machine: Id, id: Id },
      payload: example(Order, { order: "retry", reason: "the price is mended in 1.1.0" }),
      success: HttpApiSchema.Empty(202),
      error: problems(400, 401, 403, 404, 413, 415, 422)
    })
      .middleware(ReadsBody)
      .annotateMerge(
        about(
          "See to a stopped actor",
          "The process that owns it does it within seconds; the actor is listed until it goes on. Its history says who asked."
        )
      )
  )
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Stopped actors", "Whose machine ended in an error, or that are parked."))
  .prefix(apiPrefix)
