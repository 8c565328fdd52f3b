import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { pathOf } from "../../../../projections/query/field-names.ts"
import type { AnalystView } from "../../../../projections/read-model.ts"
import { costPerOutcome, costsByDay } from "../../../../projections/views/costs.ts"
import { dailyActivity } from "../../../../projections/views/daily.ts"
import { cohortsByWeek, conversion, funnelByDay } from "../../../../projections/views/funnel.ts"
import { followUpEffect, responseTimes } from "../../../../projections/views/times.ts"
import { channelStatus } from "../../../../projections/views/work.ts"
import { about, apiPrefix, titled } from "../group.ts"
import { withParameters } from "../list-parameters.ts"
import { Authenticates, Problems } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

/** Views of sums that hold no person's data, with the column that says when; those without one are whole. */
export const series: ReadonlyArray<{ readonly view: AnalystView; readonly when?: string }> = [
  { view: channelStatus },
  { view: funnelByDay, when: "day" },
  { view: conversion, when: "month" },
  { view: cohortsByWeek, when: "week" },
  { view: responseTimes, when: "day" },
  { view: followUpEffect },
  { view: costsByDay, when: "day" },
  { view: costPerOutcome, when: "month" },
  { view: dailyActivity, when: "day" }
]

const names = series.map(({ view }) => pathOf(view.name))

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

/** Counts and series. */
export const analyticsGroup = HttpApiGroup.make("analytics")
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
          description: `Counted anew every 15 minutes. ${series.map(({ view: { name, about } }) => `\`${pathOf(name)}\`: ${about}`).join(" ")}`
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
  .prefix(apiPrefix)
