import type { AnalystView } from "../read-model.ts"
import { dayOf } from "./clock.ts"

const counted = [
  "messages_in",
  "messages_out",
  "messages_by_persons",
  "conversations",
  "leads",
  "qualified",
  "deals_opened",
  "won",
  "lost",
  "handovers",
  "follow_ups",
  "opt_outs"
] as const

/** One kind of thing that is counted, by the day of a moment. */
const part = (name: (typeof counted)[number], moment: string, from: string) =>
  `select ${dayOf(moment)} as day, '${name}' as what, count(*) as n from ${from} group by 1`

const ofKind = (kind: string) => `activities a where a.kind = '${kind}'`

/** What happened on each day. */
export const dailyActivity: AnalystView = {
  name: "daily_activity",
  about: "One row for each day on which anything happened, with counts.",
  columns: {
    day: "The day.",
    messages_in: "Messages of leads.",
    messages_out: "Messages that the AI sent.",
    messages_by_persons:
      "Messages that persons of ours wrote; those seen on the phone may hold an echo of the AI's.",
    conversations: "Conversations that began.",
    leads: "Leads first heard of.",
    qualified: "Leads that were qualified.",
    deals_opened: "Deals that were opened.",
    won: "Deals that were won.",
    lost: "Deals that were lost.",
    handovers: "Conversations that went to a person.",
    follow_ups: "Follow-ups that were sent.",
    opt_outs: "Leads that asked for no more messages."
  },
  sql: `select p.day, ${counted
    .map((name) => `coalesce(sum(p.n) filter (where p.what = '${name}'), 0)::bigint as ${name}`)
    .join(", ")}
    from (
      ${[
        part("messages_in", "m.at", "message_records m where m.author = 'lead'"),
        part("messages_out", "m.at", "message_records m where m.author = 'agent' and m.attempts > 0"),
        part("messages_by_persons", "m.at", "message_records m where m.author = 'person'"),
        part("conversations", "c.started_at", "conversations c"),
        part("leads", "l.created_at", "leads l"),
        part("qualified", "a.at", ofKind("LeadQualified")),
        part("deals_opened", "a.at", ofKind("DealOpened")),
        part("won", "a.at", ofKind("DealWon")),
        part("lost", "a.at", ofKind("DealLost")),
        part("handovers", "a.at", ofKind("HandedOver")),
        part("follow_ups", "a.at", ofKind("FollowUpSent")),
        part("opt_outs", "a.at", ofKind("OptedOut"))
      ].join("\n      union all ")}
    ) p group by p.day`
}
