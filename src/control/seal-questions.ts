import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { httpLimits } from "../http/limits.ts"
import { parseWithBytes } from "./bytes-json.ts"
import type { Running } from "./running.ts"

const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const rows = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: httpLimits.storeRowsMax }))
const links = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000 }))

/** What may be asked of another process's links, seals and imports, and with what; nothing here seals. */
export const sealQuestions = {
  readChain: Schema.Tuple([Schema.String, count, count, rows]),
  readLinks: Schema.Tuple([Schema.String, count, count, links]),
  lastSeal: Schema.Tuple([]),
  seals: Schema.Tuple([count, rows]),
  sealedPartitions: Schema.Tuple([count, count]),
  sealedBy: Schema.Tuple([count]),
  anchors: Schema.Tuple([]),
  stageEvents: Schema.Tuple([Schema.Array(Schema.Unknown)]),
  dropStaged: Schema.Tuple([Schema.String]),
  finishImport: Schema.Tuple([Schema.String, Schema.Array(count)])
} as const

/** The name of a question. */
export type SealQuestion = keyof typeof sealQuestions

const decodeAsked = Schema.decodeUnknownResult(
  Schema.Struct({
    method: Schema.Literals(Object.keys(sealQuestions) as Array<SealQuestion>),
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

/** Asks the running engine's seals what the body of `POST /_engine/seals` says. */
export const askSeals = Effect.fnUntraced(function* ({ seals }: Running, body: Uint8Array) {
  const asked = decodeAsked(parsed(body))
  if (Result.isFailure(asked)) return yield* new WrongQuestion({ message: asked.failure.message })
  const { method } = asked.success
  const args = Schema.decodeUnknownResult(
    sealQuestions[method] as Schema.Codec<ReadonlyArray<unknown>, unknown>
  )(asked.success.args)
  if (Result.isFailure(args))
    return yield* new WrongQuestion({ message: `${method}: ${args.failure.message}` })
  const answer = seals[method] as unknown
  return yield* Effect.isEffect(answer)
    ? (answer as Effect.Effect<unknown>)
    : (answer as (...args: ReadonlyArray<unknown>) => Effect.Effect<unknown>)(...args.success)
})
