/** A question that an analyst has, and the statement that answers it within a company. */
export interface Question {
  readonly asks: string
  readonly sql: string
}

/** Ten questions, for the data dictionary; a test asks them all. */
export const questions: ReadonlyArray<Question> = [
  {
    asks: "Where do our leads stand now?",
    sql: `select state, count(*) as leads, round(avg(score)) as average_score
  from leads
  group by state
  order by leads desc`
  },
  {
    asks: "Which leads have waited longest for an answer?",
    sql: `select conversation_id, lead_id, channel, owner, unanswered, now() - unanswered_since as waited
  from conversations
  where unanswered > 0
  order by unanswered_since
  limit 20`
  },
  {
    asks: "Of the leads of each source, how many were qualified and how many bought?",
    sql: `select source, sum(leads) as leads, sum(qualified) as qualified, sum(won) as won,
       round(sum(won) / sum(leads), 3) as won_of_leads
  from conversion
  group by source
  order by leads desc`
  },
  {
    asks: "How fast are leads answered, day by day?",
    sql: `select day, channel, first_answers, first_answer_p50_s, first_answer_p95_s, turns, answer_p50_s
  from response_times
  order by day desc, channel
  limit 60`
  },
  {
    asks: "Do follow-ups help?",
    sql: `select follow_up, sum(sent) as sent, sum(replied) as replied, round(sum(replied) / sum(sent), 3) as reply_rate
  from follow_up_effect
  group by follow_up
  order by follow_up`
  },
  {
    asks: "What do the models cost, for each lead, each qualified lead and each deal won?",
    sql: `select month, cost_usd, leads, cost_per_lead_usd, cost_per_qualified_usd, cost_per_won_usd
  from cost_per_outcome
  order by month desc`
  },
  {
    asks: "Why do conversations go to a person, and how long do leads wait for that person?",
    sql: `select why, count(*) as times,
       percentile_cont(0.5) within group (order by waited_s) as waited_p50_s,
       count(*) filter (where person_wrote_at is null) as never_answered
  from handoffs
  group by why
  order by times desc`
  },
  {
    asks: "Which open deals have not moved for two weeks, and who looks after them?",
    sql: `select d.deal_id, c.name, d.stage, d.stage_since, c.owner_id
  from deals d
  left join contacts c on c.contact_id = d.deal_id
  where d.state = 'open' and d.stage_since < now() - interval '14 days'
  order by d.stage_since`
  },
  {
    asks: "Which of our criteria do leads miss most?",
    sql: `select criterion, count(*) filter (where missed) as missed, count(*) filter (where not missed) as met
  from (
    select unnest(unmet) as criterion, true as missed from leads
    union all
    select unnest(met), false from leads
  ) answers
  group by criterion
  order by missed desc`
  },
  {
    asks: "What happened with one lead, from the first word on?",
    sql: `select at, title, by, why, details ->> 'text' as said
  from timeline
  where lead_id = (select lead_id from leads order by updated_at desc limit 1)
  order by at, machine, version`
  }
]
