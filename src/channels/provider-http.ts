import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import { JobFailedForNow, JobRefused } from "../../actors/jobs/job-handler.ts"
import { channelLimits } from "./limits.ts"

/** What a provider answered. `body` is undefined when it was not JSON, too large, or broke off. */
export interface ProviderAnswer {
  readonly status: number
  readonly retryAfterMs: number | undefined
  readonly body: unknown
}

/** These say that no byte of the request was taken by the other side. */
const neverReached = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SENDING_FORBIDDEN"
])

/**
 * Sends one request and reads the answer, whatever its status. Fails with `providerUnreachable` (it surely did not
 * happen), `connectionBroke` or `timeout` (nobody knows). Errors never hold the URL: it may hold a token.
 */
export const callProvider = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  timeoutMs: number
): Effect.Effect<ProviderAnswer, JobFailedForNow> =>
  client.execute(request).pipe(
    Effect.mapError(transportFailure),
    Effect.flatMap(readAnswer),
    Effect.timeoutOrElse({
      duration: timeoutMs,
      orElse: () =>
        Effect.fail(
          new JobFailedForNow({
            reason: "timeout",
            message: `the provider did not answer within ${timeoutMs} ms`,
            happened: "unknown"
          })
        )
    }),
    // Following a redirect would send the key to another host, and turn a POST into a GET.
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )

/** The failure that an answer's status means with every provider; none for a status that the channel must judge. */
export const commonFailure = (
  answer: ProviderAnswer,
  said: string
): JobRefused | JobFailedForNow | undefined => {
  const { status } = answer
  if (status === 429) return failedForNow(answer, "rateLimited", said, "no")
  if (status >= 500) return failedForNow(answer, "providerError", said, "unknown")
  if (status === 401) return new JobRefused({ reason: "wrongCredentials", message: said })
  if (status >= 300 && status < 400) {
    return new JobRefused({ reason: "wrongAddress", message: "the provider's address redirects elsewhere" })
  }
  return undefined
}

/** A failure that a later attempt may mend: not before the time that the provider gave, whatever its status. */
export const failedForNow = (
  { retryAfterMs }: ProviderAnswer,
  reason: string,
  message: string,
  happened: JobFailedForNow["happened"]
): JobFailedForNow =>
  new JobFailedForNow({ reason, message, happened, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })

/** Took it (2xx) but gave no id that we can read: it was sent, only a receipt can say under which id. */
export const unreadableAnswer = (provider: string) =>
  new JobFailedForNow({
    reason: "unreadableAnswer",
    message: `${provider} took the message but its answer can't be read`,
    happened: "unknown"
  })

function transportFailure(error: HttpClientError.HttpClientError): JobFailedForNow {
  const code = codeOf(error.reason.cause)
  const sent = error.reason._tag === "TransportError" && !(code !== undefined && neverReached.has(code))
  return sent
    ? new JobFailedForNow({
        reason: "connectionBroke",
        message: `the connection to the provider broke${code === undefined ? "" : ` (${code})`}`,
        happened: "unknown"
      })
    : new JobFailedForNow({
        reason: "providerUnreachable",
        message: `the provider can't be reached (${code ?? error.reason._tag})`,
        happened: "no"
      })
}

function codeOf(error: unknown): string | undefined {
  // fetch wraps the socket's error once or twice.
  for (let cause = error, depth = 0; depth < 5 && typeof cause === "object" && cause !== null; depth++) {
    if ("code" in cause && typeof cause.code === "string") return cause.code
    cause = "cause" in cause ? cause.cause : undefined
  }
  return undefined
}

const readAnswer = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
  const text = yield* readText(response).pipe(Effect.catch(() => Effect.succeed("")))
  return {
    status: response.status,
    retryAfterMs: retryAfter(response.headers, yield* Clock.currentTimeMillis),
    body: parse(text)
  }
})

function readText(response: HttpClientResponse.HttpClientResponse) {
  const decoder = new TextDecoder()
  return response.stream.pipe(
    Stream.runFoldEffect(
      () => ({ text: "", bytes: 0 }),
      (sum, chunk: Uint8Array) => {
        const bytes = sum.bytes + chunk.byteLength
        return bytes > channelLimits.answerBytesMax
          ? Effect.fail("too large")
          : Effect.succeed({ text: sum.text + decoder.decode(chunk, { stream: true }), bytes })
      }
    ),
    Effect.map((sum) => sum.text)
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds from a provider as a wait in ms, between 0 and `channelLimits.retryAfterMaxMs`. */
export const waitMs = (seconds: number): number =>
  Math.min(Math.max(Math.ceil(seconds * 1000), 0), channelLimits.retryAfterMaxMs)

/** `Retry-After` is seconds or a date, which counts from the provider's own `Date`: its clock may be wrong. */
function retryAfter(headers: Readonly<Record<string, string | undefined>>, now: number): number | undefined {
  const given = headers["retry-after"]?.trim() ?? ""
  if (/^-?\d+(\.\d+)?$/.test(given)) return waitMs(Number(given))
  const until = httpDate(given)
  return until === undefined ? undefined : waitMs((until - (httpDate(headers.date) ?? now)) / 1000)
}

/** Epoch ms of a date in one of the three forms of RFC 9110, all of which are in GMT. */
function httpDate(given: string | undefined): number | undefined {
  if (given === undefined || !/^[A-Z][a-z]{2,8},? /.test(given)) return undefined
  const at = Date.parse(/GMT$/.test(given) ? given : `${given} GMT`)
  return Number.isNaN(at) ? undefined : at
}
