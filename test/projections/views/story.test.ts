import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { questions } from "../../../projections/dictionary/questions.ts"
import { databases } from "../../databases.ts"
import { at } from "../folding.ts"
import { type AnalystWorld, openAnalystWorld } from "./analyst-world.ts"
import { day, longerStory, story } from "./story.ts"

/** As JSON from the database has it. */
const moment = (seconds: number) => new Date(at(seconds)).toISOString().replace(/\.?0*Z$/, "+00:00")

describe.each(databases)("what an analyst sees of a small company on $name", (kind) => {
  let world: AnalystWorld
  const ask = (sql: string) => world.ask("acme", sql)
  beforeAll(async () => {
    world = await openAnalystWorld(kind)
    await world.fill("acme", story)
    await world.fill("beta", longerStory)
  })
  afterAll(() => world.close())

  test("contacts are put together from conversations and from what people wrote down", async () => {
    expect(await ask("select * from contacts where contact_id <> 'l3' order by contact_id")).toEqual([
      {
        contact_id: "l1",
        name: "Rita Lima",
        email: "rita@example.com",
        phone: null,
        organisation: null,
        role: null,
        language: null,
        tags: ["vip"],
        owner_id: "u1",
        account_id: null,
        channels: ["telegram"],
        addresses: ["tel-l1"],
        first_seen: moment(0),
        last_seen: moment(day + 605)
      },
      {
        contact_id: "l2",
        name: "Rita",
        email: null,
        phone: null,
        organisation: null,
        role: null,
        language: null,
        tags: [],
        owner_id: null,
        account_id: null,
        channels: ["telegram"],
        addresses: ["tel-l2"],
        first_seen: moment(day),
        last_seen: moment(3 * day + 62)
      }
    ])
  })

  test("messages have their delivery, and the phone's echo of ours is none", async () => {
    expect(
      await ask(
        "select message, author, by, text, status, delivered_at, read_at, attempts from messages where conversation_id = 'c1' order by at, version"
      )
    ).toMatchObject([
      { message: "in.3", author: "lead", by: "lead", text: "oi", status: "received" },
      { message: "in.4", author: "lead", text: "quanto custa?", status: "received" },
      {
        message: "1.1",
        author: "agent",
        text: "Oi!",
        status: "read",
        delivered_at: moment(30),
        read_at: moment(31),
        attempts: 1
      },
      {
        message: "1.2",
        author: "agent",
        text: "500 por mês.",
        status: "sent",
        delivered_at: null,
        attempts: 1
      },
      { message: "2.1", author: "agent", text: "Ainda por aí?", status: "sent" },
      { message: "in.26", author: "lead", text: "quero falar com alguém" },
      { message: "person.32", author: "person", by: "person:ana", text: "Oi, Ana aqui", status: "said" }
    ])
  })

  test("the timeline of a person goes over all its machines", async () => {
    const lines = await ask(
      "select at, kind, title, by from timeline where lead_id = 'l1' order by at, machine, version"
    )
    expect(lines.map(({ kind }) => kind)).toEqual([
      "ConversationStarted",
      "LeadCreated",
      "Message",
      "LeadEngaged",
      "Message",
      "Message",
      "Message",
      "Message",
      "ContactDescribed",
      "TagAdded",
      "OwnerAssigned",
      "Message",
      "FollowUpSent",
      "Message",
      "ReplyFailed",
      "HandedOver",
      "Message",
      "HandedOver",
      "DealOpened",
      "LeadQualified",
      "LeadHandedOff",
      "DealMoved",
      "DealWon"
    ])
    expect(lines.at(-1)).toEqual({
      at: moment(9 * day + 700),
      kind: "DealWon",
      title: "Deal won",
      by: "person:ana"
    })
  })

  test("a machine that nobody told of has its lines and its actors", async () => {
    expect(
      await ask("select kind, title, by, lead_id, details from timeline where machine = 'visit'")
    ).toEqual([
      {
        kind: "VisitPlanned",
        title: "Visit planned",
        by: "engine",
        lead_id: null,
        details: {}
      }
    ])
  })

  test("the funnel counts leads by the day on which they came, where the company is", async () => {
    expect(await ask("select * from funnel_by_day order by day")).toEqual([
      {
        day: "2026-06-01",
        leads: 1,
        engaged: 1,
        qualified: 1,
        handed_off: 1,
        won: 1,
        lost: 0,
        disqualified: 0,
        now_new: 0,
        now_engaged: 0,
        now_in_deal: 0
      },
      {
        day: "2026-06-02",
        leads: 1,
        engaged: 1,
        qualified: 0,
        handed_off: 0,
        won: 0,
        lost: 0,
        disqualified: 1,
        now_new: 0,
        now_engaged: 0,
        now_in_deal: 0
      },
      {
        day: "2026-06-09",
        leads: 1,
        engaged: 0,
        qualified: 0,
        handed_off: 0,
        won: 0,
        lost: 0,
        disqualified: 0,
        now_new: 1,
        now_engaged: 0,
        now_in_deal: 0
      }
    ])
  })

  test("conversion is by month, source and channel", async () => {
    expect(await ask("select * from conversion order by source, channel nulls last")).toMatchObject([
      {
        month: "2026-06-01",
        source: "form",
        channel: "telegram",
        leads: 1,
        won: 1,
        won_rate: 1,
        lead_to_won_rate: 1
      },
      {
        source: "form",
        channel: null,
        leads: 1,
        engaged: 0,
        engaged_rate: 0,
        qualified_rate: null,
        won_rate: null
      },
      { source: "telegram", channel: "telegram", engaged_rate: 1, qualified_rate: 0, won_rate: null }
    ])
  })

  test("cohorts are followed week after week", async () => {
    expect(
      await ask("select * from cohorts_by_week where weeks_after < 3 order by week, weeks_after")
    ).toEqual([
      { week: "2026-06-01", weeks_after: 0, leads: 2, engaged: 2, qualified: 1, won: 0 },
      { week: "2026-06-01", weeks_after: 1, leads: 2, engaged: 2, qualified: 1, won: 1 },
      { week: "2026-06-01", weeks_after: 2, leads: 2, engaged: 2, qualified: 1, won: 1 },
      { week: "2026-06-08", weeks_after: 0, leads: 1, engaged: 0, qualified: 0, won: 0 },
      { week: "2026-06-08", weeks_after: 1, leads: 1, engaged: 0, qualified: 0, won: 0 },
      { week: "2026-06-08", weeks_after: 2, leads: 1, engaged: 0, qualified: 0, won: 0 }
    ])
  })

  test("turns say what they were for and how long each part took", async () => {
    expect(
      await ask(
        "select conversation_id, turn, purpose, state, collecting_s, writing_s, answer_s, sending_s, waited_s from turn_times order by 1, 2"
      )
    ).toEqual([
      turn("c1", 1, "reply", "sent", [10, 2, 5, 4, 15]),
      turn("c1", 2, "followUp", "sent", [null, null, null, 0, null]),
      turn("c1", 3, "reply", "failed", [8, null, null, null, null]),
      turn("c2", 1, "reply", "sent", [8, 10, 22, 0, 30]),
      turn("c2", 2, "followUp", "sent", [null, null, null, 0, null]),
      turn("c2", 3, "followUp", "sent", [null, null, null, 0, null]),
      turn("c3", 1, "firstContact", "written", [null, null, null, null, null])
    ])
  })

  test("response times are by day and channel", async () => {
    expect(await ask("select * from response_times order by day")).toEqual([
      {
        day: "2026-06-01",
        channel: "telegram",
        first_answers: 1,
        first_answer_p50_s: 15,
        first_answer_p95_s: 15,
        turns: 1,
        answer_p50_s: 5,
        answer_p95_s: 5,
        writing_p50_s: 2,
        writing_p95_s: 2
      },
      {
        day: "2026-06-02",
        channel: "telegram",
        first_answers: 1,
        first_answer_p50_s: 30,
        first_answer_p95_s: 30,
        turns: 1,
        answer_p50_s: 22,
        answer_p95_s: 22,
        writing_p50_s: 10,
        writing_p95_s: 10
      }
    ])
  })

  test("a follow-up has the reply that came before the next one", async () => {
    expect(
      await ask("select conversation_id, follow_up, replied_at, reply_after_s from follow_ups order by 1, 2")
    ).toEqual([
      { conversation_id: "c1", follow_up: 1, replied_at: moment(day + 605), reply_after_s: 600 },
      { conversation_id: "c2", follow_up: 1, replied_at: null, reply_after_s: null },
      { conversation_id: "c2", follow_up: 2, replied_at: moment(3 * day + 62), reply_after_s: 60 }
    ])
    expect(await ask("select * from follow_up_effect order by follow_up")).toEqual([
      { channel: "telegram", follow_up: 1, sent: 2, replied: 1, reply_rate: 0.5, reply_after_p50_s: 600 },
      { channel: "telegram", follow_up: 2, sent: 1, replied: 1, reply_rate: 1, reply_after_p50_s: 60 }
    ])
  })

  test("handoffs say why, and how long the lead waited for a person", async () => {
    expect(await ask("select at, by, why, person_wrote_at, waited_s from handoffs order by at")).toEqual([
      {
        at: moment(day + 614),
        by: "agent:sdr",
        why: "modelDown",
        person_wrote_at: moment(day + 700),
        waited_s: 86
      },
      {
        at: moment(day + 700),
        by: "person:ana",
        why: "answered from the console",
        person_wrote_at: moment(day + 700),
        waited_s: 0
      }
    ])
  })

  test("every model call is accounted, and what an outcome cost", async () => {
    expect(
      await ask("select day, model, purpose, calls, failed, cost_usd from costs_by_day order by 1, 3, 2")
    ).toEqual([
      { day: "2026-06-01", model: "m1", purpose: "reply", calls: 1, failed: 0, cost_usd: 0.25 },
      { day: "2026-06-02", model: "m1", purpose: "followUp", calls: 1, failed: 0, cost_usd: 0.25 },
      { day: "2026-06-02", model: "m1", purpose: "reply", calls: 1, failed: 0, cost_usd: 0.25 },
      { day: "2026-06-02", model: null, purpose: "reply", calls: 1, failed: 1, cost_usd: 0 },
      { day: "2026-06-03", model: "m1", purpose: "followUp", calls: 1, failed: 0, cost_usd: 0.25 },
      { day: "2026-06-04", model: "m1", purpose: "followUp", calls: 1, failed: 0, cost_usd: 0.25 },
      { day: "2026-06-09", model: "m1", purpose: "firstContact", calls: 1, failed: 0, cost_usd: 0.25 }
    ])
    expect(await ask("select * from cost_per_outcome")).toEqual([
      {
        month: "2026-06-01",
        cost_usd: 1.5,
        leads: 3,
        qualified: 1,
        won: 1,
        cost_per_lead_usd: 0.5,
        cost_per_qualified_usd: 1.5,
        cost_per_won_usd: 1.5,
        won_value_cents: 600_000
      }
    ])
  })

  test("deals have the time that they spent in each stage", async () => {
    expect(
      await ask(
        "select stage, left_at, round(days) as days from deal_stage_times where stage <> 'won' order by version"
      )
    ).toEqual([
      { stage: "new", left_at: moment(2 * day + 700), days: 1 },
      { stage: "proposal", left_at: moment(9 * day + 700), days: 7 }
    ])
  })

  test("each day has its counts", async () => {
    expect(await ask("select * from daily_activity where day = '2026-06-02'")).toEqual([
      {
        day: "2026-06-02",
        messages_in: 2,
        messages_out: 2,
        messages_by_persons: 1,
        conversations: 1,
        leads: 1,
        qualified: 1,
        deals_opened: 1,
        won: 0,
        lost: 0,
        handovers: 2,
        follow_ups: 1,
        opt_outs: 0
      }
    ])
  })

  test("channels say when they last worked", async () => {
    expect(await ask("select * from channel_status order by channel")).toEqual([
      {
        channel: "evolution",
        instance: "one",
        conversations: 1,
        not_closed: 1,
        last_in_at: null,
        last_out_at: null,
        failed_last_day: 0,
        in_doubt_last_day: 0
      },
      {
        channel: "telegram",
        instance: "one",
        conversations: 2,
        not_closed: 1,
        last_in_at: moment(3 * day + 62),
        last_out_at: moment(3 * day + 2),
        failed_last_day: 0,
        in_doubt_last_day: 0
      }
    ])
  })

  test("the ten questions of the data dictionary have their answers", async () => {
    const answers = await Promise.all(questions.map(({ sql }) => world.ask("beta", sql)))
    expect(answers).toEqual([
      expect.arrayContaining([{ state: "new", leads: 2, average_score: 35 }]),
      [expect.objectContaining({ conversation_id: "c4", owner: "agent", unanswered: 1 })],
      expect.arrayContaining([{ source: "form", leads: 2, qualified: 1, won: 1, won_of_leads: 0.5 }]),
      [
        expect.objectContaining({ day: "2026-06-02" }),
        expect.objectContaining({ day: "2026-06-01", turns: 1 })
      ],
      expect.arrayContaining([{ follow_up: 1, sent: 2, replied: 1, reply_rate: 0.5 }]),
      [expect.objectContaining({ month: "2026-06-01", cost_usd: 1.5, leads: 4, cost_per_lead_usd: 0.375 })],
      expect.arrayContaining([{ why: "modelDown", times: 1, waited_p50_s: 86, never_answered: 0 }]),
      [{ deal_id: "l4", name: "Rita", stage: "new", stage_since: moment(15 * day + 9), owner_id: null }],
      [
        { criterion: "team", missed: 1, met: 0 },
        { criterion: "budget", missed: 0, met: 1 }
      ],
      expect.arrayContaining([expect.objectContaining({ title: "The lead wrote", said: "alguém aí?" })])
    ])
  })

  const turn = (
    conversation_id: string,
    turn: number,
    purpose: string,
    state: string,
    s: ReadonlyArray<number | null>
  ) => ({
    conversation_id,
    turn,
    purpose,
    state,
    collecting_s: s[0],
    writing_s: s[1],
    answer_s: s[2],
    sending_s: s[3],
    waited_s: s[4]
  })
})
