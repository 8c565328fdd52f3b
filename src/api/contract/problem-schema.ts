import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"

const WrongPartSchema = Schema.Struct({
  pointer: Schema.optionalKey(Schema.String),
  parameter: Schema.optionalKey(Schema.String),
  header: Schema.optionalKey(Schema.String),
  detail: Schema.String
})

const fields = {
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  errors: Schema.optionalKey(Schema.Array(WrongPartSchema))
}

/** When an answer of each status is given, in the OpenAPI document. */
export const problemMeanings: Readonly<Record<number, string>> = {
  400: "The request can't be read: a parameter, a header, or a body that is no JSON.",
  401: "There are no valid credentials.",
  403: "The caller may not do this. It is audited.",
  404: "There is no such thing, or none that the caller may see.",
  409: "It does not fit what is there now; `detail` says what would.",
  410: "The person was erased.",
  412: "It was changed since `If-Match`; the answer's ETag is the present one.",
  413: "The body is too large.",
  415: "The body is of another kind than application/json.",
  422: "The body does not have the right shape; `errors` says where.",
  426: "This address speaks WebSocket only.",
  429: "Too often; `Retry-After` says when to try again.",
  503: "Not now; `Retry-After` says when to try again."
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Payload Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Entity",
  426: "Upgrade Required",
  429: "Too Many Requests",
  503: "Service Unavailable"
}

const exampleOf = (status: number) => ({
  type: "about:blank",
  title: titles[status] ?? "Error",
  status,
  detail: problemMeanings[status] ?? "",
  ...(status === 422 ? { errors: [{ pointer: "/reason", detail: "Missing key" }] } : {}),
  ...(status === 400
    ? { errors: [{ parameter: "limit", detail: "a whole number from 1 to 200 is expected" }] }
    : {})
})

// A problem may have members of its own, as RFC 9457 says: `state` and `can`, the `id` of what is there already.
const make = (status: number) =>
  Schema.StructWithRest(Schema.Struct(fields), [Schema.Record(Schema.String, Schema.Unknown)])
    .annotate({
      identifier: `Problem${status}`,
      description: problemMeanings[status] ?? "",
      examples: [exampleOf(status)]
    })
    .pipe(HttpApiSchema.asJson({ contentType: "application/problem+json" }), HttpApiSchema.status(status))

const known = new Map<number, ReturnType<typeof make>>()

const problemSchema = (status: number) => {
  const schema = known.get(status) ?? make(status)
  known.set(status, schema)
  return schema
}

/** The problems of these statuses, and no others. */
export const problemsOf = (...statuses: ReadonlyArray<number>) => statuses.map(problemSchema)

/** The errors of an endpoint. What a handler fails with becomes one of them in `refusal.ts`. */
export const problems = (...statuses: ReadonlyArray<number>) =>
  [...new Set([...statuses, 429, 503])].sort((a, b) => a - b).map(problemSchema)
