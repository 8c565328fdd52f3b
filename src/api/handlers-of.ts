import * as Effect from "effect/Effect"
import type * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import type * as Layer from "effect/Layer"
import type {
  AnswerHeaders,
  AnswersOnce,
  Authenticates,
  Body,
  Caller,
  Idempotency,
  Problems,
  ReadsBody
} from "./contract/middleware.ts"
import { type ApiFailure, answerFailure } from "./refusal.ts"

/** What answers each endpoint of a group: what it fails with becomes the answer. */
type Answers<Group extends HttpApiGroup.Constraint> = {
  readonly [Id in keyof Group["endpoints"]]: HttpApiEndpoint.Handler<
    Group["endpoints"][Id],
    ApiFailure,
    unknown
  >
}

/** What an endpoint needs around it when its handler needs this. */
type NeedsOf<Endpoint extends HttpApiEndpoint.Constraint, R> =
  | HttpApiEndpoint.Middleware<Endpoint>
  | HttpApiEndpoint.MiddlewareServices<Endpoint>
  | ([HttpApiEndpoint.ExcludeProvided<Endpoint, R>] extends [never]
      ? never
      : HttpRouter.Request.From<"Requires", HttpApiEndpoint.ExcludeProvided<Endpoint, R>>)

/** As `NeedsOf`, of an endpoint behind credentials that may take writes, whichever it is. */
type RawNeeds<R> =
  | Authenticates
  | Problems
  | ReadsBody
  | AnswersOnce
  | HttpRouter.Request.From<
      "Requires",
      Exclude<R, HttpRouter.Provided | Caller | AnswerHeaders | Body | Idempotency>
    >

type Needs<Group extends HttpApiGroup.Constraint, Handlers> = {
  readonly [Id in keyof Group["endpoints"] & keyof Handlers]: Handlers[Id] extends (
    ...request: never
  ) => Effect.Effect<unknown, unknown, infer R>
    ? NeedsOf<Group["endpoints"][Id], R>
    : never
}[keyof Group["endpoints"] & keyof Handlers]

type Answer = (request: never) => Effect.Effect<unknown, ApiFailure, unknown>

/** The builder's handlers, whatever the endpoints are called. */
interface AnyHandlers {
  readonly handle: (id: string, answer: (request: never) => unknown) => AnyHandlers
  readonly handleRaw: (id: string, answer: (request: never) => unknown) => AnyHandlers
}

/** The API of one group alone. What a schema does not know is refused: a misspelt field would be lost unseen. */
const apiOf = (group: HttpApiGroup.Top) =>
  HttpApi.make("centurion")
    .add(group)
    .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })

/** The types are those of the two functions below: the builder follows each endpoint by its name, which is a text here. */
const layerOf = (
  group: HttpApiGroup.Constraint,
  handlers: Readonly<Record<string, Answer>>,
  how: "handle" | "handleRaw"
) => {
  const add = (all: AnyHandlers) =>
    Object.entries(handlers).reduce(
      (sum, [id, answer]) => sum[how](id, (request) => Effect.catch(answer(request), answerFailure)),
      all
    )
  return HttpApiBuilder.group(apiOf(group as HttpApiGroup.Top), group.identifier, add as never)
}

/** Answers the endpoints of a group of the contract. */
export const handlersOf = <Group extends HttpApiGroup.Constraint, const Handlers extends Answers<Group>>(
  group: Group,
  handlers: Handlers
): Layer.Layer<
  HttpApiGroup.Service<"centurion", HttpApiGroup.Identifier<Group>>,
  never,
  Needs<Group, Handlers>
> => layerOf(group, handlers as never, "handle")

type RawAnswers = Readonly<
  Record<string, () => Effect.Effect<HttpServerResponse.HttpServerResponse, ApiFailure, unknown>>
>

/** Answers a group that is made when the program starts, by handlers that read the request themselves. */
export const rawHandlersOf = <Handlers extends RawAnswers>(
  group: HttpApiGroup.Top,
  handlers: Handlers
): Layer.Layer<
  HttpApiGroup.Service<"centurion", string>,
  never,
  RawNeeds<Effect.Services<ReturnType<Handlers[keyof Handlers]>>>
> => layerOf(group, handlers, "handleRaw")
