import { describe, expect, it } from "vitest"
import { asked, last } from "../drive.ts"
import { begin, fail, person, reply, sendOne, turn, wait, write } from "./example.ts"

const careful = { approveFirstContact: true }

describe("a first contact", () => {
  it("is written when asked for, and sent at once where no yes is needed", () => {
    const asking = person(begin(), "FirstContactAsked")
    expect(last(asking)).toMatchObject({
      value: "writing",
      emitted: [],
      jobs: [{ name: "writeReply", input: { purpose: "firstContact", turn: 1, history: [], lines: [] } }]
    })
    expect(last(sendOne(reply(asking, ["Olá, vi seu pedido."]), "o1")).value).toBe("waitingForLead")
  })

  it("is held until a person says yes, and so only once", () => {
    const held = reply(person(begin(careful), "FirstContactAsked"), ["Olá!"])
    expect(last(held)).toMatchObject({
      value: "waitingForApproval",
      emitted: [{ type: "ReplyWritten" }, { type: "FirstContactHeld", turn: 1 }],
      jobs: []
    })
    const sent = sendOne(person(held, "FirstContactApproved"), "o1")
    expect(last(sent)).toMatchObject({ value: "waitingForLead" })
    expect(last(turn(sent, "oi", ["Tudo bem?"])).value).toBe("waitingForLead")
  })

  it("is held too when it answers the lead's first message", () => {
    const held = reply(wait(write(begin(careful), "m1", "oi"), 8_000), ["Olá!"])
    expect(last(held).value).toBe("waitingForApproval")
  })

  it("that was refused goes to a person, with the reason", () => {
    const held = reply(wait(write(begin(careful), "m1", "oi"), 8_000), ["Olá!"])
    const refused = person(held, "FirstContactRefused", { reason: "I know them" })
    expect(last(refused)).toMatchObject({
      value: "waitingForPerson",
      emitted: [
        { type: "ReplySuperseded", turn: 1, unsent: 1 },
        { type: "HandedOver", by: "person:ana", reason: "I know them" }
      ],
      jobs: []
    })
    expect(asked(refused, "sendChunk")).toEqual([])
  })

  it("is held again when a newer message changed the text, and a yes to the old text does not count", () => {
    const held = reply(wait(write(begin(careful), "m1", "oi"), 8_000), ["Olá!"])
    const newer = reply(wait(write(held, "m2", "quanto custa?"), 8_000), ["Custa 500."])
    expect(last(newer)).toMatchObject({
      value: "waitingForApproval",
      emitted: [{}, { type: "FirstContactHeld", turn: 2 }]
    })
    expect(last(person(newer, "FirstContactApproved", { turn: 1 })).value).toBe("waitingForApproval")
    expect(last(person(newer, "FirstContactApproved", { turn: 2 })).value).toBe("pausing")
  })

  it("that can't be written goes to a person", () => {
    const failed = fail(person(begin(), "FirstContactAsked"), "writeReply", "modelDown")
    expect(last(failed).value).toBe("waitingForPerson")
  })

  it("is not asked for twice, nor in the middle of a conversation", () => {
    const asking = person(begin(), "FirstContactAsked")
    expect(asked(person(asking, "FirstContactAsked"), "writeReply")).toHaveLength(1)
    expect(last(person(turn(begin(), "oi", ["Olá!"]), "FirstContactAsked"))).toMatchObject({
      value: "waitingForLead",
      jobs: []
    })
  })
})
