import { userInfo } from "node:os"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Database } from "../../eventstore/database/database.ts"
import type { EventStore } from "../../eventstore/log/event-store.ts"
import type { Secrets } from "../../eventstore/personal/secrets.ts"
import { Operator } from "../accounts/people/operator.ts"
import { Passwords } from "../accounts/people/passwords.ts"
import { KnownCredentials } from "../accounts/sessions/known-credentials.ts"
import { TokenKeys } from "../accounts/sessions/token-keys.ts"
import { failed } from "../cli/cli-failure.ts"
import { findStorePlace, noDatabase, storeLayerAt } from "../cli/open-store.ts"
import { Settings } from "../config.ts"
import { type EngineFileContent, findRunningEngine } from "../pglite/engine-file.ts"
import { answerOperator, type OperatorQuestion, operatorAnswers } from "./operator-questions.ts"

const answerTimeoutMs = 30_000

/** Who is told in the audit: whoever is logged in on this machine. */
export const operatorName = (): string => {
  try {
    return `operator:${userInfo().username}`
  } catch {
    return "operator:cli"
  }
}

const WireAnswer = Schema.Union([
  Schema.Struct({ value: Schema.Json }),
  Schema.Struct({ error: Schema.Struct({ _tag: Schema.String, message: Schema.String }) })
])
const decodeAnswer = Schema.decodeUnknownEffect(Schema.fromJsonString(WireAnswer))

/** The server that holds the embedded database does it. */
const askServer = Effect.fnUntraced(function* (
  { pid, url, token }: EngineFileContent,
  question: OperatorQuestion
) {
  if (url === null)
    return yield* failed(
      "EngineRuns",
      `process ${pid} holds the embedded database and does not listen yet; try again in a moment`
    )
  const text = yield* Effect.tryPromise({
    try: async () => {
      const response = await fetch(`${url}/_engine/accounts`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        signal: AbortSignal.timeout(answerTimeoutMs),
        body: JSON.stringify(question)
      })
      if (!response.ok) throw new Error(`it answered ${response.status}`)
      return await response.text()
    },
    catch: (cause) =>
      failed(
        "EngineRuns",
        `process ${pid} holds the embedded database and can't be asked at ${url} (${cause instanceof Error ? cause.message : cause}); stop it and try again`
      )
  })
  const answer = yield* Effect.orDie(decodeAnswer(text))
  if ("error" in answer) return yield* failed(answer.error._tag, answer.error.message)
  return answer.value as unknown
})

/** One question, and its answer. */
export type Ask = <Q extends OperatorQuestion>(
  question: Q
) => Effect.Effect<
  (typeof operatorAnswers)[Q["ask"]]["Type"],
  { readonly _tag: string; readonly message: string }
>

const asking = (
  answer: (
    question: OperatorQuestion
  ) => Effect.Effect<unknown, { readonly _tag: string; readonly message: string }>
): Ask =>
  ((question) =>
    Effect.flatMap(answer(question), (value) =>
      Effect.orDie(Schema.decodeUnknownEffect(operatorAnswers[question.ask])(value))
    )) as Ask

/** Gives a command whoever has the database of the settings at hand: this process, or the server that holds it. */
export const withOperator = <A, E>(use: (ask: Ask) => Effect.Effect<A, E, EventStore>) =>
  Effect.gen(function* () {
    const settings = yield* Settings
    const place = findStorePlace(settings)
    if (place === undefined) return yield* noDatabase(settings.dir)
    const store: Context.Context<EventStore> = yield* Layer.build(storeLayerAt(place, settings))
    // There is none when another process holds it.
    const database = Context.getOption(store as Context.Context<never>, Database)
    if (Option.isSome(database)) {
      const operator = Operator.layer.pipe(
        Layer.provide(Layer.mergeAll(Passwords.layer, KnownCredentials.layer, TokenKeys.layer)),
        // Whoever has the database has the secrets in it.
        Layer.provide(
          Layer.succeedContext(store as Context.Context<never> as Context.Context<Database | Secrets>)
        )
      )
      const context = yield* Layer.build(operator)
      return yield* Effect.provide(
        use(asking((question) => Effect.provide(answerOperator(question), context))),
        store
      )
    }
    const engine = findRunningEngine(settings.dir)
    if (engine === undefined)
      return yield* failed("EngineRuns", "the server that held the database has stopped; try again")
    return yield* Effect.provide(use(asking((question) => askServer(engine, question))), store)
  }).pipe(Effect.scoped, Effect.provide(Settings.layer))
