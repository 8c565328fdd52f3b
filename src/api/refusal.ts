import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import type { DeliverError, EventRefused } from "../../actors/engine/engine.ts"
import type { DatabaseError } from "../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { WrongMasterKey } from "../../eventstore/personal/secrets.ts"
import type { WrongParameter } from "../../projections/query/wrong-parameter.ts"
import {
  type AccountRefused,
  clashes,
  type Forbidden,
  type LoginRefused,
  type NotAuthenticated,
  type NotFound,
  type RefreshRefused,
  type TooManyTries
} from "../accounts/account-errors.ts"
import { problem } from "../http/problem.ts"
import { tryAgainWords } from "../resources/try-again-words.ts"

/** A part of the request that is wrong: `pointer` into the body (RFC 6901), or the `parameter` or `header`. */
export interface WrongPart {
  readonly pointer?: string
  readonly parameter?: string
  readonly header?: string
  readonly detail: string
}

/** The API does not do what is asked: the status says which kind of no, `detail` what would be asked instead. */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  status: Schema.Int,
  detail: Schema.String,
  /** Members of the problem beside the standard ones. */
  members: Schema.optionalKey(Schema.Any as Schema.Codec<Readonly<Record<string, unknown>>>),
  retryAfterMs: Schema.optionalKey(Schema.Number),
  headers: Schema.optionalKey(Schema.Any as Schema.Codec<Readonly<Record<string, string>>>)
}) {}

/** Says no: `refuse(404, "there is no lead \"7\"")`. */
export const refuse = (
  status: number,
  detail: string,
  more: {
    /** The parts of the request that are wrong. */
    readonly errors?: ReadonlyArray<WrongPart>
    readonly members?: Readonly<Record<string, unknown>>
    readonly retryAfterMs?: number
    readonly headers?: Readonly<Record<string, string>>
  } = {}
): Refusal => {
  const { errors, members, ...rest } = more
  return new Refusal({
    status,
    detail,
    ...rest,
    ...(errors === undefined && members === undefined
      ? {}
      : { members: { ...members, ...(errors === undefined ? {} : { errors }) } })
  })
}

/** What a handler may fail with: each has its answer in `answerTo`. */
export type ApiFailure =
  | Refusal
  | WrongParameter
  | DeliverError
  | StoreUnavailable
  | DatabaseError
  | WrongMasterKey
  | AccountFailure

/** What `src/accounts` fails with. */
type AccountFailure =
  | NotAuthenticated
  | LoginRefused
  | RefreshRefused
  | Forbidden
  | TooManyTries
  | NotFound
  | AccountRefused

const retryMs = 1_000
/** A company that another process has just made is there moments before its read models. */
const noSuchTable = "42P01"

/** The answer to a failure that a client can act on; undefined for a defect of ours, which says nothing of itself. */
export const answerTo = (error: unknown): HttpServerResponse.HttpServerResponse | undefined => {
  const failure = error as ApiFailure
  switch (failure?._tag) {
    case "Refusal": {
      const { status, detail, members, retryAfterMs, headers } = failure
      return problem(status, detail, {
        ...(members === undefined ? {} : { members }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...(headers === undefined ? {} : { headers })
      })
    }
    case "WrongParameter": {
      const { parameter, detail, message } = failure
      return problem(400, message, { members: { errors: [{ parameter, detail }] } })
    }
    case "EventRefused":
      return problem(statusOf(failure), failure.reason === "parked" ? parkedWords : failure.message)
    case "WrongVersion":
      return problem(412, failure.message, { headers: { etag: etagOf(failure.actual) } })
    case "TryAgain":
      return problem(503, tryAgainWords[failure.reason], { retryAfterMs: failure.retryAfterMs })
    case "StoreUnavailable":
      return problem(503, tryAgainWords.storeUnavailable, { retryAfterMs: retryMs })
    case "DatabaseError":
      if (failure.code === noSuchTable)
        return problem(503, "the company's read models are being made; try again", { retryAfterMs: retryMs })
      return failure.isOfData
        ? undefined
        : problem(503, tryAgainWords.storeUnavailable, { retryAfterMs: retryMs })
    default:
      return answerToAccount(error as AccountFailure)
  }
}

const answerToAccount = (error: AccountFailure): HttpServerResponse.HttpServerResponse | undefined => {
  switch (error?._tag) {
    case "NotAuthenticated":
      return problem(401, error.message, { headers: { "www-authenticate": "Bearer" } })
    case "LoginRefused":
    case "RefreshRefused":
      return problem(401, error.message)
    case "Forbidden":
      return problem(403, error.message)
    case "NotFound":
      return problem(404, error.message)
    case "TooManyTries":
      return problem(429, error.message, { retryAfterMs: error.retryAfterMs })
    case "AccountRefused":
      return problem(clashes.includes(error.reason) ? 409 : 422, error.message)
    default:
      return undefined
  }
}

/** The same as an effect: a defect of ours dies. */
export const answerFailure = (failure: ApiFailure): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const answer = answerTo(failure)
  return answer === undefined ? Effect.die(failure) : Effect.succeed(answer)
}

const parkedWords =
  "it does not go on until an operator sees to it: its machine threw, or it is parked; /api/v1/stopped-actors says why"

const statusOf = ({ reason }: EventRefused): number => {
  switch (reason) {
    case "unknownCompany":
    case "unknownMachine":
      return 404
    case "notNow":
    case "parked":
      return 409
    case "erased":
    case "closed":
      return 410
    case "tooLarge":
      return 413
    default:
      return 422
  }
}

/** The ETag of an actor at this version. */
export const etagOf = (version: number): string => `"v${version}"`
