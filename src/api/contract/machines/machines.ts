import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { rowExample, rowSchema } from "../../../../projections/query/row-schema.ts"
import { EventJson } from "../../../resources/event-json.ts"
import type { MachineResource, SendableEvent } from "../../../resources/machine-resource.ts"
import { apiLimits } from "../api-limits.ts"
import { exampleBody } from "../example-body.ts"
import { example, groupOf, Id, pageOf, titled, Written } from "../group.ts"
import {
  pageParameters,
  waitForParameter,
  withListParameters,
  withParameters,
  writeHeaders
} from "../list-parameters.ts"
import { pageOfRows } from "../lists/lists.ts"
import { AnswersOnce, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

const Value = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])
const Possible = Schema.Struct({
  event: Schema.String,
  values: Schema.optionalKey(Schema.Record(Schema.String, Schema.Array(Value)))
})

const params = { id: Id }

/** What one of a machine's actors is called in the document: `Deal`. */
export const actorSchemaName = ({ machine }: MachineResource): string =>
  machine.replaceAll(/(?:^|[^a-zA-Z0-9])([a-zA-Z0-9])/g, (_, first: string) => first.toUpperCase())

const actorSchema = (resource: MachineResource) => {
  const { machine, rows } = resource
  const row = rows === undefined ? Schema.Null : Schema.NullOr(rowSchema(rows.readModel))
  const schema = Schema.Struct({
    id: Schema.String,
    machine: Schema.Literal(machine),
    version: Schema.Int,
    state: Schema.Unknown.annotate({ description: "Where its machine stands." }),
    status: Schema.NullOr(Schema.Literals(["active", "done", "error", "stopped"])),
    erased: Schema.Boolean,
    can: Schema.Array(Possible).annotate({ description: "What a person may send it now." }),
    row: row.annotate({ description: "Its row in the list; null until the read models have it." })
  }).annotate({ identifier: actorSchemaName(resource) })
  return example(schema, {
    id: "a1b2c3",
    machine,
    version: 7,
    state: "open",
    status: "active",
    erased: false,
    can: [],
    row: rows === undefined ? null : rowExample(rows.readModel)
  })
}

const listEndpoint = ({ plural, rows }: MachineResource) => {
  const endpoint = HttpApiEndpoint.get("list", `/${plural}`, {
    success: rows === undefined ? pageOf(Schema.Unknown) : pageOfRows(rows.readModel),
    error: problems(400, 401, 403)
  }).annotateMerge(
    OpenApi.annotations({
      summary: `List ${plural}`,
      description:
        `${rows?.readModel.about ?? ""} Filters are those of the columns; several are all true together.`.trim()
    })
  )
  return rows === undefined ? endpoint : endpoint.annotateMerge(withListParameters(rows.readModel))
}

const readEndpoint = (resource: MachineResource) =>
  HttpApiEndpoint.get("read", `/${resource.plural}/:id`, {
    params,
    success: actorSchema(resource),
    error: problems(400, 401, 403, 404)
  })
    .annotateMerge(
      OpenApi.annotations({
        summary: `Read a ${resource.machine}`,
        description:
          "Its row, where it stands, and `can`: what may be sent to it now. The ETag is for `If-Match`; with `If-None-Match` the answer is 304 while it is the same."
      })
    )
    .annotateMerge(withParameters([waitForParameter]))

const historyEndpoint = ({ plural, machine }: MachineResource) =>
  HttpApiEndpoint.get("history", `/${plural}/:id/history`, {
    params,
    success: Schema.Struct({
      items: Schema.Array(EventJson),
      next: Schema.NullOr(Schema.Int).annotate({ description: "`after` of the next page; null on the last." })
    }),
    error: problems(400, 401, 403, 404)
  })
    .annotateMerge(
      OpenApi.annotations({
        summary: `Read the history of a ${machine}`,
        description: "Its events, the oldest first, with personal data while its key exists."
      })
    )
    .annotateMerge(
      withParameters([
        pageParameters(apiLimits.historyPageMax, apiLimits.historyPageDefault),
        {
          name: "after",
          in: "query",
          required: false,
          description: "The version of the last event that you have.",
          schema: { type: "integer", minimum: 0, default: 0 }
        }
      ])
    )

const shownBody = (body: SendableEvent["body"]) => {
  const made = exampleBody(body)
  return made === undefined ? body : example(body, made)
}

const eventEndpoint = ({ plural, machine }: MachineResource, { type, body }: SendableEvent) =>
  HttpApiEndpoint.post(type, `/${plural}/:id/events/${type}`, {
    params,
    payload: shownBody(body),
    success: Written,
    error: problems(400, 401, 403, 404, 409, 410, 412, 413, 415, 422)
  })
    .middleware(AnswersOnce)
    .middleware(ReadsBody)
    .annotateMerge(
      OpenApi.annotations({
        summary: `Send ${type} to a ${machine}`,
        description:
          "Refused with 409, and without a trace, when the machine does not take it as it stands; `can` of the answer says what it does."
      })
    )
    .annotateMerge(withParameters(writeHeaders))

/** The group of endpoints that a machine gets by itself. */
export const machineGroup = (resource: MachineResource) =>
  groupOf(resource.plural, titled(resource.plural, `Made from the machine \`${resource.machine}\`.`), [
    listEndpoint(resource),
    readEndpoint(resource),
    historyEndpoint(resource),
    ...resource.events.map((event) => eventEndpoint(resource, event))
  ])
