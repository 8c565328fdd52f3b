import type { AnalystView } from "../read-model.ts"
import { dayOf } from "./clock.ts"

const seconds = (from: string, to: string) => `extract(epoch from ${to} - ${from})::float8`

/** Turns with their durations. */
export const turnTimes: AnalystView = {
  name: "turn_times",
  about:
    "One row for each turn of a conversation: what it was for, and how long each part of it took, in seconds.",
  columns: {
    conversation_id: "The conversation.",
    lead_id: "The lead that it is with.",
    channel: "The channel.",
    turn: "The turn's number.",
    purpose: "`reply`, `firstContact`, `followUp` or `handOver`.",
    state: "How far its reply got.",
    messages: "Messages of the lead that it answers.",
    first_message_at: "When the first of them came.",
    closed_at: "When the lead had finished.",
    written_at: "When the reply was written.",
    first_chunk_at: "When its first message was out.",
    sent_at: "When all of it was out.",
    collecting_s: "From the lead's first message until we took it that it had finished.",
    writing_s: "From there until the model had written the reply.",
    answer_s: "From the turn's end until the first message of the reply was out.",
    sending_s: "From the first message of the reply until the last.",
    waited_s: "From the lead's first message until our first: all of the wait.",
    model: "The model.",
    cost_usd: "What the reply cost."
  },
  sql: `select t.conversation_id, c.lead_id, c.channel, t.turn,
      coalesce(s.kind, case when t.closed_at is null then 'handOver' else 'reply' end) as purpose,
      t.state, t.messages, f.at as first_message_at, t.closed_at, t.written_at, t.first_chunk_at, t.sent_at,
      ${seconds("f.at", "t.closed_at")} as collecting_s, ${seconds("t.closed_at", "t.written_at")} as writing_s,
      ${seconds("t.closed_at", "t.first_chunk_at")} as answer_s, ${seconds("t.first_chunk_at", "t.sent_at")} as sending_s,
      ${seconds("f.at", "t.first_chunk_at")} as waited_s, t.model, t.cost_usd
    from turns t
    join conversations c on c.conversation_id = t.conversation_id
    left join lateral (
      select s.kind from model_calls m
        join turn_starts s on s.conversation_id = m.conversation_id and s.version = m.asked_version
        where m.conversation_id = t.conversation_id and m.turn = t.turn limit 1
    ) s on true
    left join lateral (
      select m.at from message_records m
        where m.conversation_id = t.conversation_id and m.author = 'lead' and m.at <= t.closed_at and t.messages > 0
        order by m.at desc, m.version desc offset greatest(t.messages - 1, 0) limit 1
    ) f on true`
}

const half = (of: string) => `percentile_cont(0.5) within group (order by ${of})`
const most = (of: string) => `percentile_cont(0.95) within group (order by ${of})`

/** How fast we answer. */
export const responseTimes: AnalystView = {
  name: "response_times",
  about:
    "By day and channel, how fast leads were answered, in seconds: the first time in a conversation, and in every turn. p50: half of them were faster; p95: 95 of 100 were.",
  columns: {
    day: "The day on which the lead first wrote, for the first answers, and on which the turn ended, for turns.",
    channel: "The channel.",
    first_answers: "Conversations whose first message of that day was answered, whenever that was.",
    first_answer_p50_s: "From the lead's first message until our first answer.",
    first_answer_p95_s: "The same.",
    turns: "Turns that were answered.",
    answer_p50_s: "From the end of the lead's turn until our first message.",
    answer_p95_s: "The same.",
    writing_p50_s: "From the end of the turn until the model had written the reply.",
    writing_p95_s: "The same."
  },
  sql: `with firsts as (
      select ${dayOf("c.first_message_at")} as day, c.channel, count(*) as first_answers,
          ${half(seconds("c.first_message_at", "c.first_response_at"))} as p50,
          ${most(seconds("c.first_message_at", "c.first_response_at"))} as p95
        from conversations c where c.first_response_at is not null group by 1, 2
    ), answered as (
      select ${dayOf("t.closed_at")} as day, c.channel, count(*) as turns,
          ${half(seconds("t.closed_at", "t.first_chunk_at"))} as p50,
          ${most(seconds("t.closed_at", "t.first_chunk_at"))} as p95,
          ${half(seconds("t.closed_at", "t.written_at"))} as writing_p50,
          ${most(seconds("t.closed_at", "t.written_at"))} as writing_p95
        from turns t join conversations c on c.conversation_id = t.conversation_id
        where t.closed_at is not null and t.first_chunk_at is not null group by 1, 2
    )
    select day, channel, coalesce(f.first_answers, 0) as first_answers, f.p50 as first_answer_p50_s,
        f.p95 as first_answer_p95_s, coalesce(a.turns, 0) as turns, a.p50 as answer_p50_s, a.p95 as answer_p95_s,
        a.writing_p50 as writing_p50_s, a.writing_p95 as writing_p95_s
      from firsts f full join answered a using (day, channel)`
}

