import { describe, expect, it } from "vitest"
import type { LeadInput } from "../../../machines/lead/events.ts"
import { leadMachine } from "../../../machines/lead/machine.ts"
import { type Drive, emitted, last, say, start } from "../drive.ts"
import { fitsItsSchemas } from "../fits.ts"

const now = Date.UTC(2026, 5, 1)
const input: LeadInput = {
  leadId: "lead-1",
  conversationId: "conv-1",
  source: "webChat",
  threshold: 70,
  criteria: [
    { name: "budget", kind: "money", weight: 40, atLeast: 1000, required: "budget too small" },
    { name: "team", kind: "count", weight: 30, atLeast: 5 },
    { name: "city", kind: "text", weight: 30 }
  ]
}
const begin = (change: Partial<LeadInput> = {}) => start(leadMachine, { ...input, ...change }, now)
const tell = (drive: Drive, event: { type: string; [key: string]: unknown }): Drive => {
  const next = say(drive, event)
  fitsItsSchemas(next)
  return next
}
const answers = (drive: Drive, criterion: string, value: string | number | boolean): Drive =>
  tell(drive, { type: "LeadAnswered", conversationId: "conv-1", criterion, value, said: `${value}` })
const spoke = (drive: Drive): Drive => tell(drive, { type: "LeadSpoke", conversationId: "conv-1" })
const ana = (drive: Drive, type: string): Drive =>
  tell(drive, { type, by: "person:ana", reason: "she knows them" })
const types = (drive: Drive) => last(drive).emitted.map((event) => event.type)
const qualified = answers(answers(spoke(begin()), "budget", 5000), "team", 8)

