import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Engine } from "../../actors/engine/engine.ts"
import { Settings } from "../config.ts"
import { httpLimits } from "../http/limits.ts"
import { problem } from "../http/problem.ts"
import { readBody } from "../http/read-body.ts"
import type { Served } from "../http/serve-app.ts"
import { stringifyWithBytes } from "./bytes-json.ts"
import { askCompanies } from "./company-questions.ts"
import {
  DeliverAsked,
  type HistoryQuestion,
  historyQuestions,
  StoreAsked,
  type StoreQuestion,
  type SubjectQuestion,
  storeQuestions,
  subjectQuestions,
  ViewAsked
} from "./engine-questions.ts"
import { answerOperator, OperatorQuestion } from "./operator-questions.ts"
import { answerRead } from "./read-questions.ts"
import { type Running, running } from "./running.ts"
import { askSeals } from "./seal-questions.ts"

/** A question that can't be understood. */
class WrongQuestion extends Schema.TaggedError<WrongQuestion>()("WrongQuestion", {
  message: Schema.String
}) {}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/

const isTrusted = (source: IncomingMessage, token: string): boolean => {
  const given = Buffer.from(source.headers.authorization ?? "")
  const wanted = Buffer.from(`Bearer ${token}`)
  return (
    loopback.test(source.socket.remoteAddress ?? "") &&
    given.length === wanted.length &&
    timingSafeEqual(given, wanted)
  )
}

const answer = (body: unknown) => HttpServerResponse.text(stringifyWithBytes(body), jsonOptions)
const jsonOptions = { contentType: "application/json", headers: { "cache-control": "no-store" } }

const asked = <A>(schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return Effect.fnUntraced(function* (bytes: Uint8Array) {
    const body = yield* Effect.try({
      try: () => JSON.parse(Buffer.from(bytes).toString("utf8")) as unknown,
      catch: () => new WrongQuestion({ message: "the body is not JSON" })
    })
    return yield* Effect.mapError(decode(body), ({ message }) => new WrongQuestion({ message }))
  })
}

const decodeStore = asked(StoreAsked)
const decodeDeliver = asked(DeliverAsked)
const decodeView = asked(ViewAsked)
const decodeOperator = asked(OperatorQuestion)

/** What `centurion users` asks. */
const askAccounts = Effect.fnUntraced(function* ({ accounts }: Running, body: Uint8Array) {
  const question = yield* decodeOperator(body)
  return yield* Effect.provide(answerOperator(question), accounts)
})

/** Asks the store what is on the list, with no more rows than one answer may have. */
const askStore = Effect.fnUntraced(function* (
  { store, history, subjects, contacts }: Running,
  { method, args }: typeof StoreAsked.Type
) {
  const questions = { ...storeQuestions, ...historyQuestions, ...subjectQuestions }
  if (!Object.hasOwn(questions, method)) {
    const known = Object.keys(questions).join(", ")
    return yield* new WrongQuestion({ message: `"${method}" can't be asked; there are ${known}` })
  }
  const question = method as StoreQuestion | HistoryQuestion | SubjectQuestion
  const decoded = Schema.decodeUnknownResult(questions[question])(args)
  if (Result.isFailure(decoded))
    return yield* new WrongQuestion({ message: `${method}: ${decoded.failure.message}` })
  if (question === "now") return yield* store.now
  const given: ReadonlyArray<unknown> = decoded.success
  const rows = given.at(-1)
  if (typeof rows === "number" && rows > httpLimits.storeRowsMax)
    return yield* new WrongQuestion({
      message: `${method}: ${rows} rows are asked for, one answer has ${httpLimits.storeRowsMax} at most`
    })
  const asked = {
    ...store,
    ...subjects,
    contactSubject: (company: string, kind: string, value: string) =>
      contacts.subjectOf(company, { kind, value }),
    historyStream: history.readStream,
    historyPartition: history.readPartition,
    historyJobs: (...of: Parameters<typeof history.listJobs>) =>
      // A key never leaves the process.
      Effect.map(history.listJobs(...of), (jobs) => jobs.map((job) => ({ ...job, key: undefined })))
  }
  const ask = asked[question] as (...args: ReadonlyArray<unknown>) => Effect.Effect<unknown>
  return yield* ask(...given.map((each) => each ?? undefined))
})

