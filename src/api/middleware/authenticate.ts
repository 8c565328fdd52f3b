import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import { RateLimiterStore } from "effect/persistence/RateLimiter"
import type { Principal } from "../../accounts/principal.ts"
import { Authentication } from "../../accounts/sessions/authentication.ts"
import { Settings } from "../../config.ts"
import { addressGroup, clientAddress } from "../../http/client-address.ts"
import { Caller } from "../caller.ts"
import { rateLimits } from "../contract/api-limits.ts"
import { AnswerHeaders } from "./problems.ts"
import { countRequest, tellLeft } from "./rate-limit.ts"

const limitsOf = (caller: Principal): readonly [number, number] =>
  caller.kind === "apiKey" ? [caller.perMinute, caller.perHour] : rateLimits.person

/**
 * Lets in who has valid credentials, as often as they may; whoever has none is counted by address. No `HttpApiSecurity`: it
 * takes the header apart before we do, which is a fifteenth of all the work for a page of a list.
 */
export class Authenticates extends HttpApiMiddleware.Service<
  Authenticates,
  { provides: Caller; requires: AnswerHeaders }
>()("centurion/http/api/Authenticates") {
  static readonly layer = Layer.effect(
    Authenticates,
    Effect.gen(function* () {
      const { trustedProxies } = yield* Settings
      const counts = yield* RateLimiterStore
      const { authenticate } = yield* Authentication
      return (answering) =>
        Effect.gen(function* () {
          const source = (yield* HttpServerRequest.HttpServerRequest).source as IncomingMessage
          const address = clientAddress(source, trustedProxies)
          const caller = yield* Effect.catchTag(
            authenticate(source.headers.authorization, { address }),
            "NotAuthenticated",
            (error) =>
              Effect.andThen(
                countRequest(counts, `address:${addressGroup(address)}`, rateLimits.address),
                Effect.fail(error)
              )
          )
          const left = yield* countRequest(counts, `${caller.kind}:${caller.id}`, limitsOf(caller))
          tellLeft(yield* AnswerHeaders, left)
          return yield* Effect.provideService(answering, Caller, caller)
        }) as never
    })
  )
}

/** Counts by address: for what anybody may ask without credentials. */
export class LimitsAddress extends HttpApiMiddleware.Service<LimitsAddress, { requires: AnswerHeaders }>()(
  "centurion/http/api/LimitsAddress"
) {
  static readonly layer = Layer.effect(
    LimitsAddress,
    Effect.gen(function* () {
      const { trustedProxies } = yield* Settings
      const counts = yield* RateLimiterStore
      return (answering) =>
        Effect.gen(function* () {
          const source = (yield* HttpServerRequest.HttpServerRequest).source as IncomingMessage
          const who = addressGroup(clientAddress(source, trustedProxies))
          const left = yield* countRequest(counts, `address:${who}`, rateLimits.address)
          tellLeft(yield* AnswerHeaders, left)
          return yield* answering
        }) as never
    })
  )
}
