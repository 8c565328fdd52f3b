import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { WebhookRefused } from "./channel.ts"
import { cleanText } from "./clean-text.ts"
import { channelLimits } from "./limits.ts"

const digest = (value: string) => createHash("sha256").update(value).digest()

/** Whether the given secret is ours; takes the same time wherever they differ and whatever their lengths. */
export const sameSecret = (given: string | undefined, ours: Redacted.Redacted<string>): boolean =>
  timingSafeEqual(digest(given ?? ""), digest(Redacted.value(ours))) && given !== undefined

/** The HMAC-SHA256 of the bytes, in lower-case hex. */
export const hmacHex = (bytes: Uint8Array | string, secret: Redacted.Redacted<string>): string =>
  createHmac("sha256", Redacted.value(secret)).update(bytes).digest("hex")

/** Whether `sha256=<hex>` is the HMAC-SHA256 of the raw bytes under our secret. */
export const signedBy = (
  given: string | undefined,
  bytes: Uint8Array,
  ours: Redacted.Redacted<string>
): boolean => sameSecret(given?.toLowerCase(), Redacted.make(`sha256=${hmacHex(bytes, ours)}`))

/** The answer to a webhook whose secret or signature is not ours. */
export const wrongSecret = (what: string) =>
  new WebhookRefused({ status: 401, message: `${what} is missing or wrong` })

/** The answer to a webhook of a wrong shape. */
export const wrongShape = (message: string) => new WebhookRefused({ status: 400, message })

/** The answer to a webhook that names an account which this channel does not have. */
export const noSuchInstance = (instance: string) =>
  new WebhookRefused({
    status: 404,
    message: `there is no instance "${cleanText(instance, instanceShownMax)}" on this channel`
  })

const instanceShownMax = 100

/** Refuses with 404 what stands behind the channel in the address and is not the webhook's instance. */
export const checkPath = (
  path: ReadonlyArray<string>,
  instance: string | undefined
): Effect.Effect<void, WebhookRefused> => {
  const other = path.find((place) => place !== instance)
  return other === undefined ? Effect.void : noSuchInstance(other)
}

/**
 * Reads a list, or the one item that stands for it. An item that can't be read is logged, without its values, and left
 * out; when there is no other, the webhook is refused for it.
 */
export const readItems = Effect.fnUntraced(function* <A>(
  given: unknown,
  read: (item: unknown) => Effect.Effect<ReadonlyArray<A>, WebhookRefused>
) {
  const items: ReadonlyArray<unknown> = Array.isArray(given) ? given : [given]
  const { webhookItemsMax } = channelLimits
  if (items.length > webhookItemsMax)
    return yield* wrongShape(`the webhook has ${items.length} items, at most ${webhookItemsMax} are taken`)
  const found = yield* Effect.forEach(items, (item) => Effect.result(read(item)))
  const wrong = found.flatMap((result) => (Result.isFailure(result) ? [result.failure] : []))
  if (wrong.length > 0 && wrong.length === items.length) return yield* wrong[0]!
  yield* Effect.forEach(wrong, ({ message }) =>
    Effect.logWarning(`an item of a webhook is left out: ${message}`)
  )
  return found.flatMap((result) => (Result.isSuccess(result) ? result.success : []))
})

/** The JSON value of a body; refuses with 400 what is not UTF-8, nested too deep, or not JSON. */
export const readJson = Effect.fnUntraced(function* (body: Uint8Array) {
  const text = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(body),
    catch: () => wrongShape("the body is not UTF-8")
  })
  if (deeperThan(text, channelLimits.webhookDepthMax)) {
    return yield* wrongShape(`the body is nested deeper than ${channelLimits.webhookDepthMax} levels`)
  }
  return yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: () => wrongShape("the body is not JSON")
  })
})

// Only the place is told, in these words: the value may be personal data, and the answer may be logged.
const faults = ["is missing", "has a value out of bounds", "has a wrong shape"]
const fieldsOf = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => (issue._tag === "MissingKey" ? "is missing" : "has a wrong shape"),
  checkHook: () => "has a value out of bounds"
})

/** Decodes by a schema; refuses with 400 and the first wrong field, written below `root`, but never its value. */
export const decodeShape = <T, E>(schema: Schema.Codec<T, E>, root = "") => {
  const decode = Schema.decodeUnknownResult(schema)
  return (value: unknown): Effect.Effect<T, WebhookRefused> => {
    const result = decode(value)
    if (Result.isSuccess(result)) return Effect.succeed(result.success)
    const first = fieldsOf(result.failure.issue).issues[0]
    const path = [root, ...(first?.path ?? []).map(String)].filter((part) => part !== "").join(".")
    const fault = faults.find((words) => words === first?.message) ?? "has a wrong shape"
    return Effect.fail(wrongShape(`${path === "" ? "the body" : path} ${fault}`))
  }
}

function deeperThan(text: string, depthMax: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (inString) {
      if (char === "\\") index++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === "{" || char === "[") {
      depth++
      if (depth > depthMax) return true
    } else if (char === "}" || char === "]") depth--
  }
  return false
}
