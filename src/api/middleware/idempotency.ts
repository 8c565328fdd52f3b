import type { IncomingMessage } from "node:http"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { Database } from "../../../eventstore/database/database.ts"
import { principalName } from "../../accounts/principal.ts"
import { Contacts } from "../../companies/contacts.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { AnswersOnce, Body, Caller, Idempotency } from "../contract/middleware.ts"
import { answerFailure, refuse } from "../refusal.ts"
import { forgetAnswer, type KeptAnswer, type KeyRef, keepAnswer, takeIdempotencyKey } from "./kept-answers.ts"

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

/** By a key of the company: a plain hash of a short body with a phone number could be guessed. */
const hashOfRequest = ({ method, url, headers }: IncomingMessage, text: string) =>
  JSON.stringify([method, url?.split("?")[0], headers["if-match"] ?? "", text])

/** What is known of a request by its key: the answer that it got, or what it takes to answer it now. */
const lookUp = Effect.fnUntraced(function* (source: IncomingMessage) {
  const key = source.headers["idempotency-key"]
  if (key === undefined) return { own: undefined, place: undefined }
  if (typeof key !== "string" || key.length > apiLimits.idempotencyKeyMax || !shape.test(key))
    return yield* wrongKey
  const caller = yield* Caller
  const { text } = yield* Body
  const contacts = yield* Contacts
  const principal = principalName(caller)
  const request = yield* contacts.blindKey(caller.company, hashOfRequest(source, text))
  const place = { company: caller.company, principal, key }
  const found = yield* takeIdempotencyKey(yield* Database, place, request)
  if (found === "busy")
    return yield* refuse(409, "the first request with this Idempotency-Key is still under way", {
      retryAfterMs: 1000
    })
  if (found === "otherRequest")
    return yield* refuse(422, "this Idempotency-Key was used for another request; take a new one")
  if (found !== "taken") return fromKept(found)
  return { place, own: yield* contacts.blindKey(caller.company, JSON.stringify([principal, key])) }
})

/** What answers `AnswersOnce`. */
export const answersOnce = Layer.effect(
  AnswersOnce,
  Effect.gen(function* () {
    const database = yield* Database
    const services = Context.make(Database, database).pipe(Context.add(Contacts, yield* Contacts))
    const keep = (place: KeyRef, response: HttpServerResponse.HttpServerResponse) =>
      isFinal(response.status) ? keepAnswer(database, place, toKept(response)) : forgetAnswer(database, place)
    return (answering) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ source }) =>
        Effect.matchEffect(Effect.provide(lookUp(source as IncomingMessage), services), {
          onFailure: answerFailure,
          onSuccess: (found) => {
            if (HttpServerResponse.isHttpServerResponse(found)) return Effect.succeed(found)
            const { own, place } = found
            const once = Effect.provideService(answering, Idempotency, own)
            if (place === undefined) return once
            // A request that could not be read, or broke, may come again.
            return Effect.flatMap(Effect.exit(once), (exit) =>
              Effect.andThen(
                Exit.isSuccess(exit) ? keep(place, exit.value) : forgetAnswer(database, place),
                exit
              )
            )
          }
        })
      )
  })
)
