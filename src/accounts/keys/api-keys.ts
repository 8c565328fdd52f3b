import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Query, Row } from "../../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { AccountRefused, Forbidden, NotFound } from "../account-errors.ts"
import { readRoles, readScopes, wrongName } from "../account-input.ts"
import { accountLimits } from "../account-limits.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { Audit, doneBy, writeAudit } from "../audit/audit.ts"
import { refuseAbove, writingRefusals } from "../people/members.ts"
import { isWithin, rightsOf } from "../permissions.ts"
import { type Principal, principalName } from "../principal.ts"
import { hashOf, newApiKey } from "../sessions/credentials.ts"
import { KnownCredentials } from "../sessions/known-credentials.ts"

/** A key to be made; without scopes it may all that its roles may. `expiresAt` is epoch ms. */
export interface ApiKeyAsked {
  readonly name: string
  readonly roles: ReadonlyArray<string>
  readonly scopes?: ReadonlyArray<string>
  readonly perMinute?: number
  readonly perHour?: number
  readonly expiresAt?: number
}

/** A new key: `cent_<id>_<secret>`, shown this once. */
export interface MadeApiKey {
  readonly id: string
  readonly key: Redacted.Redacted<string>
}

/** A key as lists show it. Times are epoch ms; `usedAt` is to the minute. */
export interface ListedApiKey {
  readonly id: string
  readonly name: string
  readonly roles: ReadonlyArray<string>
  readonly scopes: ReadonlyArray<string> | null
  readonly perMinute: number
  readonly perHour: number
  readonly madeBy: string
  readonly madeAt: number
  readonly expiresAt: number | null
  readonly usedAt: number | null
  readonly revokedAt: number | null
}

/** Keys of programs at the principal's company; needs `apiKeys`. */
export class ApiKeys extends Context.Service<
  ApiKeys,
  {
    readonly create: (
      principal: Principal,
      asked: ApiKeyAsked
    ) => Effect.Effect<MadeApiKey, AccountRefused | Forbidden | StoreUnavailable>
    /** The newest first, revoked ones too. */
    readonly list: (
      principal: Principal
    ) => Effect.Effect<ReadonlyArray<ListedApiKey>, Forbidden | StoreUnavailable>
    readonly revoke: (
      principal: Principal,
      id: string
    ) => Effect.Effect<void, NotFound | Forbidden | StoreUnavailable>
  }
>()("centurion/accounts/ApiKeys") {
  static readonly layer = Layer.effect(
    ApiKeys,
    Effect.suspend(() => makeApiKeys)
  )
}

const parts = Effect.gen(function* () {
  const database = yield* accountDatabase
  const audit = yield* Audit
  const known = yield* KnownCredentials
  return { database, audit, known }
})
type Parts = Effect.Success<typeof parts>

const create = ({ database, audit }: Parts) =>
  Effect.fn("ApiKeys.create")(function* (principal: Principal, asked: ApiKeyAsked) {
    const { company } = principal
    const action = "apiKey.make"
    yield* audit.permit(principal, "apiKeys", "write", action, "apiKey")
    const at = yield* now
    const { roles, scopes, perMinute, perHour } = yield* Effect.fromResult(readAsked(asked, at))
    const { id, key } = newApiKey()
    const made = inCompany(
      database,
      company,
      Effect.fnUntraced(function* (query) {
        if (!isWithin(rightsOf(roles, scopes), principal.may)) return yield* above
        yield* refuseTooMany(query, company, at)
        yield* query(
          `insert into core.api_key
           (company, key_id, hash, name, roles, scopes, per_minute, per_hour, made_by, made_at, expires_at)
           values ($1, $2, $3, $4, $5::text[], $6::text[], $7, $8, $9, es.at($10), es.at($11))`,
          [
            company,
            id,
            hashOf(key),
            asked.name,
            roles,
            scopes,
            perMinute,
            perHour,
            principalName(principal),
            at,
            asked.expiresAt ?? null
          ]
        )
        const details = { roles: [...roles], scopes: scopes === null ? null : [...scopes] }
        yield* writeAudit(query, doneBy(principal, action, `apiKey:${id}`, details))
      })
    )
    yield* writingRefusals(answered(made), audit, { principal, action, target: "apiKey" })
    return { id, key: Redacted.make(key) } satisfies MadeApiKey
  })

