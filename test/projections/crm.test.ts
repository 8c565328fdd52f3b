import { describe, expect, test } from "vitest"
import { accounts } from "../../projections/accounts.ts"
import { activities, activitiesReadModel } from "../../projections/activities.ts"
import { titleOf } from "../../projections/activity-titles.ts"
import { companySettings } from "../../projections/company-settings.ts"
import { contactRecords } from "../../projections/contact-records.ts"
import { dealStages } from "../../projections/deal-stages.ts"
import { deals } from "../../projections/deals.ts"
import { leads } from "../../projections/leads.ts"
import { notes } from "../../projections/notes.ts"
import { tags } from "../../projections/tags.ts"
import { tasks } from "../../projections/tasks.ts"
import { at, goldenHistories, type Happened, history, pick, rowsOf } from "./folding.ts"

const ana = { by: "person:ana", reason: "asked" }
const fact = (s: number, type: string, data: object = {}): Happened => ({
  type,
  s,
  data: { ...ana, ...data }
})
const started: Happened = { type: "ActorStarted", input: true, data: { input: {} } }

describe("deals", () => {
  const won = history("deal/l1", [
    started,
    { type: "DealOpenAsked", input: true, s: 1, data: { leadId: "l1", conversationId: "c1", score: 80 } },
    fact(1, "DealOpened", { leadId: "l1", score: 79.6 }),
    fact(5, "DealMoved", { from: "new", to: "proposal", reason: "sent it" }),
    fact(9, "DealWon", { valueCents: 500_000 })
  ])

  test("a deal has its stage, its value, and who decided last", () => {
    expect(rowsOf(deals, won)).toEqual([
      {
        deal_id: "l1",
        state: "won",
        stage: "proposal",
        value_cents: 500_000,
        lead_id: "l1",
        conversation_id: "c1",
        score: 80,
        opened_at: at(1),
        opened_by: "person:ana",
        opened_why: "asked",
        stage_since: at(9),
        won_at: at(9),
        lost_at: null,
        moves: 1,
        reopened: 0,
        by: "person:ana",
        why: "asked",
        created_at: at(0),
        updated_at: at(9),
        version: 5
      }
    ])
  })

  test("a second asking for it changes nothing", () => {
    const again: Happened = { type: "DealOpenAsked", input: true, s: 20, data: { conversationId: "c2" } }
    const asked = [...won, ...history("deal/l1", [again]).map((event) => ({ ...event, version: 6 }))]
    expect(pick(rowsOf(deals, asked), "conversation_id", "state")).toEqual([
      { conversation_id: "c1", state: "won" }
    ])
  })

  test("every stage that it was in is a row", () => {
    expect(
      pick(rowsOf(dealStages, won), "version", "stage", "from_stage", "entered_at", "why", "value_cents")
    ).toEqual([
      { version: 3, stage: "new", from_stage: null, entered_at: at(1), why: "asked", value_cents: null },
      {
        version: 4,
        stage: "proposal",
        from_stage: "new",
        entered_at: at(5),
        why: "sent it",
        value_cents: null
      },
      { version: 5, stage: "won", from_stage: null, entered_at: at(9), why: "asked", value_cents: 500_000 }
    ])
  })

  test("every recorded history ends in the stage and state of its machine", () => {
    for (const { name, events, state } of goldenHistories.filter(({ machine }) => machine === "deal")) {
      const [row] = rowsOf(deals, events)
      const outer = typeof state.value === "string" ? state.value : Object.keys(state.value)[0]
      const { stage, valueCents } = state.context
      expect(pick([row!], "state", "stage", "value_cents"), name).toEqual([
        { state: outer, stage, value_cents: valueCents }
      ])
      expect(row!.moves).toBe(
        rowsOf(dealStages, events).filter(({ from_stage }) => from_stage !== null).length
      )
    }
  })
})

