import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Channel, WebhookRequest } from "../channels/channel.ts"
import { channelKinds } from "../channels/index.ts"
import { Settings } from "../config.ts"
import { Channels } from "../handlers/channels.ts"
import { Inbox } from "../inbox/inbox.ts"
import { problem } from "./problem.ts"
import { readBody } from "./read-body.ts"
import type { Served } from "./serve-app.ts"

/** The channels that take webhooks. */
const kinds = channelKinds.filter(({ webhook }) => webhook !== undefined)

/** By path, the methods that are served. */
export const webhooksServed: Served = kinds.map(({ shownAs }) => [
  new RegExp(`^/webhook/${shownAs}(/[^/]*)?$`),
  "POST"
])

const headersOf = ({ headers }: IncomingMessage): WebhookRequest["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value])
  )

const noSuchInstance = (instance: string) =>
  problem(404, `there is no instance "${instance.slice(0, 100)}" on this channel`)

/** Takes one webhook: the answer 200 comes when all that it brought is committed. */
const takeWebhook = Effect.fnUntraced(
  function* (channel: Channel, instance: string | undefined, bodyMaxBytes: number) {
    const inbox = yield* Inbox
    const request = yield* HttpServerRequest.HttpServerRequest
    const source = request.source as IncomingMessage
    const body = yield* readBody(source, bodyMaxBytes)
    const inbounds = yield* channel.receive({ body, headers: headersOf(source) })
    if (instance !== undefined && inbounds.some((inbound) => inbound.instance !== instance))
      return noSuchInstance(instance)
    return HttpServerResponse.jsonUnsafe(yield* inbox.take(channel.name, inbounds))
  },
  (effect, channel) =>
    effect.pipe(
      Effect.catchTags({
        BodyRefused: ({ status, message }) =>
          Effect.succeed(problem(status, message, { headers: { connection: "close" } })),
        WebhookRefused: ({ status, message }) =>
          Effect.as(
            Effect.logWarning(`a webhook is refused with ${status}: ${message}`),
            problem(status, message)
          ),
        UnknownCompany: ({ message }) =>
          Effect.as(Effect.logWarning(`a webhook is refused: ${message}`), problem(404, message)),
        TryAgain: ({ message, retryAfterMs }) => Effect.succeed(problem(503, message, { retryAfterMs }))
      }),
      Effect.annotateLogs({ channel: channel.name })
    )
)

/** `POST /webhook/whatsapp` and those of the other channels, with the instance after it or without. */
export const webhookRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const channels = yield* Channels
    const { bodyMaxBytes } = yield* Settings
    for (const { name, shownAs } of kinds) {
      const channel = channels.get(name)
      const handler =
        channel === undefined
          ? Effect.succeed(problem(404, `the channel ${shownAs} is not set up here`))
          : Effect.flatMap(HttpRouter.params, ({ instance }) => takeWebhook(channel, instance, bodyMaxBytes))
      yield* router.add("POST", `/webhook/${shownAs}`, handler)
      yield* router.add("POST", `/webhook/${shownAs}/:instance`, handler)
    }
  })
)