const deliver = Effect.fnUntraced(function* ({ address, event, envelope }: typeof DeliverAsked.Type) {
  return yield* (yield* Engine).deliver(address, event, envelope)
})

/** What the engine answers, failures included, as JSON; only a question that can't be understood is a problem. */
const answered = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  effect: Effect.Effect<A, E, R>
) =>
  Effect.match(effect, {
    onSuccess: (value) => answer({ value: value ?? null }),
    onFailure: (error) =>
      error._tag === "WrongQuestion"
        ? problem(400, error.message)
        : // An error's message is not among the fields that are copied.
          answer({ error: { ...error, _tag: error._tag, message: error.message } })
  })

/** By path, the methods that are served. */
export const engineServed: Served = [
  [/^\/_engine\/status$/, "GET, HEAD"],
  [/^\/_engine\/(store|view|deliver)$/, "POST"]
]

/**
 * For the commands, when this process holds the embedded database: `/_engine/status`, `/_engine/store`,
 * `/_engine/seals`, `/_engine/companies`, `/_engine/view`, `/_engine/deliver`. Only for this machine, and only with the token of this process.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one line a route, until one RpcGroup takes their place
export const engineRoutes = (token: string) =>
  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: one line a route, until one RpcGroup takes their place
  HttpRouter.use((router) =>
    // biome-ignore lint/complexity/noExcessiveLinesPerFunction: one line a route, until one RpcGroup takes their place
    Effect.gen(function* () {
      const { bodyMaxBytes, dir } = yield* Settings

      const guarded = <E, R>(
        take: (body: Uint8Array) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
      ) =>
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          const source = request.source as IncomingMessage
          if (!isTrusted(source, token))
            return problem(401, "the token is missing or wrong", {
              headers: { "www-authenticate": "Bearer" }
            })
          const body = yield* Effect.result(readBody(source, bodyMaxBytes))
          if (Result.isFailure(body)) return problem(body.failure.status, body.failure.message)
          return yield* take(body.success)
        })

      const store = (body: Uint8Array) =>
        answered(
          Effect.gen(function* () {
            const question = yield* decodeStore(body)
            return yield* askStore(yield* running, question)
          })
        )
      const view = (body: Uint8Array) =>
        answered(
          Effect.gen(function* () {
            const { address } = yield* decodeView(body)
            const { engine } = yield* running
            return yield* engine.view(address)
          })
        )
      yield* router.add(
        "GET",
        "/_engine/status",
        guarded(() =>
          Effect.flatMap(Engine, ({ status }) => Effect.map(status, (value) => answer({ value })))
        )
      )
      yield* router.add("POST", "/_engine/store", guarded(store))
      yield* router.add(
        "POST",
        "/_engine/seals",
        guarded((body) => answered(Effect.flatMap(running, (running) => askSeals(running, body))))
      )
      yield* router.add(
        "POST",
        "/_engine/companies",
        guarded((body) => answered(Effect.flatMap(running, (running) => askCompanies(running, body))))
      )
      yield* router.add(
        "POST",
        "/_engine/accounts",
        guarded((body) => answered(Effect.flatMap(running, (running) => askAccounts(running, body))))
      )
      yield* router.add("POST", "/_engine/view", guarded(view))
      yield* router.add(
        "POST",
        "/_engine/read",
        guarded((body) => Effect.flatMap(running, (running) => answerRead(running, dir, body)))
      )
      yield* router.add(
        "POST",
        "/_engine/deliver",
        guarded((body) => answered(Effect.flatMap(decodeDeliver(body), deliver)))
      )
    })
  )