test("every recorded history of a lead ends with the score and decision of its machine", () => {
  for (const { name, events, state } of goldenHistories.filter(({ machine }) => machine === "lead")) {
    const { score, dealId, disqualified } = state.context
    const [row] = rowsOf(leads, events)
    expect(pick([row!], "state", "score", "deal_id"), name).toEqual([
      { state: state.value, score, deal_id: dealId }
    ])
    if (disqualified !== null) expect(row!.why, name).toBe(disqualified.reason)
  }
})

test("a lead has what it filled in last, and the campaign that it came by", () => {
  const rows = rowsOf(
    leads,
    history("lead/l1", [
      { type: "ActorStarted", input: true, data: { input: { source: "form" } } },
      {
        type: "LeadSubmitted",
        input: true,
        s: 1,
        data: { source: "form", campaign: "june", form: { budget: "5000" } }
      },
      { type: "LeadCaptured", data: { source: "form", campaign: "june" } },
      { type: "LeadSubmitted", input: true, s: 9, data: { source: "form" } },
      { type: "LeadCaptured", data: { source: "form" } }
    ])
  )
  expect(pick(rows, "source", "campaign", "form", "submitted_at")).toEqual([
    { source: "form", campaign: "june", form: { budget: "5000" }, submitted_at: at(9) }
  ])
})

describe("contacts", () => {
  const events = history("contact/l1", [
    started,
    fact(1, "ContactDescribed", { name: "Rita", email: "rita@example.com", language: "pt" }),
    fact(2, "ContactDescribed", { email: null }),
    fact(3, "TagAdded", { tag: "vip" }),
    fact(4, "TagAdded", { tag: "sp" }),
    fact(5, "TagRemoved", { tag: "vip" }),
    fact(6, "NoteWritten", { noteId: "1", text: "likes tea", about: "deal", at: at(6) }),
    fact(7, "ActivityLogged", {
      activityId: "1",
      kind: "call",
      title: "hello",
      happenedAt: at(6),
      done: true,
      durationMinutes: 5
    }),
    fact(8, "ActivityLogged", {
      activityId: "2",
      kind: "task",
      title: "send it",
      happenedAt: at(8),
      dueAt: at(99),
      done: false
    }),
    fact(9, "OwnerAssigned", { owner: "u1", before: null }),
    fact(10, "AccountLinked", { accountId: "a1", before: null })
  ])

  test("a contact is what was last told of it", () => {
    expect(rowsOf(contactRecords, events)).toEqual([
      {
        contact_id: "l1",
        name: "Rita",
        email: null,
        phone: null,
        organisation: null,
        role: null,
        language: "pt",
        tags: ["sp"],
        owner_id: "u1",
        account_id: "a1",
        notes: 1,
        open_tasks: 1,
        created_at: at(0),
        updated_at: at(10),
        version: 11
      }
    ])
  })

  test("a tag that was taken away is no row", () => {
    expect(rowsOf(tags, events)).toEqual([{ contact_id: "l1", tag: "sp", added_at: at(4), by: "person:ana" }])
    for (const page of [1, 2]) expect(rowsOf(tags, events, page)).toEqual(rowsOf(tags, events))
  })

  test("notes say what they are about", () => {
    expect(rowsOf(notes, events)).toEqual([
      {
        contact_id: "l1",
        note: 1,
        text: "likes tea",
        about: "deal",
        by: "person:ana",
        why: "asked",
        at: at(6)
      }
    ])
  })

  test("a task is open until somebody did it", () => {
    const done = [
      ...events,
      ...history("contact/l1", [fact(12, "ActivityDone", { activityId: "2", by: "person:rui" })])
    ]
    expect(
      pick(rowsOf(tasks, done), "task", "kind", "is_done", "due_at", "done_at", "done_by", "duration_minutes")
    ).toEqual([
      {
        task: 1,
        kind: "call",
        is_done: true,
        due_at: null,
        done_at: at(7),
        done_by: "person:ana",
        duration_minutes: 5
      },
      {
        task: 2,
        kind: "task",
        is_done: true,
        due_at: at(99),
        done_at: at(12),
        done_by: "person:rui",
        duration_minutes: null
      }
    ])
    expect(pick(rowsOf(contactRecords, done), "open_tasks")).toEqual([{ open_tasks: 0 }])
  })

  test("a due time that no calendar has is none", () => {
    const odd = history("contact/l1", [
      started,
      fact(1, "ActivityLogged", {
        activityId: "1",
        kind: "task",
        title: "t",
        happenedAt: -5,
        dueAt: 1e300,
        done: false
      })
    ])
    expect(pick(rowsOf(tasks, odd), "happened_at", "due_at")).toEqual([{ happened_at: at(1), due_at: null }])
  })
})

