import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { Database } from "../../../eventstore/database/database.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { analystViews } from "../../../projections/index.ts"
import { fieldOf, pathOf } from "../../../projections/query/field-names.ts"
import { Cache, cacheSlot } from "../../redis/cache.ts"
import { mayReachAll } from "../caller.ts"
import { about, apiOf, titled } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { Problems } from "../middleware/problems.ts"
import { refuse } from "../refusal.ts"
import { withParameters } from "./list-parameters.ts"
import { textParameter } from "./read-page.ts"

/** Views of sums that hold no person's data, with the column that says when; those without one are whole. */
const series: Readonly<Record<string, string | undefined>> = {
  funnel_by_day: "day",
  conversion: "month",
  cohorts_by_week: "week",
  response_times: "day",
  follow_up_effect: undefined,
  costs_by_day: "day",
  cost_per_outcome: "month",
  daily_activity: "day",
  channel_status: undefined
}
const rowsMax = 1_000

const views = analystViews.filter(({ name }) => Object.hasOwn(series, name))
const names = views.map(({ name }) => pathOf(name))

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

const counts = Schema.Record(Schema.String, Schema.Unknown)
const Overview = Schema.Struct({
  leads: counts,
  deals: counts,
  conversations: counts,
  costUsd: counts,
  firstAnswerSeconds: counts,
  asOf: Schema.String.annotate({ description: "When it was counted: at most 15 minutes ago." })
}).annotate({ identifier: "Overview" })

const Series = Schema.Struct({
  name: Schema.String,
  columns: Schema.Record(Schema.String, Schema.String).annotate({ description: "What each field means." }),
  items: Schema.Array(counts),
  asOf: Schema.String
})

const group = HttpApiGroup.make("analytics")
  .add(
    HttpApiEndpoint.get("overview", "/analytics/overview", {
      success: Overview,
      error: problems(401, 403)
    }).annotateMerge(
      about(
        "Read the overview",
        "Counts of leads, deals, conversations and costs, counted anew every 15 minutes."
      )
    ),
    HttpApiEndpoint.get("series", "/analytics/series/:name", {
      params: { name: Schema.Literals(names).annotate({ description: "Which." }) },
      success: Series,
      error: problems(400, 401, 403, 404)
    })
      .annotateMerge(
        OpenApi.annotations({
          summary: "Read a series",
          description: `Counted anew every 15 minutes. ${views.map(({ name, about }) => `\`${pathOf(name)}\`: ${about}`).join(" ")}`
        })
      )
      .annotateMerge(
        withParameters(
          ["from", "to"].map((name) => ({
            name,
            in: "query",
            required: false,
            description: name === "from" ? "The first day, as 2026-01-31." : "The last day, as 2026-01-31.",
            schema: { type: "string", format: "date" }
          }))
        )
      )
  )
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Analytics", "Counts, rates, times and costs; persons are in none of them."))

/** Counts and series. */
export const analyticsGroups = [group] as const

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
  const view = views.find(({ name }) => pathOf(name) === path)!
  const when = series[view.name]
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

const handlers = HttpApiBuilder.group(apiOf(group), "analytics", (handlers) =>
  handlers.handleAll({
    overview: Effect.fnUntraced(function* () {
      const { company } = yield* mayReachAll("analytics", "read", "analytics.overview", "overview")
      const { asOf, text } = yield* counted(company, "overview", overviewSql, [])
      return HttpServerResponse.jsonUnsafe({ ...(JSON.parse(text) as object), asOf })
    }),
    series: Effect.fnUntraced(function* ({ params: { name } }) {
      return HttpServerResponse.jsonUnsafe(yield* readSeries(name))
    })
  })
)

/** What answers it. */
export const analyticsLayers = [handlers] as const
