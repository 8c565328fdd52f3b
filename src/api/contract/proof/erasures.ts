import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { apiLimits } from "../api-limits.ts"
import { about, apiPrefix, example, Id, IsoTime, titled, upTo } from "../group.ts"
import { pageParameters, withParameters } from "../list-parameters.ts"
import { Authenticates, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

const Erasure = Schema.Struct({
  id: Schema.String,
  leadId: Schema.String,
  by: Schema.String,
  reason: Schema.String,
  requestedAt: IsoTime,
  doneAt: Schema.NullOr(IsoTime),
  report: Schema.NullOr(Schema.Unknown).annotate({
    description: "What each place answered, once it is done."
  })
}).annotate({ identifier: "Erasure" })

const Hold = Schema.Struct({
  leadId: Schema.String,
  by: Schema.String,
  reason: Schema.String,
  since: IsoTime
}).annotate({
  identifier: "Hold"
})

const reason = upTo(apiLimits.reasonMax)
/** Who is to be erased, by one of these, and why. */
export const byIdentity = Schema.Struct({
  phone: Schema.optionalKey(upTo(40)),
  email: Schema.optionalKey(upTo(254)),
  leadId: Schema.optionalKey(Id),
  reason
})
const errors = problems(400, 401, 403, 404, 409, 413, 415, 422)

/** Erasing persons. */
export const erasuresGroup = HttpApiGroup.make("erasures")
  .add(
    HttpApiEndpoint.get("list", "/erasures", {
      success: Schema.Struct({ items: Schema.Array(Erasure) }),
      error: problems(400, 401, 403)
    })
      .annotateMerge(
        about(
          "List erasures",
          "The newest first, one page at most; those that are under way have no `doneAt`."
        )
      )
      .annotateMerge(withParameters([pageParameters()])),
    HttpApiEndpoint.get("read", "/erasures/:id", {
      params: { id: Id },
      success: Erasure,
      error: problems(401, 403, 404)
    }).annotateMerge(about("Read an erasure", "With its report once it is done.")),
    HttpApiEndpoint.post("erase", "/erasures", {
      payload: example(byIdentity, { email: "rui@example.com", reason: "asked by e-mail on 31 January" }),
      success: Erasure.pipe(HttpApiSchema.status(202)),
      error: errors
    }).annotateMerge(
      about(
        "Erase a person",
        "By lead id, phone or e-mail, one of them. Their key is destroyed and every place is emptied; it goes on until that is done, and can't be taken back."
      )
    ),
    HttpApiEndpoint.get("holds", "/holds", {
      success: Schema.Struct({ items: Schema.Array(Hold) }),
      error: problems(401, 403)
    }).annotateMerge(about("List legal holds", "Who is held can't be erased.")),
    HttpApiEndpoint.put("hold", "/holds/:leadId", {
      params: { leadId: Id },
      payload: example(Schema.Struct({ reason }), { reason: "lawsuit 12/2026" }),
      success: HttpApiSchema.NoContent,
      error: errors
    }).annotateMerge(about("Set a legal hold", "The person can't be erased until it is released.")),
    HttpApiEndpoint.delete("release", "/holds/:leadId", {
      params: { leadId: Id },
      success: HttpApiSchema.NoContent,
      error: problems(401, 403, 404)
    }).annotateMerge(about("Release a legal hold", "From then on the person can be erased."))
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Erasure", "Erasing persons, and legal holds against it."))
  .prefix(apiPrefix)
