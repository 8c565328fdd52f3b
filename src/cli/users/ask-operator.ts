import { userInfo } from "node:os"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { KnownCredentials } from "../../accounts/known-credentials.ts"
import { Operator } from "../../accounts/operator.ts"
import { answerOperator, type OperatorQuestion, operatorAnswers } from "../../accounts/operator-questions.ts"
import { Passwords } from "../../accounts/passwords.ts"
import { Settings, type SettingValues } from "../../config.ts"
import { embeddedAccess, prepareDatabase, storeLayerOf } from "../../connect-database.ts"
import { holdDirectory } from "../../embedded/embedded-database.ts"
import type { EngineFileContent } from "../../embedded/engine-file.ts"
import { failed } from "../cli-failure.ts"
import { findStorePlace, noDatabase, type StorePlace } from "../open-store.ts"
import { note } from "../terminal.ts"

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

/** This process does it, on a database that it reaches itself. */
const askHere = (
  place: Exclude<StorePlace, { readonly kind: "running" }>,
  settings: SettingValues,
  question: OperatorQuestion
) =>
  Effect.gen(function* () {
    if (place.kind === "embedded") yield* holdDirectory(place.dir)
    const access = place.kind === "embedded" ? yield* embeddedAccess(place.dir) : place.access
    if (access.embedded) yield* prepareDatabase(access, note)
    const operator = Operator.layer.pipe(
      Layer.provide(Layer.merge(Passwords.layer, KnownCredentials.layer)),
      Layer.provide(storeLayerOf(access, settings))
    )
    return yield* Effect.provide(answerOperator(question), operator)
  })

/** Asks whoever has the database of the settings at hand. */
export const askOperator = <Q extends OperatorQuestion>(question: Q) =>
  Effect.gen(function* () {
    const settings = yield* Settings
    const place = findStorePlace(settings)
    if (place === undefined) return yield* noDatabase(settings.dir)
    const answer =
      place.kind === "running"
        ? yield* askServer(place.engine, question)
        : yield* askHere(place, settings, question)
    type Answer = (typeof operatorAnswers)[Q["ask"]]["Type"]
    return (yield* Effect.orDie(Schema.decodeUnknownEffect(operatorAnswers[question.ask])(answer))) as Answer
  }).pipe(Effect.scoped, Effect.provide(Settings.layer))
