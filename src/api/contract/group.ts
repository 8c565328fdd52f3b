import type * as Context from "effect/Context"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { isStorable } from "../../../eventstore/database/storable-text.ts"
import { Authenticates, Problems } from "./middleware.ts"

/** Where all endpoints of the API are. */
export const apiPrefix = "/api/v1"

/** What an endpoint is for, in the OpenAPI document. */
export const about = (summary: string, description: string) => OpenApi.annotations({ summary, description })

/** A group behind credentials whose endpoints are made of a list of ours: which they are is known at the start only. */
export const groupOf = (
  name: string,
  annotations: Context.Context<never>,
  [first, ...rest]: ReadonlyArray<HttpApiEndpoint.Constraint>
): HttpApiGroup.Top =>
  HttpApiGroup.make(name)
    .add(first!, ...rest)
    .middleware(Authenticates)
    .middleware(Problems)
    .annotateMerge(annotations)
    // Its endpoints have no types of their own, so neither has what is put on them.
    .prefix(apiPrefix) as unknown as HttpApiGroup.Top

/** What a group is called and about. */
export const titled = (title: string, description: string) => OpenApi.annotations({ title, description })

/** A schema with one value to show. */
export const example = <S extends Schema.Top>(schema: S, value: S["Encoded"]): S["Rebuild"] =>
  schema.annotate({ examples: [value] as never })

/** A moment in an answer, as ISO 8601 in UTC. */
export const IsoTime = Schema.String.annotate({ format: "date-time" })

/** A moment for an answer; null stays null. */
export function iso(at: number): string
export function iso(at: number | null): string | null
export function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

/** The id of anything of ours in a path: as short as ours are, and nothing that the database could not hold. */
export const Id = Schema.String.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(200),
  Schema.makeFilter((id) => isStorable(id) || "an id is expected")
)

/** A text of a request, at most so long. */
export const upTo = (most: number) => Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(most))

/** A page of a list. */
export const pageOf = <S extends Schema.Top>(items: S) =>
  Schema.Struct({
    items: Schema.Array(items),
    next: Schema.NullOr(Schema.String).annotate({
      description: "The cursor of the next page; null on the last."
    })
  })

/** What a write answers. */
export const Written = Schema.Struct({
  id: Schema.String,
  version: Schema.Int.annotate({ description: "The version after it; also the ETag." }),
  status: Schema.Literals(["active", "done", "error", "stopped"]).annotate({
    description: "Of the actor after it; `error`: its machine threw, and it takes nothing more."
  }),
  duplicate: Schema.Boolean.annotate({ description: "True when it was stored before, by the same key." })
}).annotate({
  identifier: "Written",
  description: "It is stored. `Centurion-Wait-For` says how to wait until lists show it.",
  examples: [{ id: "a1b2c3", version: 8, status: "active", duplicate: false }]
})
