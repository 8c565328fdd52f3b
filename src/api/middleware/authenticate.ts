import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import { RateLimiterStore } from "effect/persistence/RateLimiter"
import * as Redacted from "effect/Redacted"
import type { Principal } from "../../accounts/principal.ts"
import { Authentication } from "../../accounts/sessions/authentication.ts"
import { Settings } from "../../config.ts"
import { clientAddress } from "../../http/client-address.ts"
import { addressGroup } from "../../redis/address-group.ts"
import { rateLimits } from "../contract/api-limits.ts"
import { AnswerHeaders, Authenticates, Caller, LimitsAddress } from "../contract/middleware.ts"
import { answerFailure } from "../refusal.ts"
import { countRequest, tellLeft } from "./rate-limit.ts"

const limitsOf = (caller: Principal): readonly [number, number] =>
  caller.kind === "apiKey" ? [caller.perMinute, caller.perHour] : rateLimits.person

/** By the address that a request comes from. */
const addressOf = (trustedProxies: Parameters<typeof clientAddress>[1]) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ source }) =>
    clientAddress(source as IncomingMessage, trustedProxies)
  )

/** What answers `Authenticates`. */
export const authenticates = Layer.effect(
  Authenticates,
  Effect.gen(function* () {
    const { trustedProxies } = yield* Settings
    const counts = yield* RateLimiterStore
    const { authenticate } = yield* Authentication
    const admit = Effect.fnUntraced(function* (bearer: string) {
      const address = yield* addressOf(trustedProxies)
      const shown = bearer === "" ? undefined : `Bearer ${bearer}`
      const caller = yield* Effect.catchTag(authenticate(shown, { address }), "NotAuthenticated", (error) =>
        Effect.andThen(
          countRequest(counts, `address:${addressGroup(address)}`, rateLimits.address),
          Effect.fail(error)
        )
      )
      tellLeft(
        yield* AnswerHeaders,
        yield* countRequest(counts, `${caller.kind}:${caller.id}`, limitsOf(caller))
      )
      return caller
    })
    return {
      bearer: (answering, { credential }) =>
        Effect.matchEffect(admit(Redacted.value(credential)), {
          onSuccess: (caller) => Effect.provideService(answering, Caller, caller),
          onFailure: answerFailure
        })
    }
  })
)

/** What answers `LimitsAddress`. */
export const limitsAddress = Layer.effect(
  LimitsAddress,
  Effect.gen(function* () {
    const { trustedProxies } = yield* Settings
    const counts = yield* RateLimiterStore
    const count = Effect.gen(function* () {
      const who = addressGroup(yield* addressOf(trustedProxies))
      tellLeft(yield* AnswerHeaders, yield* countRequest(counts, `address:${who}`, rateLimits.address))
    })
    return (answering) => Effect.matchEffect(count, { onSuccess: () => answering, onFailure: answerFailure })
  })
)
