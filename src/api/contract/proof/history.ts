import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Schema from "effect/Schema"
import { EventJson } from "../../../resources/event-json.ts"
import { apiLimits } from "../api-limits.ts"
import { about, apiPrefix, Id, IsoTime, titled } from "../group.ts"
import { pageParameters, withParameters } from "../list-parameters.ts"
import { Authenticates, Problems } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

const Partition = Schema.Struct({
  partition: Schema.Int,
  position: Schema.Int.annotate({ description: "Of its last event." }),
  recordedAt: IsoTime
})

const parameter = (name: string, description: string, type = "integer") => ({
  name,
  in: "query",
  required: false,
  description,
  schema: { type }
})

const whyParameters = [
  {
    ...parameter(
      "event",
      "Such as `conversation/7f3@12` for an event, or `conversation/7f3#3.1` for a chunk of a turn.",
      "string"
    )
  },
  { ...parameter("message", "A provider's id of a message, instead of `event`.", "string") }
]

/** For auditors. */
export const historyGroup = HttpApiGroup.make("history")
  .add(
    HttpApiEndpoint.get("partitions", "/partitions", {
      success: Schema.Struct({ items: Schema.Array(Partition) }),
      error: problems(401, 403)
    }).annotateMerge(about("List partitions", "The company's logs, each in its own order.")),
    HttpApiEndpoint.get("events", "/partitions/:partition/events", {
      params: {
        partition: Schema.FiniteFromString.check(
          Schema.isInt(),
          Schema.isBetween({ minimum: 1, maximum: 100_000 })
        )
      },
      success: Schema.Struct({ items: Schema.Array(EventJson), next: Schema.Int }),
      error: problems(400, 401, 403, 404)
    })
      .annotateMerge(
        about(
          "Follow events",
          "Of one partition, in order and without a gap; `next` is the `after` of the next page, which may be empty for now."
        )
      )
      .annotateMerge(
        withParameters([
          pageParameters(apiLimits.historyPageMax, apiLimits.historyPageDefault),
          parameter("after", "The position of the last event that you have.")
        ])
      ),
    HttpApiEndpoint.get("replay", "/replay/:machine/:id", {
      params: { machine: Id, id: Id },
      success: Schema.Record(Schema.String, Schema.Unknown),
      error: problems(400, 401, 403, 404)
    })
      .annotateMerge(
        about(
          "Replay an actor",
          "Its state as its machine makes it from its inputs, and whether the stored facts follow from them."
        )
      )
      .annotateMerge(
        withParameters([
          parameter("toVersion", "Up to this version."),
          parameter("toTime", "What had been recorded by then, ISO 8601.", "string")
        ])
      ),
    HttpApiEndpoint.get("why", "/why", {
      success: Schema.Record(Schema.String, Schema.Unknown),
      error: problems(400, 401, 403, 404)
    })
      .annotateMerge(
        about("Explain an event", "The turns that it passed through, and the tree of its causes.")
      )
      .annotateMerge(withParameters(whyParameters))
  )
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("History", "For auditors: events as they are stored, replayed and explained."))
  .prefix(apiPrefix)
