import { randomUUID } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { HttpApiSchemaError } from "effect/http-api/HttpApiError"
import * as Layer from "effect/Layer"
import * as SchemaIssue from "effect/SchemaIssue"
import { problem } from "../../http/problem.ts"
import { AnswerHeaders, Problems } from "../contract/middleware.ts"
import { answerTo, refuse, type WrongPart } from "../refusal.ts"
import { measures } from "./measures.ts"

/** What answers `Problems`. */
export const problemDetails = Layer.succeed(Problems, (answering, { endpoint, group }) => {
  const measure = measures(`${group.identifier}.${endpoint.identifier}`)
  return Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ source }) => {
    const began = performance.now()
    const headers = { ...headersOfAll, [requestIdHeader]: requestIdOf(source as IncomingMessage) }
    return Effect.tap(
      answered(Effect.provideService(answering, AnswerHeaders, headers), headers),
      (response) => measure(response.status, performance.now() - began)
    )
  })
})

const answered = <E, R>(
  answering: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  headers: Readonly<Record<string, string>> & { readonly [requestIdHeader]: string }
) =>
  answering.pipe(
    Effect.catchCause((cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      const error: unknown = Cause.squash(cause)
      const answer = answerTo(HttpApiSchemaError.is(error) ? wrongShape(error) : error)
      return answer === undefined ? broken(cause, headers[requestIdHeader]) : Effect.succeed(answer)
    }),
    // All at once: each time the whole answer is copied.
    Effect.map((response) => HttpServerResponse.setHeaders(response, headers))
  )

const headersOfAll = { "cache-control": "no-store", "x-content-type-options": "nosniff" }

const requestIdHeader = "x-request-id"

/** What the client calls the request, if that can stand in a log line; else a name of ours. */
const requestIdOf = ({ headers }: IncomingMessage): string => {
  const given = headers[requestIdHeader]
  return typeof given === "string" && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID()
}

/** A defect of ours: the client learns that it is one, the log learns which. */
const broken = (cause: Cause.Cause<unknown>, requestId: string) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { method, url = "" } = request.source as IncomingMessage
    // Without its query: it may hold what people search for.
    yield* Effect.logError(`${method} ${url.split("?")[0]} broke, request ${requestId}`, cause)
    return problem(500, "something broke here; it is logged")
  })

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** A key as it stands in a JSON pointer. */
const escaped = (key: PropertyKey) => String(key).replaceAll("~", "~0").replaceAll("/", "~1")

type Path = ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>

const keysOf = (path: Path = []) => path.map((each) => (typeof each === "object" ? each.key : each))

const partOf = (kind: HttpApiSchemaError["kind"], path: Path | undefined, detail: string): WrongPart => {
  const keys = keysOf(path)
  const name = String(keys[0] ?? "")
  if (kind === "Payload") return { pointer: keys.map((key) => `/${escaped(key)}`).join(""), detail }
  return kind === "Headers" ? { header: name, detail } : { parameter: name, detail }
}

const partsMax = 20

/** What does not fit a schema, by its places. */
export const wrongParts = (
  kind: HttpApiSchemaError["kind"],
  issue: SchemaIssue.Issue
): ReadonlyArray<WrongPart> =>
  issuesOf(issue)
    .issues.slice(0, partsMax)
    .map(({ path, message }) => partOf(kind, path, message))

const wrongShape = ({ kind, cause }: HttpApiSchemaError): unknown => {
  if (kind === "Body" || kind === "ResponseHeaders") return cause
  const errors = wrongParts(kind, cause.issue)
  if (kind === "Params") return refuse(404, "there is nothing at this address", { errors })
  const what = kind === "Payload" ? "the body does not have the right shape" : "the request can't be read"
  const first = errors[0]
  const place = first?.pointer ?? first?.parameter ?? first?.header ?? ""
  const detail = first === undefined ? what : `${what}: ${place === "" ? "" : `${place}: `}${first.detail}`
  return refuse(kind === "Payload" ? 422 : 400, detail, { errors })
}
