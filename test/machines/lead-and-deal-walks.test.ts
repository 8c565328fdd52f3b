import fc from "fast-check"
import { expect, it } from "vitest"
import { dealMachine } from "../../machines/deal/machine.ts"
import { leadMachine } from "../../machines/lead/machine.ts"
import { runsOf } from "../runs.ts"
import { type Drive, emitted, say, start, wait } from "./drive.ts"
import { fitsItsSchemas, isPlainJson } from "./fits.ts"

const numRuns = runsOf({ short: 300, inProofs: 10_000 })
const who = fc.constantFrom({ by: "person:ana", reason: "x" }, { by: "lead", reason: "opted in" })
const asked = (...types: ReadonlyArray<string>) =>
  fc.tuple(fc.constantFrom(...types), who).map(([type, by]) => ({ type, ...by }))
const criteria = [
  { name: "budget", kind: "money", weight: 60, atLeast: 1000, required: "too small" },
  { name: "team", kind: "count", weight: 40, atLeast: 5 }
] as const
const conversationId = "conv-1"

const leadMoves = fc.oneof(
  asked("LeadQualifyAsked", "LeadDisqualifyAsked", "LeadReopenAsked"),
  fc.constant({ type: "LeadSpoke", conversationId }),
  fc.constant({ type: "LeadOptedOut", conversationId, said: "pare" }),
  fc.constant({ type: "PersonAskedFor", conversationId, reason: "x" }),
  fc
    .record({ criterion: fc.constantFrom("budget", "team"), value: fc.constantFrom(1, 10, 2000) })
    .map((answer) => ({ type: "LeadAnswered", conversationId, said: "x", ...answer })),
  fc
    .constantFrom(0, 50, 101)
    .map((threshold) => ({ type: "CriteriaChanged", criteria, threshold, by: "person:ana", reason: "x" }))
)
const stages = ["new", "discovery", "proposal", "negotiation"]
const dealMoves = fc.oneof(
  asked("DealWinAsked", "DealLoseAsked", "DealReopenAsked"),
  fc.constant({ type: "DealOpenAsked", leadId: "lead-1", score: 80, by: "engine", reason: "x" }),
  fc.constantFrom(...stages).map((to) => ({ type: "DealMoveAsked", to, by: "person:ana", reason: "x" }))
)

const walk = (first: Drive, moves: ReadonlyArray<{ readonly type: string }>): Drive => {
  let drive = first
  for (const move of moves) {
    drive = say(wait(drive, 1), move)
    fitsItsSchemas(drive)
    isPlainJson(drive)
  }
  return drive
}

it("a lead asks for one deal and one handover in its life, on any walk", () => {
  const input = { leadId: "lead-1", conversationId, source: "form", criteria, threshold: 60 }
  let handedOff = 0
  fc.assert(
    fc.property(fc.array(leadMoves, { minLength: 1, maxLength: 40, size: "max" }), (moves) => {
      const end = walk(start(leadMachine, input, 1), moves)
      const told = end.steps.flatMap((step) =>
        step.told.filter(({ event }) => !event.type.startsWith("LeadOpted")).map(({ to }) => to)
      )
      const facts = emitted(end).filter((event) => event.type === "LeadHandedOff")
      handedOff += facts.length
      expect(told).toEqual(facts.length === 0 ? [] : ["deal/lead-1", "conversation/conv-1"])
      expect(facts.length).toBeLessThan(2)
    }),
    { numRuns }
  )
  expect(handedOff).toBeGreaterThan(numRuns / 10)
})

it("a deal is opened once, and each move begins where the last one ended, on any walk", () => {
  fc.assert(
    fc.property(fc.array(dealMoves, { minLength: 1, maxLength: 40, size: "max" }), (moves) => {
      const facts = emitted(walk(start(dealMachine, {}, 1), moves))
      expect(facts.filter((event) => event.type === "DealOpened").length).toBeLessThan(2)
      let stage: unknown = "new"
      for (const fact of facts) {
        if (fact.type === "DealMoved") expect(fact.from).toBe(stage)
        if (fact.type === "DealReopened") expect(fact.stage).toBe(stage)
        stage = fact.to ?? stage
      }
    }),
    { numRuns }
  )
})