test("an account is what was last told of it", () => {
  const rows = rowsOf(
    accounts,
    history("account/a1", [
      started,
      fact(1, "AccountDescribed", { name: "Sol", taxId: "12", employees: 40 }),
      fact(2, "AccountDescribed", { taxId: null, employees: 41.4 }),
      fact(3, "AccountArchived", { reason: "gone" })
    ])
  )
  expect(rows).toEqual([
    {
      account_id: "a1",
      name: "Sol",
      site: null,
      tax_id: null,
      segment: null,
      employees: 41,
      state: "archived",
      archived_at: at(3),
      by: "person:ana",
      why: "gone",
      created_at: at(0),
      updated_at: at(3),
      version: 4
    }
  ])
})

test("settings are one row a section, with who set it and why", () => {
  const rows = rowsOf(
    companySettings,
    history("company/acme", [
      started,
      fact(1, "CompanyCreated", { settings: { id: "acme", name: "Acme", language: "pt" } }),
      fact(2, "CompanySettingsChanged", {
        section: "language",
        before: "pt",
        after: null,
        reason: "default"
      }),
      fact(3, "CompanySettingsChanged", { section: "budgets", before: null, after: { monthUsd: 10 } })
    ])
  )
  expect(rows).toEqual([
    { section: "budgets", value: { monthUsd: 10 }, by: "person:ana", why: "asked", since: at(3), version: 4 },
    { section: "language", value: null, by: "person:ana", why: "default", since: at(2), version: 3 },
    { section: "name", value: "Acme", by: "person:ana", why: "asked", since: at(1), version: 2 }
  ])
})

describe("activities", () => {
  test("a fact is a line, with who and why; its personal data stands apart", () => {
    const answer = { turn: 1, criterion: "budget", value: 5000, said: "5 mil" }
    const rows = rowsOf(
      activities,
      history("conversation/c1", [
        started,
        { type: "AnswerUnderstood", s: 3, data: answer },
        { type: "ChunkSent", data: { turn: 1, chunk: 1 } },
        fact(4, "ConversationClosed")
      ])
    )
    expect(rows).toEqual([
      {
        machine: "conversation",
        id: "c1",
        version: 2,
        at: at(3),
        kind: "AnswerUnderstood",
        title: "Answer understood",
        by: "engine",
        why: null,
        lead_id: null,
        details: { ...answer, value: 0, said: "" },
        personal_details: answer
      },
      {
        machine: "conversation",
        id: "c1",
        version: 4,
        at: at(4),
        kind: "ConversationClosed",
        title: "Conversation closed",
        by: "person:ana",
        why: "asked",
        lead_id: null,
        details: ana,
        personal_details: null
      }
    ])
  })

  test("of a machine that is not listed, a line says no more than that something happened", () => {
    const rows = rowsOf(
      activitiesReadModel([]),
      history("visit/v1", [started, fact(1, "VisitPlanned", { place: "SP" })])
    )
    expect(pick(rows, "title", "by", "why", "details", "personal_details")).toEqual([
      { title: "Visit planned", by: "engine", why: null, details: {}, personal_details: null }
    ])
  })

  test.each([
    ["deal", "DealWon", "Deal won"],
    ["lead", "LeadScored", "Score changed"],
    ["visit", "VIPVisitPlanned2Days", "Vipvisit planned2 days"],
    ["conversation", "TurnClosed", null]
  ])("%s %s reads %s", (machine, type, title) => {
    expect(titleOf(machine, type)).toBe(title)
  })
})
