import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import { Settings } from "../../config.ts"
import { readTopicsCursor } from "../../live/cursor.ts"
import { liveLimits } from "../../live/live-limits.ts"
import { makeTickets, type TicketHolder } from "../../live/tickets.ts"
import { findTopic } from "../../live/topics.ts"
import { clientAddress } from "../client-address.ts"
import { problem } from "../problem.ts"
import type { Served } from "../serve-app.ts"
import { eventStream } from "./event-stream.ts"
import { liveHttpLimits } from "./live-http-limits.ts"
import { livePath } from "./live-sockets.ts"
import { know } from "./principal-watch.ts"

/** By path, the methods that are served. */
export const liveServed: Served = [
  [/^\/api\/v1\/live\/tickets$/, "POST"],
  [/^\/api\/v1\/live\/sse$/, "GET"]
]

type Refused = { readonly refused: HttpServerResponse.HttpServerResponse }

/** `POST /api/v1/live/tickets` and `GET /api/v1/live/sse?topics=…&after=…&ticket=…`. */
export const liveRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const settings = yield* Settings
    const { ticketLifeMs, ticketsMax } = liveHttpLimits
    const tickets = makeTickets(() => performance.now(), ticketLifeMs, ticketsMax)

    /** Who shows this, or the answer that refuses it. */
    const enter = Effect.fnUntraced(function* (source: IncomingMessage, shown: TicketHolder | undefined) {
      if (shown === undefined)
        return refuse(401, "this needs an Authorization header, or a ticket that was not used yet")
      const address = clientAddress(source, settings.trustedProxies)
      return yield* Effect.gen(function* () {
        return { address, known: yield* know(shown, address) }
      }).pipe(
        Effect.catch((error) =>
          Effect.succeed(
            error._tag === "NotAuthenticated"
              ? refuse(401, error.message)
              : {
                  refused: problem(503, "live updates can't be had now; try again", { retryAfterMs: retryMs })
                }
          )
        )
      )
    })

    const issue = Effect.gen(function* () {
      const source = yield* sourceOfRequest
      const shown = headerOf(source)
      const entered = yield* enter(source, shown)
      if ("refused" in entered) return entered.refused
      const ticket = tickets.issue(shown!)
      if (ticket === undefined)
        return problem(503, "too many tickets are open", { retryAfterMs: ticketLifeMs })
      return HttpServerResponse.jsonUnsafe(
        { ticket, lifeMs: ticketLifeMs },
        { status: 201, headers: { "cache-control": "no-store" } }
      )
    })

    const stream = Effect.gen(function* () {
      const source = yield* sourceOfRequest
      const asked = askedOf(source, settings.liveTopicsMax)
      if ("refused" in asked) return asked.refused
      const ticket = asked.ticket
      const entered = yield* enter(source, ticket === null ? headerOf(source) : tickets.use(ticket))
      if ("refused" in entered) return entered.refused
      return yield* eventStream({
        ...{ ...entered, source },
        ...{ topics: asked.topics, after: asked.after },
        topicsMax: settings.liveTopicsMax,
        everyMs: settings.liveRecheckMs,
        unreadMaxBytes: settings.liveUnreadMaxBytes
      })
    })

    yield* router.add("POST", `${livePath}/tickets`, issue)
    yield* router.add("GET", `${livePath}/sse`, stream)
  })
)

const retryMs = 2000

const sourceOfRequest = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ source }) => source as IncomingMessage
)

const headerOf = ({ headers }: IncomingMessage): TicketHolder | undefined =>
  headers.authorization === undefined ? undefined : Redacted.make(headers.authorization)

const refuse = (status: 400 | 401, detail: string): Refused => ({
  refused: problem(status, detail, status === 401 ? { headers: { "www-authenticate": "Bearer" } } : {})
})

/** What the address and the header of the last id ask for. */
const askedOf = ({ url = "", headers }: IncomingMessage, topicsMax: number) => {
  const query = new URLSearchParams(url.split("?")[1] ?? "")
  const topics = [...new Set((query.get("topics") ?? "").split(",").filter((topic) => topic !== ""))]
  if (topics.length === 0 || topics.length > topicsMax)
    return refuse(400, `topics must name 1 to ${topicsMax} topics, separated by commas`)
  const unknown = topics.find(
    (topic) => topic.length > liveLimits.topicMaxCharacters || findTopic(topic) === undefined
  )
  if (unknown !== undefined) return refuse(400, `"${unknown.slice(0, 60)}" can't be followed`)
  // A browser that comes back by itself shows where it was, in the header.
  const last = headers["last-event-id"]
  const cursor = (typeof last === "string" && last !== "" ? last : query.get("after")) ?? ""
  const after = cursor === "" ? new Map<string, string>() : readTopicsCursor(cursor)
  if (after === undefined) return refuse(400, "after, or Last-Event-ID, must be an id of this stream")
  return { topics, after, ticket: query.get("ticket") }
}