/** Follow-ups and what came of them. */
export const followUps: AnalystView = {
  name: "follow_ups",
  about:
    "One row for each follow-up that was sent, and whether the lead wrote after it and before the next one.",
  columns: {
    conversation_id: "The conversation.",
    lead_id: "The lead.",
    channel: "The channel.",
    turn: "The turn that it was.",
    follow_up: "Which of its silence it was, from 1.",
    sent_at: "When it was sent.",
    replied_at: "When the lead wrote after it; null when it did not, before the next follow-up.",
    reply_after_s: "How long that took, in seconds."
  },
  sql: `select t.conversation_id, c.lead_id, c.channel, t.turn, t.follow_up, t.sent_at, r.at as replied_at,
      ${seconds("t.sent_at", "r.at")} as reply_after_s
    from (
      select t.*, lead(t.sent_at) over (partition by t.conversation_id order by t.turn) as next_at
        from turns t where t.follow_up is not null
    ) t
    join conversations c on c.conversation_id = t.conversation_id
    left join lateral (
      select min(m.at) as at from message_records m
        where m.conversation_id = t.conversation_id and m.author = 'lead' and m.at > t.sent_at
          and m.at <= coalesce(t.next_at, 'infinity')
    ) r on true`
}

/** Whether follow-ups help. */
export const followUpEffect: AnalystView = {
  name: "follow_up_effect",
  about: "By channel and number of the follow-up: how many were sent, and how many leads wrote after them.",
  columns: {
    channel: "The channel.",
    follow_up: "Which of a silence it was, from 1.",
    sent: "How many were sent.",
    replied: "How many leads wrote after it, before the next one.",
    reply_rate: "The one by the other, 0-1.",
    reply_after_p50_s: "Half of those who wrote did so within this many seconds."
  },
  sql: `select f.channel, f.follow_up, count(*) as sent, count(f.replied_at) as replied,
      round(count(f.replied_at)::numeric / count(*), 4)::float8 as reply_rate,
      ${half("f.reply_after_s")} as reply_after_p50_s
    from follow_ups f group by f.channel, f.follow_up`
}

/** Conversations that went to persons. */
export const handoffs: AnalystView = {
  name: "handoffs",
  about:
    "One row for each time that a conversation went to a person: why, and how long the lead waited for the person's first word.",
  columns: {
    conversation_id: "The conversation.",
    lead_id: "The lead.",
    channel: "The channel.",
    at: "When.",
    by: "Who wanted it: `agent:sdr`, `engine`, `person:ana`.",
    why: "Why: a stable word such as `askedForPerson`, or the reason given.",
    person_wrote_at: "When a person first wrote after that; null when none did.",
    waited_s: "How long that took, in seconds."
  },
  sql: `select c.conversation_id, c.lead_id, c.channel, a.at, a.by, a.why, p.at as person_wrote_at,
      ${seconds("a.at", "p.at")} as waited_s
    from activities a
    join conversations c on c.conversation_id = a.id
    left join lateral (
      select min(m.at) as at from message_records m
        where m.conversation_id = c.conversation_id and m.author = 'person' and m.at >= a.at
    ) p on true
    where a.machine = 'conversation' and a.kind = 'HandedOver'`
}