describe("a lead", () => {
  it("is new until it speaks, and engaged from then on", () => {
    expect(last(begin())).toMatchObject({
      value: "new",
      emitted: [{ type: "LeadCreated", source: "webChat" }]
    })
    const engaged = spoke(begin())
    expect(last(engaged)).toMatchObject({
      value: "engaged",
      emitted: [{ type: "LeadEngaged", conversationId: "conv-1" }]
    })
    expect(last(spoke(engaged)).emitted).toEqual([])
  })

  it("takes what a form says in every state, and stays where it is", () => {
    const form = { type: "LeadSubmitted", source: "form", campaign: "june", form: { team: "12" } }
    const handedOff = answers(qualified, "city", "Recife")
    for (const drive of [begin(), spoke(begin()), handedOff, ana(begin(), "LeadDisqualifyAsked")]) {
      const told = tell(tell(drive, form), { type: "LeadSubmitted", source: "api" })
      expect(emitted(told).slice(-2)).toEqual([
        { type: "LeadCaptured", source: "form", campaign: "june" },
        { type: "LeadCaptured", source: "api" }
      ])
      expect(last(told).value).toEqual(last(drive).value)
      expect(told.snapshot.context).toEqual(drive.snapshot.context)
    }
  })

  it("is scored by each new answer, and only when that changes something", () => {
    const scored = answers(spoke(begin()), "team", 8)
    expect(last(scored)).toMatchObject({
      value: "engaged",
      emitted: [
        { type: "LeadScored", score: 30, threshold: 70, met: ["team"], unmet: [], open: ["budget", "city"] }
      ]
    })
    expect(last(answers(scored, "team", 9)).emitted).toEqual([])
    expect(last(answers(scored, "team", 2)).emitted).toMatchObject([{ score: 0, unmet: ["team"] }])
    expect(last(answers(scored, "unheard of", 1)).emitted).toEqual([])
  })

  it("that reaches the threshold is handed off to a deal of its own id, and its conversation is told", () => {
    expect(last(qualified)).toMatchObject({
      value: "handedOff",
      emitted: [
        { type: "LeadScored", score: 70, met: ["budget", "team"], open: ["city"] },
        {
          type: "LeadQualified",
          score: 70,
          threshold: 70,
          by: "engine",
          reason: "the score reached the threshold"
        },
        { type: "LeadHandedOff", by: "engine", reason: "qualified with 70", dealId: "lead-1", score: 70 }
      ],
      told: [
        {
          to: "deal/lead-1",
          event: {
            type: "DealOpenAsked",
            leadId: "lead-1",
            conversationId: "conv-1",
            score: 70,
            by: "engine",
            reason: "qualified with 70",
            at: now
          }
        },
        {
          to: "conversation/conv-1",
          event: { type: "HandOverAsked", by: "engine", reason: "qualified with 70", at: now }
        }
      ]
    })
  })

  it("asks for its deal once only, also after it was disqualified and reopened", () => {
    const more = answers(qualified, "city", "Recife")
    expect(types(more)).toEqual(["LeadScored"])
    const back = ana(ana(more, "LeadDisqualifyAsked"), "LeadReopenAsked")
    expect(last(back)).toMatchObject({
      value: "handedOff",
      emitted: [{ type: "LeadReopened", by: "person:ana" }]
    })
    const again = ana(answers(back, "city", "Natal"), "LeadQualifyAsked")
    const deals = again.steps.flatMap((step) => step.told).filter(({ to }) => to.startsWith("deal/"))
    expect(deals).toHaveLength(1)
  })

  it("is qualified by a person, whatever its score", () => {
    const byAna = ana(begin(), "LeadQualifyAsked")
    expect(last(byAna)).toMatchObject({
      value: "handedOff",
      emitted: [
        { type: "LeadQualified", score: 0, threshold: 70, by: "person:ana", reason: "she knows them" },
        { type: "LeadHandedOff", by: "person:ana", reason: "she knows them", dealId: "lead-1", score: 0 }
      ]
    })
  })

  it("is disqualified by a required criterion that is not met, with its reason", () => {
    const poor = answers(begin(), "budget", 10)
    expect(last(poor)).toMatchObject({
      value: "disqualified",
      emitted: [
        { type: "LeadEngaged", conversationId: "conv-1" },
        { type: "LeadScored", score: 0, unmet: ["budget"] },
        { type: "LeadDisqualified", by: "engine", reason: "budget too small" }
      ]
    })
    const reopened = ana(poor, "LeadReopenAsked")
    expect(last(answers(reopened, "team", 8)).value).toBe("engaged")
    expect(last(answers(reopened, "budget", 20)).value).toBe("disqualified")
    expect(last(answers(answers(reopened, "team", 8), "budget", 2000)).value).toBe("handedOff")
  })

  it("stays engaged with all answers and too low a score: nothing is open any more", () => {
    const low = [
      ["budget", 2000],
      ["team", 1],
      ["city", " "]
    ].reduce(
      (drive, [criterion, value]) => answers(drive, criterion as string, value as string),
      spoke(begin())
    )
    expect(last(low)).toMatchObject({
      value: "engaged",
      emitted: [{ type: "LeadScored", score: 40, open: [] }]
    })
  })

  it("that opts out is disqualified, and only its own word or a person's undoes that", () => {
    const optsOut = (drive: Drive) =>
      tell(drive, { type: "LeadOptedOut", conversationId: "conv-1", said: "pare" })
    const out = optsOut(spoke(begin()))
    expect(last(out)).toMatchObject({
      value: "disqualified",
      emitted: [{ type: "LeadDisqualified", by: "lead", reason: "optedOut" }]
    })
    expect(types(optsOut(out))).toEqual([])
    const optsIn = (drive: Drive) => tell(drive, { type: "LeadReopenAsked", by: "lead", reason: "opted in" })
    expect(last(optsIn(out)).value).toBe("engaged")
    expect(last(optsIn(ana(spoke(begin()), "LeadDisqualifyAsked"))).value).toBe("disqualified")
  })

  const talks = (drive: Drive, conversationId: string) => tell(drive, { type: "LeadSpoke", conversationId })
  const optsOutIn = (drive: Drive, conversationId: string) =>
    tell(drive, { type: "LeadOptedOut", conversationId, said: "PARE" })
  const told = (drive: Drive) => last(drive).told.map(({ to, event }) => [to, event.type])

  it("that opts out in one conversation is silent in all, also in one that begins later", () => {
    const began = tell(talks(talks(begin(), "c1"), "c2"), { type: "ConversationBegan", conversationId: "c3" })
    const out = optsOutIn(began, "c1")
    expect(told(out)).toEqual([
      ["conversation/c2", "LeadOptedOut"],
      ["conversation/c3", "LeadOptedOut"]
    ])
    expect(told(talks(out, "c4"))).toEqual([["conversation/c4", "LeadOptedOut"]])
    expect(told(tell(out, { type: "ConversationBegan", conversationId: "c5" }))).toEqual([
      ["conversation/c5", "LeadOptedOut"]
    ])
    const lost = ana(talks(talks(begin(), "c1"), "c2"), "LeadDisqualifyAsked")
    expect(told(optsOutIn(lost, "c1"))).toEqual([["conversation/c2", "LeadOptedOut"]])
  })

  it("that opts in again, or for which a person does, hears from us in all of them", () => {
    const out = optsOutIn(talks(talks(begin(), "c1"), "c2"), "c1")
    for (const by of ["lead", "person:ana"]) {
      const back = tell(out, { type: "LeadOptedIn", conversationId: "c1", by, reason: "opted in" })
      expect(last(back)).toMatchObject({ value: "engaged", emitted: [{ type: "LeadReopened", by }] })
      expect(told(back)).toEqual([["conversation/c2", "LeadOptedIn"]])
      expect(told(talks(back, "c4"))).toEqual([])
    }
    const lost = optsOutIn(ana(talks(begin(), "c1"), "LeadDisqualifyAsked"), "c1")
    const back = tell(lost, { type: "LeadOptedIn", conversationId: "c1", by: "lead", reason: "opted in" })
    expect(last(back).value).toBe("disqualified")
  })

  it("is judged anew when the criteria change", () => {
    const engaged = answers(answers(spoke(begin()), "team", 8), "city", "Recife")
    const change = (drive: Drive, more: Partial<LeadInput>) =>
      tell(drive, {
        type: "CriteriaChanged",
        criteria: input.criteria,
        threshold: 70,
        ...more,
        by: "person:ana",
        reason: "new year"
      })
    expect(last(change(engaged, { threshold: 60 }))).toMatchObject({ value: "handedOff" })
    expect(types(change(engaged, {}))).toEqual([])
    const strict = input.criteria.map((each) =>
      each.name === "team" ? { ...each, atLeast: 50, required: "small" } : each
    )
    expect(last(change(engaged, { criteria: strict })).emitted.at(-1)).toEqual({
      type: "LeadDisqualified",
      by: "engine",
      reason: "small"
    })
  })

  it("remembers that a person was asked for, and is not qualified by that", () => {
    const asked = tell(spoke(begin()), {
      type: "PersonAskedFor",
      conversationId: "conv-1",
      reason: "askedForPerson"
    })
    expect(last(asked)).toMatchObject({ value: "engaged", emitted: [], told: [] })
    expect(asked.snapshot.context).toMatchObject({ personAskedFor: { reason: "askedForPerson", at: now } })
  })

  it("without its own id rests qualified: its deal could not be named", () => {
    const { leadId: _, ...nameless } = input
    const end = answers(answers(start(leadMachine, nameless, now), "budget", 5000), "team", 8)
    expect(last(end)).toMatchObject({ value: "qualified", told: [] })
    expect(emitted(end).at(-1)).toMatchObject({ type: "LeadQualified" })
  })
})
