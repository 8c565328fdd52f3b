import type { AnalystView } from "../read-model.ts"
import { dayOf } from "./clock.ts"

/** How far each lead came. */
export const leadJourneys: AnalystView = {
  name: "lead_journeys",
  about: "One row for each lead: when it reached each stage, its deal, and what its conversations cost.",
  columns: {
    lead_id: "The lead.",
    source: "Where it came from.",
    campaign: "The campaign that it last came by.",
    channel: "The channel that it spoke on last; null when it never spoke.",
    state: "Where it stands now.",
    score: "Its score now.",
    day: "The day on which it was first heard of.",
    week: "The Monday of that week.",
    month: "The first day of that month.",
    created_at: "When it was first heard of.",
    engaged_at: "When it first spoke.",
    qualified_at: "When it was qualified.",
    handed_off_at: "When its deal was opened.",
    disqualified_at: "When it was disqualified; null when it was reopened since.",
    deal_state: "Where its deal stands; null when it has none.",
    deal_stage: "The open stage that its deal is in, or was in last.",
    won_at: "When its deal was won.",
    lost_at: "When its deal was lost.",
    value_cents: "What its deal was won with, in cents.",
    cost_usd: "What the model cost in its conversations, US dollars."
  },
  sql: `select l.lead_id, l.source, l.campaign, c.channel, l.state, l.score,
      ${dayOf("l.created_at")} as day,
      date_trunc('week', ${dayOf("l.created_at")}::timestamp)::date as week,
      date_trunc('month', ${dayOf("l.created_at")}::timestamp)::date as month,
      l.created_at, l.engaged_at, l.qualified_at, l.handed_off_at, l.disqualified_at,
      d.state as deal_state, d.stage as deal_stage, d.won_at, d.lost_at, d.value_cents,
      coalesce(k.cost_usd, 0) as cost_usd
    from leads l
    left join deals d on d.deal_id = l.lead_id
    left join conversations c on c.conversation_id = l.conversation_id
    left join (select c.lead_id, sum(c.cost_usd) as cost_usd from conversations c group by c.lead_id) k
      on k.lead_id = l.lead_id`
}

const reached = `count(*) as leads,
      count(j.engaged_at) as engaged, count(j.qualified_at) as qualified, count(j.handed_off_at) as handed_off,
      count(j.won_at) as won, count(j.lost_at) as lost, count(j.disqualified_at) as disqualified`

/** The funnel by the day on which leads came. */
export const funnelByDay: AnalystView = {
  name: "funnel_by_day",
  about:
    "Leads by the day on which they were first heard of: how many reached each stage until now, and where they stand.",
  columns: {
    day: "The day on which they were first heard of.",
    leads: "Leads of that day.",
    engaged: "Those that spoke.",
    qualified: "Those that were qualified.",
    handed_off: "Those that have a deal.",
    won: "Those whose deal is won.",
    lost: "Those whose deal is lost.",
    disqualified: "Those that are disqualified.",
    now_new: "Those that have not spoken yet.",
    now_engaged: "Those that are spoken with and not decided.",
    now_in_deal: "Those whose deal is open."
  },
  sql: `select j.day, ${reached},
      count(*) filter (where j.state = 'new') as now_new, count(*) filter (where j.state = 'engaged') as now_engaged,
      count(*) filter (where j.deal_state = 'open') as now_in_deal
    from lead_journeys j group by j.day`
}

const rate = (of: string, all: string) => `round(count(${of})::numeric / nullif(count(${all}), 0), 4)::float8`

/** What becomes of leads. */
export const conversion: AnalystView = {
  name: "conversion",
  about:
    "By month, source and channel of leads: how many of them took each step. Rates are 0-1, null when there is nothing to divide by.",
  columns: {
    month: "The first day of the month in which they were first heard of.",
    source: "Where they came from.",
    channel: "The channel that they spoke on last; null for those that never spoke.",
    leads: "How many there are.",
    engaged: "Those that spoke.",
    qualified: "Those that were qualified.",
    handed_off: "Those that have a deal.",
    won: "Those whose deal is won.",
    lost: "Those whose deal is lost.",
    disqualified: "Those that are disqualified.",
    engaged_rate: "Of the leads, those that spoke.",
    qualified_rate: "Of those that spoke, the qualified.",
    won_rate: "Of the deals, the won.",
    lead_to_won_rate: "Of the leads, those whose deal is won."
  },
  sql: `select j.month, j.source, j.channel, ${reached},
      ${rate("j.engaged_at", "*")} as engaged_rate, ${rate("j.qualified_at", "j.engaged_at")} as qualified_rate,
      ${rate("j.won_at", "j.handed_off_at")} as won_rate, ${rate("j.won_at", "*")} as lead_to_won_rate
    from lead_journeys j group by j.month, j.source, j.channel`
}

/** Weeks that a cohort is followed for. */
const cohortWeeksMax = 26
const weeksUntil = (moment: string) => `floor(extract(epoch from ${moment} - j.created_at) / 604800)::int`

/** Leads of one week, week after week. */
export const cohortsByWeek: AnalystView = {
  name: "cohorts_by_week",
  about: `Leads by the week in which they were first heard of, and how many of them had reached each stage so many weeks after that, at most ${cohortWeeksMax}.`,
  columns: {
    week: "The Monday of the week in which they were first heard of.",
    weeks_after: "Full weeks since each was first heard of: 0 is within the first 7 days.",
    leads: "Leads of that week.",
    engaged: "Those that had spoken by then.",
    qualified: "Those that had been qualified by then.",
    won: "Those whose deal had been won by then."
  },
  sql: `with reached as (
      select j.week, step.after, count(*) filter (where step.name = 'engaged') as engaged,
          count(*) filter (where step.name = 'qualified') as qualified, count(*) filter (where step.name = 'won') as won
        from lead_journeys j
        cross join lateral (values
          ('engaged', ${weeksUntil("j.engaged_at")}), ('qualified', ${weeksUntil("j.qualified_at")}),
          ('won', ${weeksUntil("j.won_at")})
        ) step(name, after)
        where step.after is not null
        group by j.week, step.after
    ), cohort as (
      select j.week, count(*) as leads, ${weeksUntil("now()").replace("j.created_at", "min(j.created_at)")} as age
        from lead_journeys j group by j.week
    )
    select c.week, w.after as weeks_after, c.leads,
        coalesce(sum(r.engaged) over so_far, 0)::bigint as engaged,
        coalesce(sum(r.qualified) over so_far, 0)::bigint as qualified,
        coalesce(sum(r.won) over so_far, 0)::bigint as won
      from cohort c
      cross join lateral generate_series(0, greatest(0, least(c.age, ${cohortWeeksMax}))) w(after)
      left join reached r on r.week = c.week and r.after = w.after
      window so_far as (partition by c.week order by w.after)`
}
