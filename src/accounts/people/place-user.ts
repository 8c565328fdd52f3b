import * as Effect from "effect/Effect"
import type { Query } from "../../../eventstore/database/database.ts"
import { now } from "../account-queries.ts"
import { type AuditEntry, writeAudit } from "../audit/audit.ts"

/** What `by` did, as an entry of a company that is yet to be named. */
export const done = (by: string, action: string, target: string): Omit<AuditEntry, "company"> => ({
  principal: by,
  action,
  target,
  outcome: "done"
})

/** Makes an account; false when the e-mail is taken. */
export const makeUser = Effect.fnUntraced(function* (
  query: Query,
  {
    id,
    email,
    name,
    hash
  }: { readonly id: string; readonly email: string; readonly name: string; readonly hash: string }
) {
  const [row] = yield* query("select core.make_user($1, $2, $3, null, $4, es.at($5))", [
    id,
    email,
    name,
    hash,
    yield* now
  ])
  return row![0] === true
})

/** Gives an account a place at a company; false when it has one. */
export const addMember = Effect.fnUntraced(function* (
  query: Query,
  company: string,
  user: string,
  roles: ReadonlyArray<string>,
  by: string
) {
  const rows = yield* query(
    `insert into core.membership (company, user_id, roles, since) values ($1, $2, $3::text[], es.at($4))
       on conflict do nothing returning 1`,
    [company, user, roles, yield* now]
  )
  if (rows.length === 0) return false
  yield* writeAudit(query, {
    ...done(by, "user.make", `user:${user}`),
    company,
    details: { roles: [...roles] }
  })
  return true
})
