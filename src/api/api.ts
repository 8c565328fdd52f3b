import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import type { ReadModel } from "../../projections/read-model.ts"
import { channelKinds } from "../channels/index.ts"
import { machineResource } from "../resources/machine-resource.ts"
import { keysHandlers } from "./accounts/api-keys.ts"
import { authHandlers } from "./accounts/auth.ts"
import { meHandlers } from "./accounts/me.ts"
import { usersHandlers } from "./accounts/users.ts"
import { companyHandlers, installationHandlers } from "./companies/companies.ts"
import { withAnswerHeaders } from "./contract/answer-headers.ts"
import { writtenApi } from "./contract/api.ts"
import { besideApi, joinDocuments } from "./contract/beside-api.ts"
import { listGroup, listResources } from "./contract/lists/lists.ts"
import { actorSchemaName, machineGroup } from "./contract/machines/machines.ts"
import { messagesHandlers } from "./crm/conversations.ts"
import { createHandlers } from "./crm/create.ts"
import { fromAnyPage, limitsForms, publicHandlers, publicPreflight } from "./crm/public-leads.ts"
import { docsPage } from "./docs-page.ts"
import { analyticsHandlers } from "./lists/analytics.ts"
import { listHandlers } from "./lists/lists.ts"
import { jobsHandlers } from "./machines/jobs.ts"
import { machineHandlers } from "./machines/machines.ts"
import { stoppedHandlers } from "./machines/stopped.ts"
import { authenticates, limitsAddress } from "./middleware/authenticate.ts"
import { readsBody } from "./middleware/body.ts"
import { answersOnce } from "./middleware/idempotency.ts"
import { problemDetails } from "./middleware/problems.ts"
import { erasuresHandlers } from "./proof/erasures.ts"
import { historyHandlers } from "./proof/history.ts"
import { verifyHandlers } from "./proof/verify.ts"

const writtenHandlers = Layer.mergeAll(
  authHandlers,
  meHandlers,
  usersHandlers,
  keysHandlers,
  companyHandlers,
  installationHandlers,
  createHandlers,
  messagesHandlers,
  analyticsHandlers,
  jobsHandlers,
  stoppedHandlers,
  historyHandlers,
  erasuresHandlers,
  verifyHandlers,
  publicHandlers
)

const middleware = Layer.mergeAll(
  problemDetails,
  authenticates,
  limitsAddress,
  limitsForms,
  fromAnyPage,
  readsBody,
  answersOnce
)

const beside = OpenApi.fromApi(
  besideApi(
    channelKinds.flatMap(({ shownAs, webhook }) =>
      webhook === undefined ? [] : [{ name: shownAs, ...webhook }]
    )
  )
)

/** What the API is made from: machines and read models each get their own. */
export interface ApiOf {
  readonly machines: ReadonlyArray<ListedMachine>
  readonly readModels: ReadonlyArray<ReadModel>
}

/** The API under `/api/v1`, its OpenAPI document and the page to try it. */
export const apiRoutes = ({ machines, readModels }: ApiOf) => {
  const resources = machines
    .filter(({ api }) => api !== false)
    .map((listed) => machineResource(listed, readModels))
  const lists = listResources(readModels, resources)
  const listsGroup = listGroup(lists)
  const versioned = new Set(resources.map(actorSchemaName))
  const made = resources.map((resource) => ({ resource, group: machineGroup(resource) }))
  const api = writtenApi.add(listsGroup, ...made.map(({ group }) => group)).annotateMerge(
    OpenApi.annotations({
      transform: (document) => joinDocuments(withAnswerHeaders(document, versioned), beside)
    })
  )
  const handlers = Layer.mergeAll(
    listHandlers(listsGroup, lists),
    ...made.map(({ group, resource }) => machineHandlers(group, resource))
  )
  const routes = HttpApiBuilder.layer(api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide(Layer.merge(writtenHandlers, handlers)),
    Layer.provide(middleware)
  )
  return {
    api,
    routes: Layer.mergeAll(routes, publicPreflight, docsPage(api)),
    served: servedPaths(api)
  }
}

/** By path, the methods that the API serves: so that another one is answered with 405 and what is allowed. */
const servedPaths = <Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<"centurion", Groups>
): ReadonlyArray<readonly [RegExp, string]> => {
  const methods = new Map<string, Set<string>>()
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { path, method } }) => {
      const pattern = `^${path.replaceAll(/:\w+/g, "[^/]+")}$`
      methods.set(pattern, (methods.get(pattern) ?? new Set()).add(method))
    }
  })
  return [...methods].map(([pattern, allowed]) => [new RegExp(pattern), [...allowed].join(", ")])
}
