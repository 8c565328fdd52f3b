import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import type * as Rpc from "effect/rpc/Rpc"
import * as RpcClient from "effect/rpc/RpcClient"
import { RpcClientError } from "effect/rpc/RpcClientError"
import type * as RpcGroup from "effect/rpc/RpcGroup"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { version } from "../version.ts"
import { Control, controlPath, versionHeader } from "./contract.ts"

/** Where another process's engine is asked, and what proves that we may; both are in its `engine.json`. */
export interface RemoteEngine {
  readonly url: string
  readonly token: string
}

/** The other process did not answer, or not as it should; one that is starting soon will. */
export class NotAnswered extends Schema.TaggedError<NotAnswered>()("NotAnswered", {
  message: Schema.String,
  isStarting: Schema.Boolean,
  retryAfterMs: Schema.Number
}) {}

const answerTimeoutMs = 30_000
/** An import becomes history in one statement. */
const timeoutsMs: { readonly [Tag in Call["_tag"]]?: number } = { "seals.finishImport": 30 * 60_000 }
const retryAfterMs = 1000
/** Parts of an answer that wait to be taken. */
const partsAhead = 2

type Call = RpcGroup.Rpcs<typeof Control>
type CallOf<Tag extends string> = Rpc.ExtractTag<Call, Tag>
type Payload<Tag extends string> = Rpc.PayloadConstructor<CallOf<Tag>>
type Failure<Tag extends string> = Rpc.ErrorExit<CallOf<Tag>> | NotAnswered

/** The process that runs the engine. */
export class ControlClient extends Context.Service<
  ControlClient,
  {
    readonly ask: <const Tag extends Call["_tag"]>(
      tag: Tag,
      args: Payload<Tag>
    ) => Effect.Effect<Rpc.Success<CallOf<Tag>>, Failure<Tag>>
    /** An answer in parts, none of which is fetched long before it is taken. */
    readonly parts: <const Tag extends Call["_tag"]>(
      tag: Tag,
      args: Payload<Tag>
    ) => Stream.Stream<Rpc.SuccessChunk<CallOf<Tag>>, Failure<Tag>>
  }
>()("centurion/control/ControlClient") {
  static readonly layer = (remote: RemoteEngine) =>
    Layer.effect(
      ControlClient,
      Effect.gen(function* () {
        // What it takes and gives is said by the types of `ask` and `parts`.
        const calls = (yield* RpcClient.make(Control, {
          disableTracing: true,
          flatten: true
        })) as unknown as (...call: ReadonlyArray<unknown>) => Effect.Effect<never> & Stream.Stream<never>
        const failure = failureAt(remote.url)
        return {
          ask: (tag, args) => {
            const timeoutMs = timeoutsMs[tag] ?? answerTimeoutMs
            return Effect.suspend(() => calls(tag, args)).pipe(
              Effect.timeoutOrElse({
                duration: timeoutMs,
                orElse: () => Effect.die(`it did not answer within ${timeoutMs / 1000} s`)
              }),
              Effect.catchCause((cause) => Effect.failCause(failure(cause)))
            )
          },
          parts: (tag, args) =>
            Stream.suspend(() => calls(tag, args, { streamBufferSize: partsAhead })).pipe(
              Stream.catchCause((cause) => Stream.failCause(failure(cause)))
            )
        }
      })
    ).pipe(Layer.provide(protocol(remote)))
}

const protocol = ({ url, token }: RemoteEngine) =>
  RpcClient.layerProtocolHttp({
    url: `${url}${controlPath}`,
    transformClient: (client) =>
      client.pipe(
        HttpClient.mapRequest(
          HttpClientRequest.setHeaders({ authorization: `Bearer ${token}`, [versionHeader]: version })
        ),
        HttpClient.transformResponse(Effect.tap((response) => refusal(url, response)))
      )
  }).pipe(
    Layer.provide(
      // An answer is as long as what was asked for.
      Layer.merge(FetchHttpClient.layer, RpcSerialization.layerNdjsonWith({ maxBufferSize: "unbounded" }))
    )
  )

/** What is no answer of a call is a problem of the server; it dies here to be a `NotAnswered` further up. */
const refusal = (url: string, response: HttpClientResponse.HttpClientResponse) =>
  response.status === 200
    ? Effect.void
    : Effect.flatMap(
        Effect.orElseSucceed(response.json, () => null),
        (problem) =>
          Effect.die(notAnswered(url, response, String((problem as { detail?: unknown })?.detail ?? "")))
      )

const notAnswered = (
  url: string,
  { status, headers }: Pick<HttpClientResponse.HttpClientResponse, "status" | "headers">,
  detail: string
): NotAnswered => {
  const isStarting = status === 503
  const seconds = Number(headers["retry-after"] ?? Number.NaN)
  const message = isStarting
    ? detail
    : status === 404 || status === 409
      ? `the server at ${url} is of another version than this command, centurion ${version}${detail === "" ? "" : ` (${detail})`}: stop it and start it with this one, or ask with a command of its version`
      : cantBeAsked(url, `it answered ${status}: ${detail}`)
  return new NotAnswered({ message, isStarting, retryAfterMs: seconds > 0 ? seconds * 1000 : retryAfterMs })
}

const cantBeAsked = (url: string, why: string) => `the engine at ${url} can't be asked: ${why}`

/** A failure that the contract names stays what it is; whatever else happened there or on the way is `NotAnswered`. */
const failureAt =
  (url: string) =>
  <E>(cause: Cause.Cause<E | RpcClientError>): Cause.Cause<E | NotAnswered> => {
    const error = Cause.squash(cause)
    if (error instanceof NotAnswered) return Cause.fail(error)
    if (Cause.hasFails(cause) && !(error instanceof RpcClientError)) return cause as Cause.Cause<E>
    const why = Cause.hasInterruptsOnly(cause) ? "it ended before it answered" : firstCauseOf(error)
    return Cause.fail(new NotAnswered({ message: cantBeAsked(url, why), isStarting: false, retryAfterMs }))
  }

/** The innermost of an error's causes: what the transport wraps around it says less. */
const firstCauseOf = (error: unknown): string => {
  const { cause, reason } = (error ?? {}) as { readonly cause?: unknown; readonly reason?: unknown }
  const inner = reason ?? cause
  if (inner instanceof Error) return firstCauseOf(inner)
  return error instanceof Error && error.message !== "" ? error.message : String(error)
}
