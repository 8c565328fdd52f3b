import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { TryAgain } from "../../actors/engine/engine.ts"
import type { CompanyAdmin } from "../companies/company-admin.ts"
import type { CompanyRefused } from "../companies/company-desk.ts"
import { parseWithBytes } from "./bytes-json.ts"
import type { Running } from "./running.ts"

const company = Schema.String
const asking = Schema.Struct({
  by: Schema.String,
  reason: Schema.String,
  expectedVersion: Schema.optionalKey(Schema.Number)
})

/** What may be asked of another process's companies, and with what. */
export const companyQuestions = {
  list: Schema.Tuple([]),
  get: Schema.Tuple([company]),
  create: Schema.Tuple([Schema.Unknown, asking]),
  change: Schema.Tuple([company, Schema.Unknown, asking]),
  suspend: Schema.Tuple([company, asking]),
  resume: Schema.Tuple([company, asking]),
  remains: Schema.Tuple([company]),
  delete: Schema.Tuple([company, asking])
} as const
type CompanyQuestion = keyof typeof companyQuestions

const decodeAsked = Schema.decodeUnknownResult(
  Schema.Struct({
    method: Schema.Literals(Object.keys(companyQuestions) as Array<CompanyQuestion>),
    args: Schema.Unknown
  })
)

/** A question that can't be understood. */
class WrongQuestion extends Schema.TaggedError<WrongQuestion>()("WrongQuestion", {
  message: Schema.String
}) {}

const parsed = (body: Uint8Array): unknown => {
  try {
    return parseWithBytes(Buffer.from(body).toString("utf8"))
  } catch {
    return undefined
  }
}

/** Asks the running engine's companies what the body of `POST /_engine/companies` says. */
export const askCompanies = Effect.fnUntraced(function* ({ companyAdmin }: Running, body: Uint8Array) {
  const asked = decodeAsked(parsed(body))
  if (Result.isFailure(asked)) return yield* new WrongQuestion({ message: asked.failure.message })
  const { method } = asked.success
  const args = Schema.decodeUnknownResult(
    companyQuestions[method] as Schema.Codec<ReadonlyArray<unknown>, unknown>
  )(asked.success.args)
  if (Result.isFailure(args))
    return yield* new WrongQuestion({ message: `${method}: ${args.failure.message}` })
  const answer = companyAdmin[method] as unknown
  type Answer = Effect.Effect<unknown, CompanyRefused | TryAgain>
  return yield* Effect.isEffect(answer)
    ? (answer as Answer)
    : (answer as (...args: ReadonlyArray<unknown>) => Answer)(...args.success)
})

/** The companies of another process, asked by `ask`. */
export const remoteCompanies = (
  ask: (
    method: CompanyQuestion,
    args: ReadonlyArray<unknown>
  ) => Effect.Effect<unknown, CompanyRefused | TryAgain>
): CompanyAdmin["Service"] => {
  const question =
    <A>(method: CompanyQuestion) =>
    (...args: ReadonlyArray<unknown>) =>
      ask(method, args) as Effect.Effect<A, CompanyRefused | TryAgain>
  return {
    list: Effect.suspend(question<never>("list")),
    get: question<never>("get"),
    create: question<never>("create"),
    change: question<never>("change"),
    suspend: question<never>("suspend"),
    resume: question<never>("resume"),
    remains: question<never>("remains"),
    delete: question<never>("delete")
  }
}
