import * as Effect from "effect/Effect"
import type { Database, DatabaseError, Query } from "../../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { AccountRefused, Forbidden, NotFound } from "../account-errors.ts"
import { answered } from "../account-queries.ts"
import { type Audit, doneBy, refusedTo, writeAudit } from "../audit/audit.ts"
import { adminRoles, isWithin, type Role, rightsOf } from "../permissions.ts"
import type { Principal } from "../principal.ts"

/** A user as they stand at a company. */
export interface Member {
  readonly user: string
  readonly roles: ReadonlyArray<string>
  readonly state: "active" | "suspended"
}

/** What is to be done to a member, and what the audit calls it. */
export interface MemberChange<A> {
  readonly user: string
  readonly action: string
  readonly make: (
    query: Query,
    member: Member
  ) => Effect.Effect<
    { readonly result: A; readonly details?: Parameters<typeof doneBy>[3] },
    DatabaseError | Forbidden | AccountRefused
  >
}

const readMember = Effect.fnUntraced(function* (query: Query, company: string, user: string) {
  const [row] = yield* query("select roles, state from core.membership where company = $1 and user_id = $2", [
    company,
    user
  ])
  if (row === undefined) return yield* new NotFound({ message: `no user of ${company} has this id` })
  return { user, roles: row[0], state: row[1] } as Member
})

/** How many active members hold each of the roles without which nobody could mend the company's users. */
const countAdmins = Effect.fnUntraced(function* (query: Query, company: string) {
  const rows = yield* query(
    "select roles from core.membership where company = $1 and state = 'active' and roles && $2::text[]",
    [company, adminRoles]
  )
  const having = (wanted: ReadonlyArray<Role>) =>
    rows.filter(([held]) => wanted.some((role) => (held as Array<string>).includes(role))).length
  return { any: having(adminRoles), owners: having(["super_admin"]) }
})

/** Nobody gives, or touches whoever has, rights that they do not have themselves. */
export const refuseAbove = (
  principal: Principal,
  roles: ReadonlyArray<string>,
  only: ReadonlyArray<string> | null = null
): Forbidden | undefined =>
  isWithin(rightsOf(roles, only), principal.may)
    ? undefined
    : new Forbidden({
        message: `the roles ${roles.join(", ")} reach further than those of whoever asks (${principal.roles.join(", ")})`
      })

const lastAdmin = new AccountRefused({
  reason: "lastAdmin",
  message: "the company would be left without an active admin or owner; give somebody else the role first"
})

/** The work, which writes into the audit when it says no. */
export const writingRefusals = <A, E extends { readonly _tag: string; readonly message: string }>(
  work: Effect.Effect<A, E>,
  audit: Audit["Service"],
  refusal: { readonly principal: Principal; readonly action: string; readonly target: string }
): Effect.Effect<A, E | StoreUnavailable> =>
  Effect.tapError(work, ({ _tag, message }) =>
    ["Forbidden", "AccountRefused", "NotFound"].includes(_tag)
      ? audit.write(refusedTo(refusal.principal, refusal.action, refusal.target, message))
      : Effect.void
  )

/**
 * Changes a member of the principal's company and writes that, together, one change of a company after the other. A
 * member whose roles reach further than the principal's is not touched, and the last admin stays.
 */
export const changeMember = Effect.fnUntraced(function* <A>(
  database: Database["Service"],
  audit: Audit["Service"],
  principal: Principal,
  { user, action, make }: MemberChange<A>
) {
  const { company } = principal
  const target = `user:${user}`
  yield* audit.permit(principal, "users", "write", action, target)
  const changed = inCompany(
    database,
    company,
    Effect.fnUntraced(function* (query) {
      yield* query("select core.lock_users($1)", [company])
      const member = yield* readMember(query, company, user)
      const above = refuseAbove(principal, member.roles)
      if (above !== undefined) return yield* above
      const before = yield* countAdmins(query, company)
      const { result, details } = yield* make(query, member)
      const after = yield* countAdmins(query, company)
      if (before.any > 0 && after.any === 0) return yield* lastAdmin
      if (before.owners > 0 && after.owners === 0) return yield* lastAdmin
      yield* writeAudit(query, doneBy(principal, action, target, details))
      return result
    })
  )
  return yield* writingRefusals(answered(changed), audit, { principal, action, target })
})
