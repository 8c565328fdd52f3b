import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import type { ReadModel } from "../../projections/read-model.ts"
import { channelKinds } from "../channels/index.ts"
import { machineResource } from "../resources/machine-resource.ts"
import { keyGroups, keyLayers } from "./accounts/api-keys.ts"
import { authGroups, authLayers } from "./accounts/auth.ts"
import { meGroups, meLayers } from "./accounts/me.ts"
import { userGroups, userLayers } from "./accounts/users.ts"
import { companyGroups, companyLayers } from "./companies/companies.ts"
import { operationsBehind, withCredentials } from "./contract/credentials-in-document.ts"
import { apiPrefix } from "./contract/group.ts"
import { withOtherOperations } from "./contract/other-operations.ts"
import { contactGroups, contactLayers } from "./crm/contacts.ts"
import { conversationGroups, conversationLayers } from "./crm/conversations.ts"
import { publicGroups, publicLayers, publicPreflight } from "./crm/public-leads.ts"
import { docsPage } from "./docs-page.ts"
import { analyticsGroups, analyticsLayers } from "./lists/analytics.ts"
import { listGroup, listHandlers, listResources } from "./lists/lists.ts"
import { jobGroups, jobLayers } from "./machines/jobs.ts"
import { type GroupLayer, machineGroup, machineHandlers } from "./machines/machines.ts"
import { Authenticates, LimitsAddress } from "./middleware/authenticate.ts"
import { ReadsBody } from "./middleware/body.ts"
import { AnswersOnce } from "./middleware/idempotency.ts"
import { Problems } from "./middleware/problems.ts"
import { erasureGroups, erasureLayers } from "./proof/erasures.ts"
import { historyGroups, historyLayers } from "./proof/history.ts"
import { verifyGroups, verifyLayers } from "./proof/verify.ts"

const about = `The company of a request is the one that its token or API key belongs to. Lists come in pages by cursor;
writes take \`If-Match\` and \`Idempotency-Key\`; every error is a problem as in RFC 9457. Times are ISO 8601 in UTC.`

/** Groups that are written by hand, and what answers them. */
const ownGroups = [
  ...authGroups,
  ...meGroups,
  ...userGroups,
  ...keyGroups,
  ...companyGroups,
  ...contactGroups,
  ...conversationGroups,
  ...analyticsGroups,
  ...jobGroups,
  ...historyGroups,
  ...erasureGroups,
  ...verifyGroups
]
const ownLayers = [
  ...authLayers,
  ...meLayers,
  ...userLayers,
  ...keyLayers,
  ...companyLayers,
  ...contactLayers,
  ...conversationLayers,
  ...analyticsLayers,
  ...jobLayers,
  ...historyLayers,
  ...erasureLayers,
  ...verifyLayers,
  ...publicLayers
]

const webhooks = channelKinds.flatMap(({ shownAs, webhook }) =>
  webhook === undefined ? [] : [{ name: shownAs, ...webhook }]
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
  const groups = [...ownGroups, listGroup(lists), ...resources.map(machineGroup)] as unknown as [
    HttpApiGroup.Top,
    ...Array<HttpApiGroup.Top>
  ]
  const whole = HttpApi.make("centurion")
    .add(...groups)
    .prefix(apiPrefix)
    .add(...publicGroups)
  const secured = operationsBehind(Authenticates, Object.values(whole.groups) as never)
  const api = whole.annotateMerge(
    OpenApi.annotations({
      title: "Centurion",
      version: "1",
      description: about,
      transform: (document) => withOtherOperations(withCredentials(secured, document), webhooks)
    })
  )
  const handlers = [
    ...ownLayers,
    listHandlers(api as never, lists),
    ...resources.map((resource) => machineHandlers(api as never, resource))
  ] as unknown as ReadonlyArray<GroupLayer>
  const middlewares = Layer.mergeAll(
    Problems.layer,
    Authenticates.layer,
    LimitsAddress.layer,
    ReadsBody.layer,
    AnswersOnce.layer
  )
  const routes = HttpApiBuilder.layer(api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide(Layer.mergeAll(handlers[0]!, ...handlers.slice(1))),
    Layer.provide(middlewares)
  )
  return {
    api,
    routes: Layer.mergeAll(routes, publicPreflight, docsPage(api as never)),
    served: servedPaths(Object.values(api.groups) as never)
  }
}

/** By path, the methods that the API serves: so that another one is answered with 405 and what is allowed. */
const servedPaths = (groups: ReadonlyArray<HttpApiGroup.Top>): ReadonlyArray<readonly [RegExp, string]> => {
  const methods = new Map<string, Set<string>>()
  for (const { endpoints } of groups)
    for (const { path, method } of Object.values(endpoints)) {
      const pattern = `^${path.replaceAll(/:\w+/g, "[^/]+")}$`
      methods.set(pattern, (methods.get(pattern) ?? new Set()).add(method))
    }
  return [...methods].map(([pattern, allowed]) => [new RegExp(pattern), [...allowed].join(", ")])
}
