import type { AnalystView } from "../read-model.ts"

/** Work to come. */
export const jobs: AnalystView = {
  name: "jobs",
  about:
    "Work that was asked for and is not done, as it is now: jobs to come, under way, in doubt, and dead letters.",
  columns: {
    machine: "The machine that asked.",
    id: "The actor that asked.",
    job: "The job's name within its stream.",
    name: "What is to be done: `writeReply`, `sendChunk`.",
    state:
      "`pending`, `attempting`, `unknown` (nobody can tell whether it was done) or `failed` (a dead letter).",
    attempts: "How often it was tried.",
    asked_at: "When it was asked for.",
    first_attempt_at: "When it was first tried.",
    due_at: "When it is tried next.",
    reason: "Why it failed or waits: a stable word."
  },
  sql: `select j.machine, j.id, j.job, j.name, j.state, j.attempts, j.asked_at, j.first_attempt_at, j.due_at, j.reason
    from core.jobs_of_company() j`
}

/** Time to come. */
export const timers: AnalystView = {
  name: "timers",
  about: "Timers that run now: what happens by itself, and when.",
  columns: {
    machine: "The machine that set it.",
    id: "The actor that set it.",
    timer: "What it is for: `turnClosure`, `followUp`, `closeAfter`.",
    due_at: "When it fires."
  },
  sql: "select t.machine, t.id, t.timer, t.due_at from core.timers_of_company() t"
}

/** How the channels are. */
export const channelStatus: AnalystView = {
  name: "channel_status",
  about:
    "One row for each of our accounts on a channel: when it last worked, and what failed in the last day.",
  columns: {
    channel: "The channel.",
    instance: "Our account on it.",
    conversations: "Conversations there ever were.",
    not_closed: "Those that are neither closed nor opted out.",
    last_in_at: "When a lead last wrote there.",
    last_out_at: "When we last wrote there.",
    failed_last_day: "Messages that failed within the last 24 hours.",
    in_doubt_last_day: "Messages within the last 24 hours of which nobody can tell whether they arrived."
  },
  sql: `select c.channel, c.instance, count(*) as conversations,
      count(*) filter (where c.state not in ('closed', 'optedOut')) as not_closed,
      max(c.last_in_at) as last_in_at, max(c.last_out_at) as last_out_at,
      coalesce(max(f.failed), 0) as failed_last_day, coalesce(max(f.in_doubt), 0) as in_doubt_last_day
    from conversations c
    left join (
      select c.channel, c.instance, count(*) filter (where m.status = 'failed') as failed,
          count(*) filter (where m.status = 'inDoubt') as in_doubt
        from message_records m join conversations c on c.conversation_id = m.conversation_id
        where m.status in ('failed', 'inDoubt') and m.updated_at > now() - interval '1 day'
        group by c.channel, c.instance
    ) f on f.channel = c.channel and f.instance = c.instance
    group by c.channel, c.instance`
}

/** How long deals stay in their stages. */
export const dealStageTimes: AnalystView = {
  name: "deal_stage_times",
  about: "One row for each time that a deal was in a stage: since when, until when, and how long.",
  columns: {
    deal_id: "The deal.",
    version: "Orders the stages of one deal.",
    stage: "The stage, `won` and `lost` included.",
    entered_at: "When it came into it.",
    left_at: "When it left it; null while it is there.",
    days: "How long it was there, in days, until now if it still is: for `won` and `lost`, since then.",
    by: "Who moved it there.",
    why: "Why."
  },
  sql: `select s.deal_id, s.version, s.stage, s.entered_at, s.left_at,
      extract(epoch from coalesce(s.left_at, now()) - s.entered_at)::float8 / 86400 as days, s.by, s.why
    from (
      select d.*, lead(d.entered_at) over (partition by d.deal_id order by d.version) as left_at from deal_stages d
    ) s`
}
