import type { IncomingMessage } from "node:http"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import { isStorable } from "../../../eventstore/database/storable-text.ts"
import { Settings } from "../../config.ts"
import { readBody } from "../../http/read-body.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { Body, IsForm, ReadsBody } from "../contract/middleware.ts"
import { answerFailure, refuse } from "../refusal.ts"
import { filledIn, tidyTexts } from "./tidy-texts.ts"

const noBody: Body["Service"] = { text: "", json: undefined }

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** How deep brackets stand in each other, outside of texts; stops counting beyond `most`. */
export const jsonDepth = (text: string, most: number): number => {
  let depth = 0
  let deepest = 0
  let inText = false
  for (let n = 0; n < text.length && deepest <= most; n++) {
    const code = text.charCodeAt(n)
    if (inText) {
      if (code === 92) n++
      else if (code === 34) inText = false
    } else if (code === 34) inText = true
    else if (code === 91 || code === 123) deepest = Math.max(deepest, ++depth)
    else if (code === 93 || code === 125) depth--
  }
  return deepest
}

const isJson = (contentType: string | undefined): boolean =>
  /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType ?? "")

/** Requests of these carry no body that means anything; what comes all the same is thrown away. */
const bodiless: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE"])

/** Reads the body within its limits; refuses what is no UTF-8, no JSON, or another kind of content. */
const readJson = Effect.fnUntraced(function* (source: IncomingMessage, bodyMaxBytes: number) {
  const bytes = yield* Effect.mapError(readBody(source, bodyMaxBytes), ({ status, message }) =>
    refuse(status, message, { headers: { connection: "close" } })
  )
  if (bytes.length === 0) return noBody
  if (!isJson(source.headers["content-type"]))
    return yield* refuse(415, "the body must be JSON; send it with content-type: application/json")
  const text = yield* Effect.try({
    try: () => utf8.decode(bytes),
    catch: () => refuse(400, "the body is no valid UTF-8")
  })
  if (jsonDepth(text, apiLimits.jsonDepthMax) > apiLimits.jsonDepthMax)
    return yield* refuse(400, `the body has more than ${apiLimits.jsonDepthMax} brackets within each other`)
  const json = yield* Effect.try({
    try: () => JSON.parse(text) as unknown,
    catch: () => refuse(400, "the body is no valid JSON")
  })
  const place = unstorable(text, json)
  if (place !== undefined) {
    const detail = "a text holds U+0000 or half a surrogate pair, which can't be stored"
    return yield* refuse(422, `${place || "the whole"}: ${detail}`, { errors: [{ pointer: place, detail }] })
  }
  return { text, json }
})

/** The body with its texts as they are to be taken; as people filled it in, if it is a form. */
const tidied = (body: Body["Service"], isForm: boolean): Body["Service"] => {
  const tidy = tidyTexts(body.json)
  const json = isForm ? filledIn(tidy) : tidy
  return json === body.json ? body : { text: JSON.stringify(json), json }
}

/** Where a text or a name stands that Postgres could not hold. Only an escape can bring one: the bytes are UTF-8. */
const unstorable = (text: string, json: unknown): string | undefined =>
  /\\u(?:0000|d[89a-f])/i.test(text) ? unstorableIn(json, "") : undefined

const unstorableIn = (value: unknown, place: string): string | undefined => {
  if (typeof value === "string") return isStorable(value) ? undefined : place
  if (typeof value !== "object" || value === null) return undefined
  for (const [name, each] of Object.entries(value)) {
    const found = isStorable(name) ? unstorableIn(each, `${place}/${pointerKey(name)}`) : place
    if (found !== undefined) return found
  }
  return undefined
}

const pointerKey = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1")

/** The request as Effect's own decoder reads it on: JSON by any of its names, or empty, under the one name it knows. */
const readAlready = (request: HttpServerRequest.HttpServerRequest, { text }: Body["Service"]) =>
  Object.create(request, {
    text: { value: Effect.succeed(text) },
    headers: { value: Headers.set(request.headers, "content-type", "application/json") }
  }) as HttpServerRequest.HttpServerRequest

/** What answers `ReadsBody`: Effect's own decoder reads what was read within our limits, too. */
export const readsBody = Layer.effect(
  ReadsBody,
  Effect.gen(function* () {
    const { bodyMaxBytes } = yield* Settings
    return (answering, { endpoint }) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
        const source = request.source as IncomingMessage
        if (bodiless.has(source.method ?? "")) return Effect.provideService(answering, Body, noBody)
        return Effect.matchEffect(readJson(source, bodyMaxBytes), {
          onFailure: answerFailure,
          onSuccess: (read) => {
            const body = tidied(read, Context.get(endpoint.annotations, IsForm))
            return answering.pipe(
              Effect.provideService(Body, body),
              Effect.provideService(HttpServerRequest.HttpServerRequest, readAlready(request, body))
            )
          }
        })
      })
  })
)
