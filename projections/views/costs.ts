import type { AnalystView } from "../read-model.ts"
import { dayOf } from "./clock.ts"

/** Model calls with what they were for. */
export const costs: AnalystView = {
  name: "costs",
  about: "One row for each call of the model: for which lead and what, and what it cost.",
  columns: {
    conversation_id: "The conversation that asked.",
    lead_id: "The lead that it is with.",
    channel: "The channel.",
    version: "The version of its stream that holds the answer.",
    turn: "The turn that it was for.",
    at: "When the answer was there.",
    day: "The day of that.",
    purpose: "`reply`, `firstContact`, `followUp` or `handOver`.",
    outcome: "`answered` or `failed`.",
    failed_why: "Why it failed.",
    model: "The model that answered; null when none did.",
    prompt_hash: "Which prompt it got.",
    tokens_in: "Tokens that it read.",
    tokens_out: "Tokens that it wrote.",
    cost_usd: "What the call cost, US dollars."
  },
  sql: `select m.conversation_id, c.lead_id, c.channel, m.version, m.turn, m.at, ${dayOf("m.at")} as day,
      coalesce(s.kind, case when t.turn is not null and t.closed_at is null then 'handOver' else 'reply' end) as purpose,
      m.outcome, m.failed_why, m.model, m.prompt_hash, m.tokens_in, m.tokens_out, m.cost_usd
    from model_calls m
    join conversations c on c.conversation_id = m.conversation_id
    left join turn_starts s on s.conversation_id = m.conversation_id and s.version = m.asked_version
    left join turns t on t.conversation_id = m.conversation_id and t.turn = m.turn`
}

/** What models cost, day by day. */
export const costsByDay: AnalystView = {
  name: "costs_by_day",
  about: "Model calls and what they cost, by day, model and purpose.",
  columns: {
    day: "The day.",
    model: "The model; null for calls that failed.",
    purpose: "`reply`, `firstContact`, `followUp` or `handOver`.",
    calls: "How many calls.",
    failed: "How many of them failed.",
    tokens_in: "Tokens read.",
    tokens_out: "Tokens written.",
    cost_usd: "US dollars."
  },
  sql: `select k.day, k.model, k.purpose, count(*) as calls, count(*) filter (where k.outcome = 'failed') as failed,
      sum(k.tokens_in)::bigint as tokens_in, sum(k.tokens_out)::bigint as tokens_out, sum(k.cost_usd) as cost_usd
    from costs k group by k.day, k.model, k.purpose`
}

const month = (moment: string) => `date_trunc('month', ${dayOf(moment)}::timestamp)::date`
const each = (count: string) => `sum(o.cost_usd) / nullif(sum(o.${count}), 0)`

/** What an outcome costs. */
export const costPerOutcome: AnalystView = {
  name: "cost_per_outcome",
  about:
    "By month: what the models cost in it, and that divided by the leads that came, the leads that were qualified, and the deals that were won in it.",
  columns: {
    month: "The first day of the month.",
    cost_usd: "What the models cost in it, US dollars.",
    leads: "Leads first heard of in it.",
    qualified: "Leads qualified in it.",
    won: "Deals won in it.",
    cost_per_lead_usd: "Null when there was none.",
    cost_per_qualified_usd: "Null when there was none.",
    cost_per_won_usd: "Null when there was none.",
    won_value_cents: "What those deals were won with, in cents."
  },
  sql: `select o.month, sum(o.cost_usd) as cost_usd, sum(o.leads)::bigint as leads, sum(o.qualified)::bigint as qualified,
      sum(o.won)::bigint as won, ${each("leads")} as cost_per_lead_usd, ${each("qualified")} as cost_per_qualified_usd,
      ${each("won")} as cost_per_won_usd, sum(o.value_cents)::bigint as won_value_cents
    from (
      select ${month("m.at")} as month, m.cost_usd, 0 as leads, 0 as qualified, 0 as won, 0 as value_cents from model_calls m
      union all select ${month("l.created_at")}, 0, 1, 0, 0, 0 from leads l
      union all select ${month("l.qualified_at")}, 0, 0, 1, 0, 0 from leads l where l.qualified_at is not null
      union all select ${month("d.won_at")}, 0, 0, 0, 1, coalesce(d.value_cents, 0) from deals d where d.won_at is not null
    ) o group by o.month`
}
