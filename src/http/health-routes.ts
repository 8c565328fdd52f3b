import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Engine } from "../../actors/engine/engine.ts"
import { tryAgainWords } from "../resources/try-again-words.ts"
import { problem } from "./problem.ts"

const retryMs = 2000

/** The answer of `/readyz` while no work is taken, with why. */
export const notReady = (why: string) => problem(503, why, { retryAfterMs: retryMs })

/** `/readyz`: it owns partitions and the database answers, else 503; what the database said is in the log. */
export const healthRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const engine = yield* Engine
    yield* router.add(
      "GET",
      "/readyz",
      Effect.map(engine.status, (status) =>
        status.ready
          ? HttpServerResponse.jsonUnsafe({ status: "ready", partitions: status.partitions })
          : notReady(tryAgainWords[status.lacks ?? "notOwner"])
      )
    )
  })
)
