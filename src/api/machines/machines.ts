import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { rowExample, rowSchema } from "../../../projections/query/row-schema.ts"
import { EventJson } from "../../resources/event-json.ts"
import type { MachineResource, SendableEvent } from "../../resources/machine-resource.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { exampleBody } from "../contract/example-body.ts"
import { Id } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import {
  pageParameters,
  waitForParameter,
  withListParameters,
  withParameters,
  writeHeaders
} from "../lists/list-parameters.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { AnswersOnce } from "../middleware/idempotency.ts"
import { Problems } from "../middleware/problems.ts"
import { listActors, readHistory, sendEvent } from "./actor-requests.ts"
import { readActor } from "./read-actor.ts"

/** A page of a list. */
export const pageOf = (items: Schema.Top, example?: unknown) =>
  Schema.Struct({
    items: Schema.Array(items),
    next: Schema.NullOr(Schema.String).annotate({
      description: "The cursor of the next page; null on the last."
    })
  }).annotate(example === undefined ? {} : { examples: [{ items: [example], next: null }] as never })

const Possible = Schema.Struct({
  event: Schema.String,
  values: Schema.optionalKey(Schema.Record(Schema.String, Schema.Array(Schema.Unknown)))
})

/** What a write answers. */
export const Written = Schema.Struct({
  id: Schema.String,
  version: Schema.Int.annotate({ description: "The version after it; also the ETag." }),
  duplicate: Schema.Boolean.annotate({ description: "True when it was stored before, by the same key." })
}).annotate({
  identifier: "Written",
  description: "It is stored. `Centurion-Wait-For` says how to wait until lists show it.",
  examples: [{ id: "a1b2c3", version: 8, duplicate: false }]
})

const params = { id: Id }

const actorSchema = ({ machine, rows }: MachineResource) => {
  const row = rows === undefined ? Schema.Null : Schema.NullOr(rowSchema(rows.readModel))
  return Schema.Struct({
    id: Schema.String,
    machine: Schema.Literal(machine),
    version: Schema.Int,
    state: Schema.Unknown.annotate({ description: "Where its machine stands." }),
    status: Schema.NullOr(Schema.Literals(["active", "done", "error"])),
    erased: Schema.Boolean,
    can: Schema.Array(Possible).annotate({ description: "What a person may send it now." }),
    row: row.annotate({ description: "Its row in the list; null until the read models have it." })
  }).annotate({
    examples: [
      {
        id: "a1b2c3",
        machine,
        version: 7,
        state: "open",
        status: "active",
        erased: false,
        can: [],
        row: rows === undefined ? null : rowExample(rows.readModel)
      }
    ] as never
  })
}

const listEndpoint = ({ plural, rows }: MachineResource) => {
  const row = rows === undefined ? Schema.Unknown : rowSchema(rows.readModel)
  const example = rows === undefined ? undefined : rowExample(rows.readModel)
  const endpoint = HttpApiEndpoint.get("list", `/${plural}`, {
    success: pageOf(row, example),
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
  const example = exampleBody(body)
  return example === undefined ? body : body.annotate({ examples: [example] as never })
}

const eventEndpoint = ({ plural, machine }: MachineResource, { type, body }: SendableEvent) =>
  HttpApiEndpoint.post(type, `/${plural}/:id/events/${type}`, {
    params,
    payload: shownBody(body) as never,
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

const groupName = ({ plural }: MachineResource) => plural

/** The group of endpoints that a machine gets by itself. */
export const machineGroup = (resource: MachineResource): HttpApiGroup.Top => {
  const group = HttpApiGroup.make(groupName(resource))
    .add(listEndpoint(resource) as never, readEndpoint(resource) as never, historyEndpoint(resource) as never)
    .annotateMerge(
      OpenApi.annotations({
        title: resource.plural,
        description: `Made from the machine \`${resource.machine}\`.`
      })
    )
  const whole = resource.events.reduce<HttpApiGroup.HttpApiGroup<string, never>>(
    (sum, event) => sum.add(eventEndpoint(resource, event) as never) as never,
    group as never
  )
  return whole.middleware(Authenticates).middleware(Problems) as never
}

const id = Effect.map(HttpRouter.params, ({ id = "" }) => id)

type AnyHandlers = {
  handleRaw: (name: string, handler: () => unknown) => AnyHandlers
}

/** The handlers of a group, whatever it is called. */
export type GroupLayer = Layer.Layer<HttpApiGroup.Service<"centurion", string>>

/** Answers the endpoints of `machineGroup`. */
export const machineHandlers = (api: never, resource: MachineResource): GroupLayer =>
  HttpApiBuilder.group(
    api,
    groupName(resource) as never,
    ((handlers: AnyHandlers) => {
      const read = handlers
        .handleRaw("list", () => listActors(resource))
        .handleRaw("read", () => Effect.flatMap(id, (id) => readActor(resource, id)))
        .handleRaw("history", () => Effect.flatMap(id, (id) => readHistory(resource, id)))
      return resource.events.reduce(
        (sum, event) =>
          sum.handleRaw(event.type, () => Effect.flatMap(id, (id) => sendEvent(resource, event, id))),
        read
      )
    }) as never
  ) as never