const list = ({ database, audit }: Parts) =>
  Effect.fn("ApiKeys.list")(function* (principal: Principal) {
    yield* audit.permit(principal, "apiKeys", "read", "apiKey.list", "apiKeys")
    const rows = yield* answered(
      inCompany(database, principal.company, (query) =>
        query(
          `select key_id, name, roles, scopes, per_minute, per_hour, made_by, es.ms(made_at), es.ms(expires_at),
             es.ms(used_at), es.ms(revoked_at)
           from core.api_key where company = $1 order by made_at desc, key_id limit $2`,
          [principal.company, accountLimits.pageMax]
        )
      )
    )
    return rows.map(listedApiKey)
  })

const revoke = ({ database, audit, known }: Parts) =>
  Effect.fn("ApiKeys.revoke")(function* (principal: Principal, id: string) {
    const action = "apiKey.revoke"
    const target = `apiKey:${id}`
    yield* audit.permit(principal, "apiKeys", "write", action, target)
    const revoked = inCompany(
      database,
      principal.company,
      Effect.fnUntraced(function* (query) {
        const rows = yield* query(
          `update core.api_key set revoked_at = es.at($3), revoked_by = $4
           where company = $1 and key_id = $2 and revoked_at is null returning roles, scopes`,
          [principal.company, id, yield* now, principalName(principal)]
        )
        const [row] = rows
        if (row === undefined) return yield* new NotFound({ message: "no API key of this id is in use" })
        const [roles, scopes] = row as [ReadonlyArray<string>, ReadonlyArray<string> | null]
        const reachesFurther = refuseAbove(principal, roles, scopes)
        if (reachesFurther !== undefined) return yield* reachesFurther
        yield* writeAudit(query, doneBy(principal, action, target))
      })
    )
    yield* writingRefusals(answered(revoked), audit, { principal, action, target })
    yield* known.forget
  })

const makeApiKeys = Effect.map(parts, (parts) =>
  ApiKeys.of({ create: create(parts), list: list(parts), revoke: revoke(parts) })
)

const readAsked = (asked: ApiKeyAsked, at: number) =>
  Result.gen(function* () {
    const { apiKeyPerMinute, apiKeyPerHour } = accountLimits
    const { perMinute = apiKeyPerMinute, perHour = apiKeyPerHour } = asked
    const roles = yield* readRoles(asked.roles)
    const scopes = asked.scopes === undefined ? null : yield* readScopes(asked.scopes)
    const wrong = wrongLimits(perMinute, perHour) ?? wrongEnd(asked, at) ?? wrongName(asked.name)
    return wrong === undefined ? { roles, scopes, perMinute, perHour } : yield* Result.fail(wrong)
  })

const wrongLimits = (perMinute: number, perHour: number): AccountRefused | undefined => {
  const { apiKeyPerMinuteMax } = accountLimits
  const isLimit = (limit: number, max: number) => Number.isInteger(limit) && limit > 0 && limit <= max
  if (!isLimit(perMinute, apiKeyPerMinuteMax) || !isLimit(perHour, apiKeyPerMinuteMax * 60))
    return new AccountRefused({
      reason: "wrongLimit",
      message: `a key's limit is a whole number from 1 to ${apiKeyPerMinuteMax} a minute, or 60 times that an hour`
    })
  return undefined
}

const wrongEnd = ({ expiresAt }: ApiKeyAsked, at: number): AccountRefused | undefined =>
  expiresAt === undefined || expiresAt > at
    ? undefined
    : new AccountRefused({ reason: "wrongTime", message: "a key can't expire before now" })

const above = new Forbidden({ message: "a key can't reach further than whoever makes it" })

const refuseTooMany = Effect.fnUntraced(function* (query: Query, company: string, at: number) {
  const [row] = yield* query(
    `select count(*)::int from core.api_key
       where company = $1 and revoked_at is null and (expires_at is null or expires_at > es.at($2))`,
    [company, at]
  )
  if (Number(row![0]) < accountLimits.apiKeysMax) return
  return yield* new AccountRefused({
    reason: "tooMany",
    message: `${accountLimits.apiKeysMax} keys are in use; revoke some first`
  })
})

const listedApiKey = (row: Row): ListedApiKey => {
  const [id, name, roles, scopes, perMinute, perHour, madeBy, madeAt, expiresAt, usedAt, revokedAt] = row
  return {
    ...({ id, name, roles, scopes, perMinute, perHour } as ListedApiKey),
    ...({ madeBy, madeAt, expiresAt, usedAt, revokedAt } as ListedApiKey)
  }
}
