import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Database, DatabaseError, Query } from "../../../eventstore/database/database.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { Forbidden } from "../account-errors.ts"
import { accountLimits } from "../account-limits.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import type { Module, Scope, Verb } from "../permissions.ts"
import { type Principal, principalName } from "../principal.ts"
import { withoutCredentials } from "../sessions/credentials.ts"

/** The company of entries that belong to none, such as a login with an unknown e-mail. */
export const installation = "*"

/** What goes into the audit. `principal` as in events; `target` is `kind:id`. No secret may be in it. */
export interface AuditEntry {
  readonly company: string
  readonly principal: string
  /** Noun and verb: `user.setRoles`. */
  readonly action: string
  readonly target: string
  readonly outcome: "done" | "refused"
  readonly reason?: string
  readonly details?: { readonly [key: string]: Json }
  readonly address?: string
}

/** An entry as it stands; `at` is epoch ms, `entry` also the cursor. */
export interface StoredAuditEntry extends Required<AuditEntry> {
  readonly entry: string
  readonly at: number
}

/** Which entries are asked for, the newest first; `before` is the last entry of the page before. */
export interface AuditAsked {
  readonly before?: string
  readonly limit?: number
  readonly principal?: string
  readonly action?: string
  readonly outcome?: "done" | "refused"
}

const cut = (text: string) => withoutCredentials(text).slice(0, accountLimits.auditTextMax)

const detailsOf = (details: AuditEntry["details"]) => {
  const text = withoutCredentials(JSON.stringify(details ?? {})).replaceAll("\\u0000", "\\ufffd")
  return text.length > accountLimits.auditDetailsMax ? '{"tooLong":true}' : text
}

/** Writes an entry with the transaction at hand, which must be in the entry's company. */
export const writeAudit = (
  query: Query,
  { principal, action, target, outcome, reason = "", details, address = "", company }: AuditEntry
): Effect.Effect<void, DatabaseError> =>
  Effect.flatMap(now, (at) =>
    Effect.asVoid(
      query(
        `insert into core.audit (company, at, principal, action, target, outcome, reason, details, address)
           values ($1, es.at($2), $3, $4, $5, $6, $7, $8::text::jsonb, $9)`,
        [
          company,
          at,
          cut(principal),
          cut(action),
          cut(target),
          outcome,
          cut(reason),
          detailsOf(details),
          address.slice(0, accountLimits.addressMax)
        ]
      )
    )
  )

/** What a principal did, as an entry of their company. */
export const doneBy = (
  principal: Principal,
  action: string,
  target: string,
  details: AuditEntry["details"] = {}
): AuditEntry => ({
  company: principal.company,
  principal: principalName(principal),
  action,
  target,
  outcome: "done",
  details,
  ...(principal.address === undefined ? {} : { address: principal.address })
})

/** A principal was refused, as an entry of their company. */
export const refusedTo = (
  principal: Principal,
  action: string,
  target: string,
  reason: string
): AuditEntry => ({ ...doneBy(principal, action, target), outcome: "refused", reason })

/** What was done and what was refused, by whom; it is only ever added to. */
export class Audit extends Context.Service<
  Audit,
  {
    readonly write: (entry: AuditEntry) => Effect.Effect<void, StoreUnavailable>
    /** How far the principal reaches; who does not reach at all is refused, and that is written. */
    readonly permit: (
      principal: Principal,
      module: Module,
      verb: Verb,
      action: string,
      target: string
    ) => Effect.Effect<Exclude<Scope, "none">, Forbidden | StoreUnavailable>
    /** Writes the refusal and fails with it. */
    readonly refuse: (
      principal: Principal,
      action: string,
      target: string,
      why: string
    ) => Effect.Effect<never, Forbidden | StoreUnavailable>
    /** Entries of the principal's company. */
    readonly list: (
      principal: Principal,
      asked: AuditAsked
    ) => Effect.Effect<ReadonlyArray<StoredAuditEntry>, Forbidden | StoreUnavailable>
  }
>()("centurion/accounts/Audit") {
  static readonly layer = Layer.effect(
    Audit,
    Effect.map(accountDatabase, (database) =>
      Audit.of({
        write: (entry) => write(database, entry),
        permit: (...asked) => permit(database, ...asked),
        refuse: (...asked) => refuse(database, ...asked),
        list: (...asked) => list(database, ...asked)
      })
    )
  )
}

type Asked = Database["Service"]

const write = (database: Asked, entry: AuditEntry) =>
  answered(inCompany(database, entry.company, (query) => writeAudit(query, entry)))

const refuse = Effect.fnUntraced(function* (
  database: Asked,
  principal: Principal,
  action: string,
  target: string,
  why: string
) {
  yield* write(database, refusedTo(principal, action, target, why))
  return yield* new Forbidden({ message: why })
})

const permit = Effect.fnUntraced(function* (
  database: Asked,
  principal: Principal,
  module: Module,
  verb: Verb,
  action: string,
  target: string
) {
  const scope = principal.may(module, verb)
  if (scope !== "none") return scope
  const why = `${principalName(principal)} may not ${verb} ${module}; its roles are ${principal.roles.join(", ")}`
  return yield* refuse(database, principal, action, target, why)
})

const list = Effect.fn("Audit.list")(function* (database: Asked, principal: Principal, asked: AuditAsked) {
  yield* permit(database, principal, "audit", "read", "audit.list", "audit")
  const limit = Math.min(Math.max(1, asked.limit ?? accountLimits.pageMax), accountLimits.pageMax)
  const before = /^\d{1,18}$/.test(asked.before ?? "") ? asked.before : null
  const { company } = principal
  const rows = yield* answered(
    inCompany(database, company, (query) =>
      query(
        `select a.entry::text, es.ms(a.at), principal, action, target, outcome, reason, details, address
           from core.audit a
           where company = $1 and ($2::bigint is null or entry < $2::bigint)
             and ($3::text is null or principal = $3) and ($4::text is null or action = $4)
             and ($5::text is null or outcome = $5)
           order by a.entry desc limit $6`,
        [company, before, asked.principal ?? null, asked.action ?? null, asked.outcome ?? null, limit]
      )
    )
  )
  return rows.map((row): StoredAuditEntry => {
    const [entry, at, by, action, target, outcome, reason, details, address] = row
    const stored = { entry, at, principal: by, action, target, outcome, reason, details, address }
    return { ...(stored as StoredAuditEntry), company }
  })
})
