import { STATUS_CODES } from "node:http"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import type { ApiFailure } from "../refusal.ts"

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

const exampleOf = (status: number) => ({
  type: "about:blank",
  title: STATUS_CODES[status] ?? "Error",
  status,
  detail: problemMeanings[status] ?? "",
  ...(status === 422 ? { errors: [{ pointer: "/reason", detail: "Missing key" }] } : {}),
  ...(status === 400
    ? { errors: [{ parameter: "limit", detail: "a whole number from 1 to 200 is expected" }] }
    : {})
})

const known = new Map<number, Schema.Codec<ApiFailure, unknown>>()

const problemSchema = (status: number): Schema.Codec<ApiFailure, unknown> => {
  const before = known.get(status)
  if (before !== undefined) return before
  // A problem may have members of its own, as RFC 9457 says: `state` and `can`, the `id` of what is there already.
  const schema = Schema.StructWithRest(Schema.Struct(fields), [Schema.Record(Schema.String, Schema.Unknown)])
    .annotate({
      identifier: `Problem${status}`,
      description: problemMeanings[status] ?? "",
      examples: [exampleOf(status)] as never
    })
    .pipe(HttpApiSchema.asJson({ contentType: "application/problem+json" }), HttpApiSchema.status(status))
  known.set(status, schema as never)
  return schema as never
}

/**
 * The errors of an endpoint, for the OpenAPI document. What a handler fails with becomes the answer in
 * `middleware/problems.ts`, never by these schemas.
 */
export const problems = (
  ...statuses: ReadonlyArray<number>
): ReadonlyArray<Schema.Codec<ApiFailure, unknown>> =>
  [...new Set([...statuses, 429, 503])].sort((a, b) => a - b).map(problemSchema)
