import * as Schema from "effect/Schema"

/** Nobody is known by what was presented: 401. `message` tells no more than `reason`. */
export class NotAuthenticated extends Schema.TaggedError<NotAuthenticated>()("NotAuthenticated", {
  reason: Schema.Literals([
    "missing",
    "malformed",
    "wrongToken",
    "expired",
    "ended",
    "unknownKey",
    "revoked",
    "otherCompany"
  ]),
  message: Schema.String
}) {}

/** E-mail or password are wrong, or the user may come in nowhere: 401. */
export class LoginRefused extends Schema.TaggedError<LoginRefused>()("LoginRefused", {
  reason: Schema.Literals(["wrongCredentials", "suspended", "noCompany", "otherCompany"]),
  message: Schema.String
}) {}

/** A refresh token that is worth nothing: 401. After `replayed` its whole family has ended. */
export class RefreshRefused extends Schema.TaggedError<RefreshRefused>()("RefreshRefused", {
  reason: Schema.Literals(["replayed", "ended", "expired", "unknown"]),
  message: Schema.String
}) {}

/** The principal is known and may not: 403. It is in the audit. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", { message: Schema.String }) {}

/** Too often, or too much at once: 429 or 503 with Retry-After. */
export class TooManyTries extends Schema.TaggedError<TooManyTries>()("TooManyTries", {
  message: Schema.String,
  retryAfterMs: Schema.Number
}) {}

/** Nobody and nothing of this id at the principal's company: 404. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", { message: Schema.String }) {}

/** What was asked can't be so: 422, or 409 when it clashes with what is there. */
export class AccountRefused extends Schema.TaggedError<AccountRefused>()("AccountRefused", {
  reason: Schema.Literals([
    "wrongEmail",
    "wrongName",
    "wrongRoles",
    "wrongScopes",
    "wrongLimit",
    "wrongTime",
    "weakPassword",
    "wrongPassword",
    "emailTaken",
    "alreadyMember",
    "lastAdmin",
    "tooMany",
    "invitationOver"
  ]),
  message: Schema.String
}) {}

/** Which `AccountRefused` clash with what is there: 409. */
export const clashes: ReadonlyArray<AccountRefused["reason"]> = [
  "emailTaken",
  "alreadyMember",
  "lastAdmin",
  "tooMany",
  "invitationOver"
]
