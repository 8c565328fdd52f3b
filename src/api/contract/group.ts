import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"

/** Where all endpoints of the API are. */
export const apiPrefix = "/api/v1"

/** The API of one group alone, for its handlers; the whole one is put together in `api.ts`. */
export const apiOf = <Group extends HttpApiGroup.Constraint>(group: Group) =>
  HttpApi.make("centurion")
    .add(group)
    .prefix(apiPrefix)
    // What a schema does not know is refused, as the document says: a misspelt field would be lost unseen.
    .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })

/** What an endpoint is for, in the OpenAPI document. */
export const about = (summary: string, description: string) => OpenApi.annotations({ summary, description })

/** What a group is called and about. */
export const titled = (title: string, description: string) => OpenApi.annotations({ title, description })

/** A schema with one value to show. */
export const example = <S extends Schema.Top>(schema: S, value: S["Encoded"]): S["Rebuild"] =>
  schema.annotate({ examples: [value] as never })

/** A moment in an answer, as ISO 8601 in UTC. */
export const IsoTime = Schema.String.annotate({ format: "date-time" })

/** A moment for an answer; null stays null. */
export const iso = <T extends number | null>(at: T): T extends null ? null | string : string =>
  (at === null ? null : new Date(at as number).toISOString()) as never

/** The id of anything of ours in a path: as short as ours are, and nothing that the database could not hold. */
export const Id = Schema.String.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(200),
  Schema.makeFilter((id) => (!id.includes("\u0000") && id.isWellFormed()) || "an id is expected")
)

/** A text of a request, at most so long. */
export const upTo = (most: number) => Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(most))
