import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Query } from "../../../eventstore/database/database.ts"
import { AccountRefused } from "../account-errors.ts"
import { normalEmail, readRoles, wrongEmail } from "../account-input.ts"
import { accountLimits } from "../account-limits.ts"
import { now } from "../account-queries.ts"
import type { Role } from "../permissions.ts"
import { hashOf, newId, newInvitationToken } from "../sessions/credentials.ts"

/** Whom to invite, as what; open for 7 days if nothing is said, for 30 at most. */
export interface InviteAsked {
  readonly email: string
  readonly roles: ReadonlyArray<string>
  readonly validMs?: number
}

/** An invitation; its token is shown this once, for the link that the invited gets. Epoch ms. */
export interface Invited {
  readonly id: string
  readonly token: Redacted.Redacted<string>
  readonly expiresAt: number
}

/** What was asked, in order. */
export interface InviteRead {
  readonly email: string
  readonly roles: ReadonlyArray<Role>
  readonly validMs: number
}

/** What was asked, or what is wrong with it. */
export const readInvite = ({
  email: given,
  roles: named,
  validMs = accountLimits.invitationMs
}: InviteAsked): Result.Result<InviteRead, AccountRefused> => {
  const email = normalEmail(given)
  return Result.flatMap(readRoles(named), (roles) => {
    const isWithin = validMs > 0 && validMs <= accountLimits.invitationMaxMs
    const wrong = isWithin ? wrongEmail(email) : wrongTime
    return wrong === undefined ? Result.succeed({ email, roles, validMs }) : Result.fail(wrong)
  })
}

/** Makes the invitation with the transaction at hand, in its company; `by` is who invites. */
export const offerInvitation = Effect.fnUntraced(function* (
  query: Query,
  company: string,
  by: string,
  { email, roles, validMs }: InviteRead
) {
  const at = yield* now
  yield* refuseDoubles(query, company, email, at)
  const id = newId()
  const token = newInvitationToken()
  yield* query(
    `insert into core.invitation (company, invitation_id, hash, email, roles, invited_by, made_at, expires_at)
       values ($1, $2, $3, $4, $5::text[], $6, es.at($7), es.at($8))`,
    [company, id, hashOf(token), email, roles, by, at, at + validMs]
  )
  return { id, token: Redacted.make(token), expiresAt: at + validMs } satisfies Invited as Invited
})

const refuseDoubles = Effect.fnUntraced(function* (query: Query, company: string, email: string, at: number) {
  const [row] = yield* query(
    `select (select count(*)::int from core.invitation
         where company = $1 and accepted_at is null and withdrawn_at is null and expires_at > es.at($3)),
       exists (select from core.find_user($2) u join core.membership m on m.company = $1 and m.user_id = u.user_id)`,
    [company, email, at]
  )
  if (row![1] === true) return yield* alreadyMember
  if (Number(row![0]) >= accountLimits.invitationsOpenMax) return yield* tooMany
})

/** The user has a place at the company. */
export const alreadyMember = new AccountRefused({
  reason: "alreadyMember",
  message: "this user belongs to the company already"
})
const tooMany = new AccountRefused({
  reason: "tooMany",
  message: `${accountLimits.invitationsOpenMax} invitations are open; withdraw some first`
})
const wrongTime = new AccountRefused({
  reason: "wrongTime",
  message: "an invitation is open for 30 days at most"
})
