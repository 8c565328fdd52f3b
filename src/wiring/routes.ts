import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Layer from "effect/Layer"
import { machines } from "../../machines/index.ts"
import { readModels } from "../../projections/index.ts"
import { apiRoutes } from "../api/api.ts"
import { engineRoutes, engineServed } from "../control/engine-routes.ts"
import { pageRoutes } from "../http/chat/page-routes.ts"
import { healthRoutes } from "../http/health-routes.ts"
import { liveRoutes, liveServed } from "../http/live/live-routes.ts"
import type { Served } from "../http/serve-app.ts"
import { watcherRoutes } from "../http/watcher-routes.ts"
import { webhookRoutes, webhooksServed } from "../http/webhook-routes.ts"

const served: Served = [
  [/^\/$/, "GET, HEAD"],
  [/^\/(healthz|readyz|metrics|health\/integrations)$/, "GET, HEAD"]
]

/** Every route of this server; `token` opens those for the commands. */
export const routesOf = (token: string) => {
  const api = apiRoutes({ machines, readModels })
  return {
    routes: Layer.mergeAll(
      webhookRoutes,
      healthRoutes,
      pageRoutes,
      watcherRoutes,
      liveRoutes,
      engineRoutes(token),
      Layer.provide(api.routes, NodeHttpServer.layerHttpServices)
    ),
    served: [...served, ...webhooksServed, ...engineServed, ...liveServed, ...api.served]
  }
}
