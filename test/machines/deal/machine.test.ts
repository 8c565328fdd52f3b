import { describe, expect, it } from "vitest"
import { dealMachine } from "../../../machines/deal/machine.ts"
import { type Drive, last, say, start } from "../drive.ts"
import { fitsItsSchemas } from "../fits.ts"

const who = { by: "person:ana", reason: "they said so" }
const tell = (drive: Drive, type: string, more: object = {}): Drive => {
  const next = say(drive, { type, ...who, ...more })
  fitsItsSchemas(next)
  return next
}
const begin = () => start(dealMachine, {}, Date.UTC(2026, 5, 1))
const asked = { leadId: "lead-1", conversationId: "conv-1", score: 80 }
const open = tell(begin(), "DealOpenAsked", asked)
const move = (drive: Drive, to: string): Drive => tell(drive, "DealMoveAsked", { to })

describe("a deal", () => {
  it("is opened once: a second word from the lead changes nothing", () => {
    expect(last(open)).toMatchObject({
      value: { open: "new" },
      emitted: [{ type: "DealOpened", leadId: "lead-1", score: 80, ...who }]
    })
    const again = tell(move(open, "proposal"), "DealOpenAsked", { ...asked, score: 90 })
    expect(last(again)).toMatchObject({ value: { open: "proposal" }, emitted: [] })
    expect(again.snapshot.context).toMatchObject({ score: 80 })
  })

  it("moves between open stages in any direction", () => {
    const there = move(open, "negotiation")
    expect(last(there)).toMatchObject({
      value: { open: "negotiation" },
      emitted: [{ type: "DealMoved", from: "new", to: "negotiation", ...who }]
    })
    expect(last(move(there, "discovery"))).toMatchObject({
      value: { open: "discovery" },
      emitted: [{ type: "DealMoved", from: "negotiation", to: "discovery", ...who }]
    })
    expect(last(move(there, "negotiation"))).toMatchObject({ value: { open: "negotiation" }, emitted: [] })
  })

  it("is won, with its value if that is known", () => {
    expect(last(tell(open, "DealWinAsked", { valueCents: 50_000 }))).toMatchObject({
      value: "won",
      emitted: [{ type: "DealWon", ...who, valueCents: 50_000 }]
    })
    expect(last(tell(open, "DealWinAsked")).emitted).toEqual([{ type: "DealWon", ...who }])
  })

  it("is lost with a reason, and reopened in the stage it was in", () => {
    const lost = tell(move(open, "proposal"), "DealLoseAsked")
    expect(last(lost)).toMatchObject({ value: "lost", emitted: [{ type: "DealLost", ...who }] })
    expect(last(move(lost, "new"))).toMatchObject({ value: "lost", emitted: [] })
    const reopened = tell(lost, "DealReopenAsked")
    expect(last(reopened)).toMatchObject({
      value: { open: "proposal" },
      emitted: [{ type: "DealReopened", ...who, stage: "proposal" }]
    })
    expect(last(move(reopened, "negotiation")).emitted).toMatchObject([
      { from: "proposal", to: "negotiation" }
    ])
  })

  it("that was never opened can't be moved, won or lost", () => {
    const tried = tell(tell(move(begin(), "proposal"), "DealWinAsked"), "DealLoseAsked")
    expect(tried.steps.map(({ value, emitted }) => [value, emitted])).toEqual(Array(4).fill(["unopened", []]))
  })
})
