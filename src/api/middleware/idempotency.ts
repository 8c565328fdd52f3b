import type { IncomingMessage } from "node:http"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import { Database } from "../../../eventstore/database/database.ts"
import { principalName } from "../../accounts/principal.ts"
import { Contacts } from "../../companies/contacts.ts"
import { Caller } from "../caller.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { answerTo, refuse } from "../refusal.ts"
import { Body } from "./body.ts"
import { forgetAnswer, type KeptAnswer, keepAnswer, takeIdempotencyKey } from "./kept-answers.ts"

/** The key of the request as events carry it; undefined when the client gave none. */
export class Idempotency extends Context.Service<Idempotency, string | undefined>()(
  "centurion/http/api/Idempotency"
) {}

const shape = /^[\x21-\x7e]+$/

const wrongKey = refuse(400, `Idempotency-Key is 1-${apiLimits.idempotencyKeyMax} visible ASCII characters`, {
  errors: [{ header: "idempotency-key", detail: "visible ASCII characters are expected" }]
})

/** Answers that another try may change are not kept. */
const isFinal = (status: number): boolean =>
  status < 500 && ![401, 403, 408, 409, 412, 425, 429].includes(status)

const keptHeaders = ["etag", "centurion-wait-for", "location"] as const

const toKept = (response: HttpServerResponse.HttpServerResponse): KeptAnswer => {
  const type = response.headers["content-type"] ?? "application/json"
  const body = response.body._tag === "Uint8Array" ? Buffer.from(response.body.body).toString("utf8") : ""
  const headers = keptHeaders.flatMap((name) => {
    const value = response.headers[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { status: response.status, type, body, headers }
}

const fromKept = ({ status, type, body, headers }: KeptAnswer) =>
  HttpServerResponse.text(body, {
    status,
    contentType: type,
    headers: { ...Object.fromEntries(headers), "idempotent-replayed": "true" }
  })

/**
 * A request that comes again by its `Idempotency-Key` gets the answer that it got then. The same key with another
 * request is refused, and so is one whose first request is still under way.
 */
export class AnswersOnce extends HttpApiMiddleware.Service<
  AnswersOnce,
  { provides: Idempotency; requires: Caller | Body }
>()("centurion/http/api/AnswersOnce") {
  static readonly layer = Layer.effect(
    AnswersOnce,
    Effect.gen(function* () {
      const database = yield* Database
      const contacts = yield* Contacts
      return ((answering) =>
        Effect.gen(function* () {
          const source = (yield* HttpServerRequest.HttpServerRequest).source as IncomingMessage
          const key = source.headers["idempotency-key"]
          if (key === undefined) return yield* Effect.provideService(answering, Idempotency, undefined)
          if (typeof key !== "string" || key.length > apiLimits.idempotencyKeyMax || !shape.test(key))
            return yield* wrongKey
          const caller = yield* Caller
          const { text } = yield* Body
          const principal = principalName(caller)
          // By a key of the company: a plain hash of a short body with a phone number could be guessed.
          const request = yield* contacts.blindKey(
            caller.company,
            JSON.stringify([source.method, source.url?.split("?")[0], source.headers["if-match"] ?? "", text])
          )
          const place = { company: caller.company, principal, key }
          const found = yield* takeIdempotencyKey(database, place, request)
          if (found === "busy")
            return yield* refuse(409, "the first request with this Idempotency-Key is still under way", {
              retryAfterMs: 1000
            })
          if (found === "otherRequest")
            return yield* refuse(422, "this Idempotency-Key was used for another request; take a new one")
          if (found !== "taken") return fromKept(found)
          const own = yield* contacts.blindKey(caller.company, JSON.stringify([principal, key]))
          const exit = yield* Effect.exit(Effect.provideService(answering, Idempotency, own))
          const response = Exit.isSuccess(exit) ? exit.value : answerToExit(exit)
          if (response !== undefined && isFinal(response.status))
            yield* keepAnswer(database, place, toKept(response))
          else yield* forgetAnswer(database, place)
          return yield* exit
        })) as AnswersOnce["Service"]
    })
  )
}

const answerToExit = (exit: Exit.Failure<unknown, unknown>) => {
  const [reason] = exit.cause.reasons
  return reason?._tag === "Fail" ? answerTo(reason.error) : undefined
}
