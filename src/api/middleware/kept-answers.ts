import * as Effect from "effect/Effect"
import type { Database } from "../../../eventstore/database/database.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { apiLimits } from "../contract/api-limits.ts"

/** An answer as it is kept. */
export interface KeptAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers: ReadonlyArray<readonly [string, string]>
}

/** Whose key it is. */
export interface KeyRef {
  readonly company: string
  readonly principal: string
  readonly key: string
}

type Asked = Pick<Database["Service"], "transaction">

/**
 * Takes the key for this request. `taken`: go on; else what became of the request that took it before. A key whose
 * request broke off, or is older than a day, is free again.
 */
export const takeIdempotencyKey = (database: Asked, { company, principal, key }: KeyRef, request: string) =>
  inCompany(database, company, (query) =>
    Effect.gen(function* () {
      const taken = yield* query(
        `insert into core.idempotency (company, principal, key, request) values ($1, $2, $3, $4)
         on conflict (company, principal, key) do update
           set request = excluded.request, begun_at = excluded.begun_at, answer = null
           where core.idempotency.begun_at < now() - make_interval(secs => $5)
             or (core.idempotency.answer is null and core.idempotency.begun_at < now() - make_interval(secs => $6))
         returning 1`,
        [company, principal, key, request, apiLimits.idempotencyMs / 1000, apiLimits.idempotencyBusyMs / 1000]
      )
      if (taken.length > 0) {
        yield* query(
          `delete from core.idempotency where company = $1 and begun_at < now() - make_interval(secs => $2)`,
          [company, apiLimits.idempotencyMs / 1000]
        )
        return "taken" as const
      }
      const [row] = yield* query(
        "select request, answer::text from core.idempotency where company = $1 and principal = $2 and key = $3",
        [company, principal, key]
      )
      if (row === undefined) return "busy" as const
      if (row[0] !== request) return "otherRequest" as const
      return row[1] === null ? ("busy" as const) : (JSON.parse(row[1] as string) as KeptAnswer)
    })
  )

/** Keeps the answer for whoever asks again by the key. */
export const keepAnswer = (database: Asked, { company, principal, key }: KeyRef, answer: KeptAnswer) => {
  const text = JSON.stringify(answer)
  if (Buffer.byteLength(text) > apiLimits.idempotencyAnswerMaxBytes)
    return forgetAnswer(database, { company, principal, key })
  return Effect.ignore(
    inCompany(database, company, (query) =>
      query(
        "update core.idempotency set answer = $4::json where company = $1 and principal = $2 and key = $3",
        [company, principal, key, text]
      )
    )
  )
}

/** The request came to nothing that would stay so: its key is free again. */
export const forgetAnswer = (database: Asked, { company, principal, key }: KeyRef) =>
  Effect.ignore(
    inCompany(database, company, (query) =>
      query("delete from core.idempotency where company = $1 and principal = $2 and key = $3", [
        company,
        principal,
        key
      ])
    )
  )
