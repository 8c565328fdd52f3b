import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { pathOf } from "../../../projections/query/field-names.ts"
import { rowExample, rowSchema } from "../../../projections/query/row-schema.ts"
import type { ReadModel } from "../../../projections/read-model.ts"
import type { Module } from "../../accounts/permissions.ts"
import type { MachineResource } from "../../resources/machine-resource.ts"
import { mayReach } from "../caller.ts"
import { about, Id, titled } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { type GroupLayer, pageOf } from "../machines/machines.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { Problems } from "../middleware/problems.ts"
import { refuse } from "../refusal.ts"
import { withListParameters } from "./list-parameters.ts"
import { readOne, readPage } from "./read-page.ts"

/** A read model that no machine lists itself by. */
export interface ListResource {
  readonly readModel: ReadModel
  readonly path: string
  readonly module: Module
}

/** Lists for read models that machines don't list themselves by; whose events they follow says who may read them. */
export const listResources = (
  readModels: ReadonlyArray<ReadModel>,
  machines: ReadonlyArray<MachineResource>
): ReadonlyArray<ListResource> => {
  const taken = new Set(machines.map(({ rows }) => rows?.readModel.name))
  return readModels
    .filter(({ name, api }) => !taken.has(name) && api !== false)
    .map((readModel) => {
      const followed = machines.find(({ machine }) => machine === readModel.machines?.[0])
      return {
        readModel,
        path: pathOf(readModel.name),
        module: readModel.module ?? followed?.module ?? "crm"
      }
    })
}

const params = { id: Id }

const listEndpoint = ({ readModel, path }: ListResource) =>
  HttpApiEndpoint.get(readModel.name, `/${path}`, {
    success: pageOf(rowSchema(readModel), rowExample(readModel)),
    error: problems(400, 401, 403)
  })
    .annotateMerge(about(`List ${path}`, readModel.about))
    .annotateMerge(withListParameters(readModel))

const readEndpoint = ({ readModel, path }: ListResource) =>
  HttpApiEndpoint.get(`${readModel.name}.read`, `/${path}/:id`, {
    params,
    success: rowSchema(readModel).annotate({ examples: [rowExample(readModel)] as never }),
    error: problems(401, 403, 404)
  }).annotateMerge(about(`Read one of ${path}`, `By \`${readModel.key[0]}\`. ${readModel.about}`))

/** A row can be read by itself when one text is its key. */
const hasOwnPath = ({ readModel: { key, columns } }: ListResource) =>
  key.length === 1 && columns[key[0]!]!.kind === "text"

/** The endpoints of all lists. */
export const listGroup = (resources: ReadonlyArray<ListResource>): HttpApiGroup.Top => {
  const endpoints = resources.flatMap((resource) => [
    listEndpoint(resource),
    ...(hasOwnPath(resource) ? [readEndpoint(resource)] : [])
  ])
  return HttpApiGroup.make("lists")
    .add(...(endpoints as never as [never]))
    .middleware(Authenticates)
    .middleware(Problems)
    .annotateMerge(titled("Lists", "Read models, each with filters and orders of its own columns.")) as never
}

const list = Effect.fnUntraced(function* ({ readModel, module }: ListResource) {
  const { caller, scope } = yield* mayReach(module, "read", `${readModel.name}.list`, readModel.name)
  return yield* readPage(readModel, caller.company, scope)
})

const read = Effect.fnUntraced(function* ({ readModel, module, path }: ListResource) {
  const { id = "" } = yield* HttpRouter.params
  const { caller, scope } = yield* mayReach(
    module,
    "read",
    `${readModel.name}.read`,
    `${readModel.name}:${id}`
  )
  const row = yield* readOne(readModel, caller.company, scope, [id])
  if (row === undefined)
    return yield* refuse(404, `there is none of ${path} with the id "${id.slice(0, 80)}"`)
  return HttpServerResponse.jsonUnsafe(row)
})

type AnyHandlers = { handleRaw: (name: string, handler: () => unknown) => AnyHandlers }

/** Answers the endpoints of `listGroup`. */
export const listHandlers = (api: never, resources: ReadonlyArray<ListResource>): GroupLayer =>
  HttpApiBuilder.group(
    api,
    "lists" as never,
    ((handlers: AnyHandlers) =>
      resources.reduce((sum, resource) => {
        const { name } = resource.readModel
        const listed = sum.handleRaw(name, () => list(resource))
        return hasOwnPath(resource) ? listed.handleRaw(`${name}.read`, () => read(resource)) : listed
      }, handlers)) as never
  ) as never
