import * as Effect from "effect/Effect"
import type { Query, Row } from "../../eventstore/database/database.ts"
import { conversations } from "../../projections/conversations.ts"
import { deals, openStages } from "../../projections/deals.ts"
import { inCompany } from "../../projections/engine/in-company.ts"
import { leads } from "../../projections/leads.ts"
import type { ReadModel } from "../../projections/read-model.ts"
import { liveLimits } from "./live-limits.ts"
import type { LiveValue } from "./live-value.ts"

/** What a company has and did, as numbers. */
export interface CompanyCounters {
  /** By state. */
  readonly leads: Readonly<Record<string, number>>
  /** By state; `waitingForPerson` are those that nobody took. */
  readonly conversations: Readonly<Record<string, number>>
  /** Open ones by stage, and how many are `won` and `lost`. */
  readonly deals: Readonly<Record<string, number>>
  /** Since midnight in the company's time zone. */
  readonly today: {
    readonly since: string
    readonly messagesIn: number
    readonly messagesOut: number
    readonly messagesByPersons: number
    readonly modelCalls: number
    readonly costUsd: number
  }
}

/** A company's counters, at most once a second. */
export const companyCounters: LiveValue = {
  everyMs: liveLimits.countersEveryMs,
  whenChanged: true,
  make: Effect.fnUntraced(function* ({ database, timeZoneOf }, company) {
    const timeZone = yield* timeZoneOf(company)
    return yield* inCompany(database, company, (query) => count(query, company, timeZone))
  })
}

const count = Effect.fnUntraced(function* (query: Query, company: string, timeZone: string) {
  const byState = (sql: string, names: ReadonlyArray<string>) =>
    Effect.map(query(sql, [company]), (rows) => numbersOf(names, rows))
  const [today] = yield* query(todaySql, [company, timeZone])
  return {
    leads: yield* byState(leadsSql, statesOf(leads)),
    conversations: yield* byState(conversationsSql, statesOf(conversations)),
    deals: yield* byState(dealsSql, [
      ...openStages,
      ...statesOf(deals).filter((state) => state !== "open" && state !== "unopened")
    ]),
    today: todayOf(today!)
  } satisfies CompanyCounters
})

const statesOf = ({ columns }: ReadModel): ReadonlyArray<string> => columns.state?.values ?? []

/** Every name has a number. */
const numbersOf = (names: ReadonlyArray<string>, rows: ReadonlyArray<Row>): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, Number(rows.find((row) => row[0] === name)?.[1] ?? 0)]))

const todayOf = ([since, messagesIn, messagesOut, messagesByPersons, modelCalls, costUsd]: Row) => ({
  since: new Date(Number(since)).toISOString(),
  messagesIn: Number(messagesIn),
  messagesOut: Number(messagesOut),
  messagesByPersons: Number(messagesByPersons),
  modelCalls: Number(modelCalls),
  costUsd: Number(costUsd)
})

const leadsSql = "select state, count(*)::float8 from leads where company = $1 group by state"

const conversationsSql = "select state, count(*)::float8 from conversations where company = $1 group by state"

const dealsSql = `select case state when 'open' then stage else state end, count(*)::float8
  from deals where company = $1 and state <> 'unopened' group by 1`

const todaySql = `with day as (
    select date_trunc('day', clock_timestamp() at time zone $2) at time zone $2 as since
  ), said as (
    select count(*) filter (where m.author = 'lead') as heard,
        count(*) filter (where m.author = 'agent' and m.status in ('sent', 'inDoubt')) as sent,
        count(*) filter (where m.author = 'person') as by_persons
      from message_records m, day where m.company = $1 and m.at >= day.since
  ), called as (
    select count(*) as calls, coalesce(sum(c.cost_usd), 0) as cost
      from model_calls c, day where c.company = $1 and c.at >= day.since
  )
  select es.ms(day.since), heard::float8, sent::float8, by_persons::float8, calls::float8, cost::float8
    from day, said, called`
