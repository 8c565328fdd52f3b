import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Engine } from "../../actors/engine/engine.ts"
import { Database } from "../../eventstore/database/database.ts"
import { tryAgainWords } from "../resources/try-again-words.ts"
import { problem } from "./problem.ts"

const retryMs = 2000
const lateWords = "the database does not answer in time; try again"

/** The answer of `/readyz` while no work is taken, with why. */
export const notReady = (why: string) => problem(503, why, { retryAfterMs: retryMs })

/** `/readyz`: it owns partitions and the database answers, else 503; what the database said is in the log. */
export const healthRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const database = yield* Database
    yield* router.add(
      "GET",
      "/readyz",
      Effect.map(engine.status, (status) => {
        if (database.isLate()) return notReady(lateWords)
        return status.ready
          ? HttpServerResponse.jsonUnsafe({ status: "ready", partitions: status.partitions })
          : notReady(tryAgainWords[status.lacks ?? "notOwner"])
      })
    )
  })
)
