import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { machines } from "../../machines/index.ts"
import { readModels } from "../../projections/index.ts"
import { apiRoutes } from "../api/api.ts"
import { Settings } from "../config.ts"
import { controlRoutes, controlServed } from "../control/routes.ts"
import { pageRoutes } from "../http/chat/page-routes.ts"
import { healthRoutes } from "../http/health-routes.ts"
import { liveRoutes, liveServed } from "../http/live/live-routes.ts"
import { metricsRoutes } from "../http/metrics-routes.ts"
import type { Served } from "../http/serve-app.ts"
import { webhookRoutes, webhooksServed } from "../http/webhook-routes.ts"
import { keeperQueriesLayer } from "../queries/local-queries.ts"

const served: Served = [
  [/^\/$/, "GET, HEAD"],
  [/^\/(healthz|readyz|metrics|health\/integrations)$/, "GET, HEAD"]
]

const queries = Layer.unwrap(Effect.map(Settings, ({ dir }) => keeperQueriesLayer(dir)))

/** Every route of this server; `token` opens those for the commands. */
export const routesOf = (token: string) => {
  const api = apiRoutes({ machines, readModels })
  return {
    routes: Layer.mergeAll(
      webhookRoutes,
      healthRoutes,
      pageRoutes,
      metricsRoutes,
      liveRoutes,
      Layer.provide(controlRoutes(token), queries),
      Layer.provide(api.routes, NodeHttpServer.layerHttpServices)
    ),
    served: [...served, ...webhooksServed, ...controlServed, ...liveServed, ...api.served]
  }
}
