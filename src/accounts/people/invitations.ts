import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { type AccountRefused, type Forbidden, NotFound, type TooManyTries } from "../account-errors.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { Audit, doneBy, writeAudit } from "../audit/audit.ts"
import { type Principal, principalName } from "../principal.ts"
import { type AcceptAsked, type Accepted, makeAccept, type OfferedPlace } from "./accept-invitation.ts"
import { refuseAbove, writingRefusals } from "./members.ts"
import { type InviteAsked, type Invited, offerInvitation, readInvite } from "./offer-invitation.ts"

/** An open invitation, as lists show it. Times are epoch ms. */
export interface ListedInvitation {
  readonly id: string
  readonly email: string
  readonly roles: ReadonlyArray<string>
  readonly invitedBy: string
  readonly madeAt: number
  readonly expiresAt: number
}

/** How somebody becomes a user of a company. Inviting needs `users`. */
export class Invitations extends Context.Service<
  Invitations,
  {
    readonly invite: (
      principal: Principal,
      asked: InviteAsked
    ) => Effect.Effect<Invited, AccountRefused | Forbidden | StoreUnavailable>
    readonly list: (
      principal: Principal
    ) => Effect.Effect<ReadonlyArray<ListedInvitation>, Forbidden | StoreUnavailable>
    readonly withdraw: (
      principal: Principal,
      invitation: string
    ) => Effect.Effect<void, NotFound | Forbidden | StoreUnavailable>
    /** What the token offers, for the page where it is accepted. */
    readonly look: (
      token: Redacted.Redacted<string>
    ) => Effect.Effect<OfferedPlace, AccountRefused | StoreUnavailable>
    /** A new user sets a password; who has an account already proves it with theirs. */
    readonly accept: (
      asked: AcceptAsked
    ) => Effect.Effect<Accepted, AccountRefused | TooManyTries | StoreUnavailable>
  }
>()("centurion/accounts/Invitations") {
  static readonly layer = Layer.effect(
    Invitations,
    Effect.suspend(() => makeInvitations)
  )
}

const parts = Effect.gen(function* () {
  const database = yield* accountDatabase
  const audit = yield* Audit
  const { look, accept } = yield* makeAccept
  return { database, audit, look, accept }
})
type Parts = Effect.Success<typeof parts>

const invite = ({ database, audit }: Parts) =>
  Effect.fn("Invitations.invite")(function* (principal: Principal, asked: InviteAsked) {
    const { company } = principal
    const refusal = { principal, action: "invitation.make", target: "invitation" }
    yield* audit.permit(principal, "users", "write", refusal.action, refusal.target)
    const read = yield* Effect.fromResult(readInvite(asked))
    const made = inCompany(
      database,
      company,
      Effect.fnUntraced(function* (query) {
        const above = refuseAbove(principal, read.roles)
        if (above !== undefined) return yield* above
        const invited = yield* offerInvitation(query, company, principalName(principal), read)
        const details = { roles: [...read.roles] }
        yield* writeAudit(query, doneBy(principal, refusal.action, `invitation:${invited.id}`, details))
        return invited
      })
    )
    return yield* writingRefusals(answered(made), audit, refusal)
  })

const list = ({ database, audit }: Parts) =>
  Effect.fn("Invitations.list")(function* (principal: Principal) {
    yield* audit.permit(principal, "users", "read", "invitation.list", "invitations")
    const at = yield* now
    const rows = yield* answered(
      inCompany(database, principal.company, (query) =>
        query(
          `select invitation_id, email, roles, invited_by, es.ms(made_at), es.ms(expires_at) from core.invitation
           where company = $1 and accepted_at is null and withdrawn_at is null and expires_at > es.at($2)
           order by made_at desc, invitation_id`,
          [principal.company, at]
        )
      )
    )
    return rows.map(
      ([id, email, roles, invitedBy, madeAt, expiresAt]) =>
        ({ id, email, roles, invitedBy, madeAt, expiresAt }) as ListedInvitation
    )
  })

const withdraw = ({ database, audit }: Parts) =>
  Effect.fn("Invitations.withdraw")(function* (principal: Principal, invitation: string) {
    const action = "invitation.withdraw"
    const target = `invitation:${invitation}`
    yield* audit.permit(principal, "users", "write", action, target)
    const withdrawn = inCompany(
      database,
      principal.company,
      Effect.fnUntraced(function* (query) {
        const rows = yield* query(
          `update core.invitation set withdrawn_at = es.at($3)
           where company = $1 and invitation_id = $2 and accepted_at is null and withdrawn_at is null
           returning roles`,
          [principal.company, invitation, yield* now]
        )
        const [row] = rows
        if (row === undefined) return yield* new NotFound({ message: "no open invitation has this id" })
        const above = refuseAbove(principal, row[0] as ReadonlyArray<string>)
        if (above !== undefined) return yield* above
        yield* writeAudit(query, doneBy(principal, action, target))
      })
    )
    yield* writingRefusals(answered(withdrawn), audit, { principal, action, target })
  })

const makeInvitations = Effect.map(parts, (parts) =>
  Invitations.of({
    invite: invite(parts),
    list: list(parts),
    withdraw: withdraw(parts),
    look: parts.look,
    accept: parts.accept
  })
)
