import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { about, example, titled } from "./group.ts"
import { headerParameter, inQuery, withParameters } from "./list-parameters.ts"
import { Authenticates } from "./middleware.ts"
import { problemsOf } from "./problem-schema.ts"

/** An answer in words that are no JSON. */
const textOf = (contentType: string, description: string, shown: string) =>
  example(Schema.String.annotate({ description }), shown).pipe(HttpApiSchema.asText({ contentType }))

const toWebSocket = HttpApiSchema.Empty(101).annotate({
  description: "Frames follow; docs/how-to/follow-live.md says which."
})

const liveGroup = HttpApiGroup.make("live")
  .add(
    HttpApiEndpoint.get("socket", "/api/v1/live", {
      success: toWebSocket,
      error: problemsOf(401, 426, 503)
    }).annotateMerge(
      about(
        "Follow topics by WebSocket",
        "The first frame is `hello` with a token, unless the upgrade carries `Authorization`. Each topic can be gone on with from a cursor."
      )
    ),
    HttpApiEndpoint.post("ticket", "/api/v1/live/tickets", {
      success: example(Schema.Struct({ ticket: Schema.String, lifeMs: Schema.Int }), {
        ticket: "bXkgdGlja2V0",
        lifeMs: 30_000
      })
        .annotate({ description: "Good once, for so many ms." })
        .pipe(HttpApiSchema.status(201)),
      error: problemsOf(401, 503)
    }).annotateMerge(
      about(
        "A ticket for an EventSource",
        "Browsers can't set headers there: the ticket goes into the address, once, within moments."
      )
    ),
    HttpApiEndpoint.get("events", "/api/v1/live/sse", {
      success: textOf("text/event-stream", "Frames without an end.", "event: pong\ndata: {}\n\n"),
      error: problemsOf(400, 401, 503)
    })
      .annotateMerge(
        about(
          "Follow topics by server-sent events",
          "Goes on from `Last-Event-ID`, as a browser sends it by itself, or from `after`."
        )
      )
      .annotateMerge(
        withParameters([
          {
            ...inQuery("topics", "With commas between them.", { type: "string" }, "board:deals,counters"),
            required: true
          },
          inQuery("after", "The id of the last event that you have.", { type: "string" }, "eyJ0IjpbXX0"),
          inQuery("ticket", "In place of the header.", { type: "string" }, "bXkgdGlja2V0"),
          headerParameter("last-event-id", "As `after`.", "eyJ0IjpbXX0")
        ])
      )
  )
  .middleware(Authenticates)
  .add(
    HttpApiEndpoint.get("chat", "/chat/:company", {
      params: { company: Schema.String },
      success: toWebSocket,
      error: problemsOf(404, 426)
    })
      .annotateMerge(
        about(
          "Talk with a company as a visitor, by WebSocket",
          "The first frame is `hello` with a secret of the visitor's own, by which the conversation is found again."
        )
      )
      .annotate(OpenApi.Identifier, "chat.socket")
  )
  .annotateMerge(titled("Live", "Changes as they happen."))

/** A webhook of a channel, as its kind describes it. */
export interface DescribedWebhook {
  /** In its path. */
  readonly name: string
  readonly provider: string
  readonly secretHeader: string
  readonly example: Readonly<Record<string, unknown>>
}

const Stored = example(Schema.Struct({ stored: Schema.Int, known: Schema.Int, refused: Schema.Int }), {
  stored: 1,
  known: 0,
  refused: 0
}).annotate({ description: "How many messages are stored, were known, or can't be taken." })

const webhookEndpoints = ({ name, provider, secretHeader, example: body }: DescribedWebhook) =>
  [false, true].map((ofInstance) =>
    HttpApiEndpoint.post(
      ofInstance ? `${name}.instance` : name,
      `/webhook/${name}${ofInstance ? "/:instance" : ""}`,
      {
        ...(ofInstance ? { params: { instance: Schema.String } } : {}),
        payload: example(Schema.Record(Schema.String, Schema.Unknown), body),
        success: Stored,
        error: problemsOf(400, 401, 404, 413, 503)
      }
    )
      .annotateMerge(
        about(
          `What ${provider} tells`,
          `Answered when all that it brought is stored; the same again changes nothing.${ofInstance ? " Only of this instance." : ""}`
        )
      )
      .annotateMerge(
        withParameters([headerParameter(secretHeader, "The secret that the provider was given.", "s3cr3t")])
      )
  )

const watchers =
  "From this machine, or from anywhere with `CENTURION_METRICS_TOKEN` as a bearer token when that is set."

const watchGroup = HttpApiGroup.make("watch")
  .add(
    HttpApiEndpoint.get("alive", "/healthz", {
      success: example(Schema.Struct({ status: Schema.Literal("alive") }), { status: "alive" })
    }).annotateMerge(about("Is the process alive?", "Always, while it answers.")),
    HttpApiEndpoint.get("ready", "/readyz", {
      success: example(Schema.Struct({ status: Schema.Literal("ready"), partitions: Schema.Int }), {
        status: "ready",
        partitions: 4
      }),
      error: problemsOf(503)
    }).annotateMerge(
      about("Does it take requests?", "It owns partitions and the database answers; else 503, and why not.")
    ),
    HttpApiEndpoint.get("integrations", "/health/integrations", {
      success: example(
        Schema.Struct({
          items: Schema.Array(
            Schema.StructWithRest(Schema.Struct({ name: Schema.String, state: Schema.String }), [
              Schema.Record(Schema.String, Schema.Unknown)
            ])
          )
        }),
        { items: [{ name: "database", state: "up", latencyMs: 1 }] }
      ).annotate({ description: "Each with its state: `up`, `away`, `notSetUp`." }),
      error: problemsOf(401)
    }).annotateMerge(about("How are the services around it?", watchers)),
    HttpApiEndpoint.get("metrics", "/metrics", {
      success: textOf("text/plain", "In Prometheus's text format, 0.0.4.", "centurion_engine_ready 1\n"),
      error: problemsOf(401)
    }).annotateMerge(about("Metrics for Prometheus", watchers))
  )
  .annotateMerge(titled("Watching", "For those who watch the server."))

/** What the server answers beside the API, by routes of its own: it is told here, and served there. */
export const besideApi = (webhooks: ReadonlyArray<DescribedWebhook>) => {
  const [first, ...rest] = webhooks.flatMap(webhookEndpoints)
  const webhookGroup = HttpApiGroup.make("webhook")
    .add(first!, ...rest)
    .annotateMerge(titled("Webhooks", "What providers of channels send."))
  return HttpApi.make("beside").add(liveGroup, webhookGroup, watchGroup)
}

/** The document with all that the other one says, too. */
export const joinDocuments = (document: Record<string, unknown>, other: OpenApi.OpenAPISpec) => {
  const { paths, components, tags } = document as Record<string, unknown> &
    Pick<OpenApi.OpenAPISpec, "paths" | "components" | "tags">
  return {
    ...document,
    paths: { ...paths, ...other.paths },
    components: { ...components, schemas: { ...components.schemas, ...other.components.schemas } },
    tags: [...tags, ...other.tags]
  }
}
