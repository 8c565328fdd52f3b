import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { Database } from "../../../eventstore/database/database.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { fieldOf, pathOf } from "../../../projections/query/field-names.ts"
import { Cache, cacheSlot } from "../../redis/cache.ts"
import { mayReachAll } from "../caller.ts"
import { analyticsGroup, series } from "../contract/lists/analytics.ts"
import { handlersOf } from "../handlers-of.ts"
import { refuse } from "../refusal.ts"
import { textParameter } from "./read-page.ts"

const rowsMax = 1_000

const overviewSql = `select json_build_object(
  'leads', (select json_build_object('all', count(*), 'last30Days', count(*) filter (where created_at > now() - interval '30 days'),
      'new', count(*) filter (where state = 'new'), 'engaged', count(*) filter (where state = 'engaged'),
      'qualified', count(*) filter (where qualified_at is not null), 'handedOff', count(*) filter (where state = 'handedOff'),
      'disqualified', count(*) filter (where state = 'disqualified')) from leads),
  'deals', (select json_build_object('open', count(*) filter (where state = 'open'), 'won', count(*) filter (where state = 'won'),
      'lost', count(*) filter (where state = 'lost'), 'wonValueCents', coalesce(sum(value_cents) filter (where state = 'won'), 0),
      'byStage', (select coalesce(json_object_agg(stage, n), '{}') from (select stage, count(*) n from deals where state = 'open' group by stage) s)) from deals),
  'conversations', (select json_build_object('all', count(*), 'open', count(*) filter (where state = 'open'),
      'waitingForApproval', count(*) filter (where state = 'waitingForApproval'), 'waitingForPerson', count(*) filter (where state = 'waitingForPerson'),
      'personOwned', count(*) filter (where state = 'personOwned'), 'optedOut', count(*) filter (where state = 'optedOut'),
      'closed', count(*) filter (where state = 'closed'), 'unanswered', count(*) filter (where unanswered > 0)) from conversations),
  'costUsd', (select json_build_object('all', coalesce(sum(cost_usd), 0),
      'last30Days', coalesce(sum(cost_usd) filter (where at > now() - interval '30 days'), 0)) from model_calls),
  'firstAnswerSeconds', (select json_build_object(
      'p50', percentile_cont(0.5) within group (order by extract(epoch from first_response_at - first_message_at)),
      'p95', percentile_cont(0.95) within group (order by extract(epoch from first_response_at - first_message_at)))
      from conversations where first_response_at is not null))::text`

const Kept = Schema.Struct({ asOf: Schema.String, text: Schema.String })
const slot = cacheSlot("analyticsOverview", Kept)

/** Asks the company's read models for one JSON text, or gives what was found within the last 15 minutes. */
const counted = Effect.fnUntraced(function* (
  company: string,
  key: string,
  sql: string,
  params: ReadonlyArray<unknown>
) {
  const database = yield* Database
  const cache = yield* Cache
  const { now } = yield* EngineClock
  const make = Effect.map(
    inCompany(database, company, (query) => query(sql, params)),
    ([row]) => ({
      asOf: new Date(now()).toISOString(),
      text: String(row?.[0] ?? "null")
    })
  )
  return yield* cache.through(slot, company, key, make)
})

const dayShape = /^\d{4}-\d\d-\d\d$/

const dayParameter = (name: string) =>
  Effect.flatMap(textParameter(name, 10), (text) =>
    text === undefined || (dayShape.test(text) && !Number.isNaN(Date.parse(text)))
      ? Effect.succeed(text ?? null)
      : Effect.fail(
          refuse(400, `${name}: a day as 2026-01-31 is expected`, {
            errors: [{ parameter: name, detail: "a day as 2026-01-31 is expected" }]
          })
        )
  )

type Rows = ReadonlyArray<Readonly<Record<string, unknown>>>

const camel = (row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [fieldOf(name), value]))

const readSeries = Effect.fnUntraced(function* (path: string) {
  const { company } = yield* mayReachAll("analytics", "read", "analytics.series", path)
  const from = yield* dayParameter("from")
  const to = yield* dayParameter("to")
  const { view, when } = series.find(({ view }) => pathOf(view.name) === path)!
  // Names of ours alone: the view's and its column's.
  const range =
    when === undefined
      ? ""
      : `where ($1::date is null or v.${when} >= $1::date) and ($2::date is null or v.${when} <= $2::date) order by v.${when}`
  const sql = `select coalesce(json_agg(r), '[]')::text from (select * from ${view.name} v ${range} limit ${rowsMax}) r`
  const params = when === undefined ? [] : [from, to]
  const { asOf, text } = yield* counted(company, `${view.name} ${from} ${to}`, sql, params)
  const columns = Object.entries(view.columns).map(([name, words]) => [fieldOf(name), words])
  return {
    name: path,
    columns: Object.fromEntries(columns),
    items: (JSON.parse(text) as Rows).map(camel),
    asOf
  }
})

/** What answers analyticsGroup. */
export const analyticsHandlers = handlersOf(analyticsGroup, {
  overview: Effect.fnUntraced(function* () {
    const { company } = yield* mayReachAll("analytics", "read", "analytics.overview", "overview")
    const { asOf, text } = yield* counted(company, "overview", overviewSql, [])
    return HttpServerResponse.jsonUnsafe({ ...(JSON.parse(text) as object), asOf })
  }),
  series: Effect.fnUntraced(function* ({ params: { name } }) {
    return HttpServerResponse.jsonUnsafe(yield* readSeries(name))
  })
})
