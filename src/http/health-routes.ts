import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { problem } from "./problem.ts"
import { RunningEngine } from "./running-engine.ts"

const retryMs = 2000

/** `/healthz`: the process lives. `/readyz`: it owns partitions and the database answers, else 503 and why not. */
export const healthRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const running = yield* RunningEngine
    yield* router.add("GET", "/healthz", HttpServerResponse.jsonUnsafe({ status: "alive" }))
    yield* router.add(
      "GET",
      "/readyz",
      Effect.map(running.status, (status) =>
        status.ready
          ? HttpServerResponse.jsonUnsafe({ status: "ready", partitions: status.partitions })
          : problem(503, status.why ?? "not ready", { retryAfterMs: retryMs })
      )
    )
  })
)
