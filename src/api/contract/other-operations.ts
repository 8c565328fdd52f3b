import { problemMeanings } from "./problem-schema.ts"

type Json = Readonly<Record<string, unknown>>

const problemsOf = (...statuses: ReadonlyArray<number>) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: problemMeanings[status],
        content: {
          "application/problem+json": {
            // All problems have one shape.
            schema: { $ref: `#/components/schemas/Problem${status === 426 ? 400 : status}` }
          }
        }
      }
    ])
  )

const json = (description: string, example: Json, status = 200) => ({
  [status]: {
    description,
    content: { "application/json": { schema: { type: "object", examples: [example] } } }
  }
})

const operation = (
  tag: string,
  operationId: string,
  summary: string,
  description: string,
  more: Json
): Json => ({
  ...{ tags: [tag], operationId, summary, description, parameters: [], security: [] },
  ...more
})

const pathParameter = (name: string, example: string) => ({
  ...{ name, in: "path", required: true, schema: { type: "string" }, example }
})
const queryParameter = (name: string, required: boolean, description: string, example: string) => ({
  ...{ name, in: "query", required, description, schema: { type: "string" }, example }
})
const headerParameter = (name: string, description: string) => ({
  ...{ name, in: "header", required: false, description, schema: { type: "string" } }
})

const watching = "Watching"
const watchers =
  "From this machine, or from anywhere with `CENTURION_METRICS_TOKEN` as a bearer token when that is set."

const watchOperations = {
  "/healthz": {
    get: operation(watching, "watch.alive", "Is the process alive?", "Always, while it answers.", {
      responses: json("It is.", { status: "alive" })
    })
  },
  "/readyz": {
    get: operation(
      watching,
      "watch.ready",
      "Does it take requests?",
      "It owns partitions and the database answers; else 503, and why not.",
      { responses: { ...json("It does.", { status: "ready", partitions: 4 }), ...problemsOf(503) } }
    )
  },
  "/health/integrations": {
    get: operation(watching, "watch.integrations", "How are the services around it?", watchers, {
      responses: {
        ...json("Each with its state: `up`, `away`, `notSetUp`.", {
          items: [{ name: "database", state: "up", latencyMs: 1 }]
        }),
        ...problemsOf(401)
      }
    })
  },
  "/metrics": {
    get: operation(watching, "watch.metrics", "Metrics for Prometheus", watchers, {
      responses: {
        200: {
          description: "In Prometheus's text format, 0.0.4.",
          content: { "text/plain": { schema: { type: "string", examples: ["centurion_engine_ready 1\n"] } } }
        },
        ...problemsOf(401)
      }
    })
  }
}

/** A webhook of a channel, as its kind describes it. */
export interface DescribedWebhook {
  /** In its path. */
  readonly name: string
  readonly provider: string
  readonly secretHeader: string
  readonly example: Json
}

const webhookOperations = (webhooks: ReadonlyArray<DescribedWebhook>) =>
  Object.fromEntries(
    webhooks.flatMap(({ name, provider, secretHeader, example }) =>
      [false, true].map((ofInstance) => [
        `/webhook/${name}${ofInstance ? "/{instance}" : ""}`,
        {
          post: operation(
            "Webhooks",
            `webhook.${name}${ofInstance ? ".instance" : ""}`,
            `What ${provider} tells`,
            `Answered when all that it brought is stored; the same again changes nothing.${ofInstance ? " Only of this instance." : ""}`,
            {
              parameters: [
                ...(ofInstance ? [pathParameter("instance", "main")] : []),
                headerParameter(secretHeader, "The secret that the provider was given.")
              ],
              requestBody: {
                required: true,
                content: { "application/json": { schema: { type: "object", examples: [example] } } }
              },
              responses: {
                ...json("How many messages are stored, were known, or can't be taken.", {
                  stored: 1,
                  known: 0,
                  refused: 0
                }),
                ...problemsOf(400, 401, 404, 413, 503)
              }
            }
          )
        }
      ])
    )
  )

const bearer = [{ bearer: [] }]
const toWebSocket = { 101: { description: "Frames follow; docs/how-to/follow-live.md says which." } }

const liveOperations = {
  "/api/v1/live": {
    get: operation(
      "Live",
      "live.socket",
      "Follow topics by WebSocket",
      "The first frame is `hello` with a token, unless the upgrade carries `Authorization`. Each topic can be gone on with from a cursor.",
      { security: bearer, responses: { ...toWebSocket, ...problemsOf(401, 426, 503) } }
    )
  },
  "/api/v1/live/tickets": {
    post: operation(
      "Live",
      "live.ticket",
      "A ticket for an EventSource",
      "Browsers can't set headers there: the ticket goes into the address, once, within moments.",
      {
        security: bearer,
        responses: {
          ...json("Good once, for so many ms.", { ticket: "bXkgdGlja2V0", lifeMs: 30_000 }, 201),
          ...problemsOf(401, 503)
        }
      }
    )
  },
  "/api/v1/live/sse": {
    get: operation(
      "Live",
      "live.events",
      "Follow topics by server-sent events",
      "Goes on from `Last-Event-ID`, as a browser sends it by itself, or from `after`.",
      {
        security: bearer,
        parameters: [
          queryParameter("topics", true, "With commas between them.", "board:deals,counters"),
          queryParameter("after", false, "The id of the last event that you have.", "eyJ0IjpbXX0"),
          queryParameter("ticket", false, "In place of the header.", "bXkgdGlja2V0"),
          headerParameter("last-event-id", "As `after`.")
        ],
        responses: {
          200: {
            description: "Frames without an end.",
            content: { "text/event-stream": { schema: { type: "string" } } }
          },
          ...problemsOf(400, 401, 503)
        }
      }
    )
  },
  "/chat/{company}": {
    get: operation(
      "Live",
      "chat.socket",
      "Talk with a company as a visitor, by WebSocket",
      "The first frame is `hello` with a secret of the visitor's own, by which the conversation is found again.",
      {
        parameters: [pathParameter("company", "demo")],
        responses: { ...toWebSocket, ...problemsOf(404, 426) }
      }
    )
  }
}

const tags = [
  { name: watching, description: "For those who watch the server." },
  { name: "Webhooks", description: "What providers of channels send." },
  { name: "Live", description: "Changes as they happen." }
]

/** Adds what the server answers beside the API to its OpenAPI document: it is made by no `HttpApi`, so it is told here. */
export const withOtherOperations = (
  document: Record<string, unknown>,
  webhooks: ReadonlyArray<DescribedWebhook>
): Record<string, unknown> => ({
  ...document,
  paths: {
    ...(document.paths as Json),
    ...liveOperations,
    ...webhookOperations(webhooks),
    ...watchOperations
  },
  tags: [...((document.tags ?? []) as ReadonlyArray<unknown>), ...tags]
})
