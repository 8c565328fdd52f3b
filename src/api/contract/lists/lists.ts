import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import { pathOf } from "../../../../projections/query/field-names.ts"
import { rowExample, rowSchema } from "../../../../projections/query/row-schema.ts"
import type { ReadModel } from "../../../../projections/read-model.ts"
import type { Module } from "../../../accounts/permissions.ts"
import type { MachineResource } from "../../../resources/machine-resource.ts"
import { about, example, groupOf, Id, pageOf, titled } from "../group.ts"
import { withListParameters } from "../list-parameters.ts"
import { problems } from "../problem-schema.ts"

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

/** A page of a read model, with a row to show. */
export const pageOfRows = (readModel: ReadModel) =>
  example(pageOf(rowSchema(readModel)), { items: [rowExample(readModel)], next: null })

const listEndpoint = ({ readModel, path }: ListResource) =>
  HttpApiEndpoint.get(readModel.name, `/${path}`, {
    success: pageOfRows(readModel),
    error: problems(400, 401, 403)
  })
    .annotateMerge(about(`List ${path}`, readModel.about))
    .annotateMerge(withListParameters(readModel))

const readEndpoint = ({ readModel, path }: ListResource) =>
  HttpApiEndpoint.get(`${readModel.name}.read`, `/${path}/:id`, {
    params: { id: Id },
    success: example(rowSchema(readModel), rowExample(readModel)),
    error: problems(401, 403, 404)
  }).annotateMerge(about(`Read one of ${path}`, `By \`${readModel.key[0]}\`. ${readModel.about}`))

/** A row can be read by itself when one text is its key. */
export const hasOwnPath = ({ readModel: { key, columns } }: ListResource): boolean =>
  key.length === 1 && columns[key[0]!]!.kind === "text"

/** The endpoints of all lists. */
export const listGroup = (resources: ReadonlyArray<ListResource>) =>
  groupOf(
    "lists",
    titled("Lists", "Read models, each with filters and orders of its own columns."),
    resources.flatMap((resource) => [
      listEndpoint(resource),
      ...(hasOwnPath(resource) ? [readEndpoint(resource)] : [])
    ])
  )
