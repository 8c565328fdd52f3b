import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { RateLimiterStore } from "effect/persistence/RateLimiter"
import type { Channel, WebhookRefused, WebhookRequest } from "../channels/channel.ts"
import { channelKinds } from "../channels/index.ts"
import { wrongSecret } from "../channels/webhook-checks.ts"
import { Settings } from "../config.ts"
import { Channels } from "../handlers/channels.ts"
import { Inbox, type Taken } from "../inbox/inbox.ts"
import { addressGroup } from "../redis/address-group.ts"
import { firstTooOften } from "../redis/count-within.ts"
import { tryAgainWords } from "../resources/try-again-words.ts"
import { Admission } from "./admission.ts"
import { clientAddress } from "./client-address.ts"
import { httpLimits } from "./limits.ts"
import { problem } from "./problem.ts"
import { readBody } from "./read-body.ts"
import type { Served } from "./serve-app.ts"
import { type WebhookRefusals, webhookRefusals } from "./webhook-refusals.ts"

/** The channels that take webhooks. */
const kinds = channelKinds.filter(({ webhook }) => webhook !== undefined)

/** By path, the methods that are served. */
export const webhooksServed: Served = kinds.map(({ shownAs }) => [
  new RegExp(`^/webhook/${shownAs}(/[^/]*){0,2}$`),
  "POST"
])

const headersOf = ({ headers }: IncomingMessage): WebhookRequest["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value])
  )

/** What stands behind the channel in its address. */
const pathOf = ({ url = "" }: IncomingMessage): ReadonlyArray<string> =>
  url
    .replace(/[?#].*$/, "")
    .split("/")
    .slice(3)
    .filter((place) => place !== "")
    .map(decoded)

const decoded = (place: string): string => {
  try {
    return decodeURIComponent(place)
  } catch {
    return place
  }
}

/** Whoever has the secret is never held up by those who guess at it: only guesses are counted. */
const refuseGuess = Effect.fnUntraced(function* (refused: WebhookRefused) {
  const source = (yield* HttpServerRequest.HttpServerRequest).source as IncomingMessage
  const who = addressGroup(clientAddress(source, (yield* Settings).trustedProxies))
  const retryAfterMs = yield* firstTooOften(yield* RateLimiterStore, [
    [`webhook:${who}`, httpLimits.webhookGuesses]
  ])
  return retryAfterMs === undefined
    ? problem(refused.status, refused.message)
    : problem(429, "the secret was wrong too often", { retryAfterMs })
})

/** The name that was asked for is a stranger's text, and no log keeps those. */
const nobodys = "its instance belongs to nobody here"

const nothingTaken: Taken = { stored: 0, known: 0, refused: 0 }

/** Takes one webhook: the answer 200 comes when all that it brought is committed. */
const takeWebhook = Effect.fnUntraced(function* (channel: Channel, maxBytes: number) {
  const inbox = yield* Inbox
  const request = yield* HttpServerRequest.HttpServerRequest
  const source = request.source as IncomingMessage
  const headers = headersOf(source)
  // Megabytes of a stranger's are not even read, where that can be told before.
  if (channel.hasSecret?.(headers) === false) return yield* wrongSecret("the webhook's secret")
  const body = yield* readBody(source, maxBytes)
  const inbounds = yield* channel.receive({ body, headers, path: pathOf(source) })
  if (inbounds.length === 0) return HttpServerResponse.jsonUnsafe(nothingTaken)
  const { take } = yield* Admission
  const account = `${channel.name} ${inbounds[0]!.instance}`
  return HttpServerResponse.jsonUnsafe(yield* take(account, inbox.take(channel.name, inbounds)))
})

const answer = (channel: Channel, maxBytes: number, { count }: WebhookRefusals) =>
  takeWebhook(channel, maxBytes).pipe(
    Effect.catchTags({
      BodyRefused: ({ status, message }) =>
        Effect.as(
          count(channel.name, status, message),
          problem(status, message, { headers: { connection: "close" } })
        ),
      WebhookRefused: (refused) => {
        const { status, message } = refused
        return Effect.andThen(
          // Whoever gets so far knows the secret, and what it sent may be a message that is lost.
          status === 400
            ? Effect.logWarning(`a webhook is refused with ${status}: ${message}`)
            : count(channel.name, status, status === 404 ? nobodys : message),
          status === 401 ? refuseGuess(refused) : Effect.succeed(problem(status, message))
        )
      },
      UnknownCompany: ({ message }) => Effect.as(count(channel.name, 404, nobodys), problem(404, message)),
      TryAgain: ({ reason, retryAfterMs }) =>
        Effect.succeed(problem(503, tryAgainWords[reason], { retryAfterMs }))
    }),
    Effect.annotateLogs({ channel: channel.name })
  )

/**
 * `POST /webhook/whatsapp` and those of the other channels; the instance may stand after it, and the event after that,
 * as gateways add it. What comes to another address of webhooks is lost, so it is told too.
 */
export const webhookRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const channels = yield* Channels
    const { webhookMaxBytes } = yield* Settings
    const refusals = yield* webhookRefusals
    for (const { name, shownAs } of kinds) {
      const channel = channels.get(name)
      const handler =
        channel === undefined
          ? Effect.as(
              refusals.count(name, 404, "the channel is not set up here"),
              problem(404, `the channel ${shownAs} is not set up here`)
            )
          : answer(channel, webhookMaxBytes, refusals)
      for (const behind of ["", "/:instance", "/:instance/:event"])
        yield* router.add("POST", `/webhook/${shownAs}${behind}`, handler)
    }
    const nowhere = "no channel takes webhooks at this address"
    yield* router.add(
      "POST",
      "/webhook/*",
      Effect.as(refusals.count("none", 404, nowhere), problem(404, nowhere))
    )
  })
)
