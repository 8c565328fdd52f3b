import { describe, expect, it } from "vitest"
import { contactLimits } from "../../../machines/contact/limits.ts"
import { contactMachine } from "../../../machines/contact/machine.ts"
import type { Contact } from "../../../machines/contact/rules.ts"
import { type Drive, emitted, last, say, start } from "../drive.ts"
import { fitsItsSchemas } from "../fits.ts"
import { fullContact } from "../record-moves.ts"

const now = Date.UTC(2026, 5, 1)
const begin = start(contactMachine, { leadId: "lead-1" }, now)
const tell = (drive: Drive, type: string, data: object = {}): Drive => {
  const next = say(drive, { type, by: "person:ana", ...data })
  fitsItsSchemas(next)
  return next
}
const known = (drive: Drive) => drive.snapshot.context as Contact

describe("a contact", () => {
  it("is described field by field, and tells only what is new", () => {
    const rita = tell(begin, "ContactDescribeAsked", { name: "Rita", phone: "+5511999990000" })
    expect(last(rita).emitted).toEqual([
      { type: "ContactDescribed", name: "Rita", phone: "+5511999990000", by: "person:ana" }
    ])
    expect(last(tell(rita, "ContactDescribeAsked", { name: "Rita" })).emitted).toEqual([])
    const told = tell(rita, "ContactDescribeAsked", { name: "Rita", phone: null, email: "r@example.com" })
    expect(last(told).emitted).toEqual([
      { type: "ContactDescribed", phone: null, email: "r@example.com", by: "person:ana" }
    ])
    expect(known(told).described).toEqual({ name: "Rita", email: "r@example.com" })
  })

  it("takes a tag once, and gives it back once", () => {
    const vip = tell(begin, "TagAddAsked", { tag: "vip", reason: "big order" })
    expect(last(vip).emitted).toEqual([
      { type: "TagAdded", tag: "vip", by: "person:ana", reason: "big order" }
    ])
    expect(last(tell(vip, "TagAddAsked", { tag: "vip" })).emitted).toEqual([])
    const none = tell(vip, "TagRemoveAsked", { tag: "vip" })
    expect(last(none).emitted).toEqual([{ type: "TagRemoved", tag: "vip", by: "person:ana" }])
    expect(last(tell(none, "TagRemoveAsked", { tag: "vip" })).emitted).toEqual([])
  })

  it("numbers its notes, and keeps their text in its history alone", () => {
    const one = tell(begin, "NoteWriteAsked", { text: "likes mornings", about: "contact" })
    const two = tell(one, "NoteWriteAsked", { text: "likes mornings", about: "deal" })
    expect(emitted(two)).toMatchObject([
      { type: "NoteWritten", noteId: "1", text: "likes mornings", about: "contact", at: now },
      { type: "NoteWritten", noteId: "2", about: "deal" }
    ])
    expect(JSON.stringify(known(two))).not.toContain("mornings")
  })

  it("logs what was done as done, and what is to come as open until it is done", () => {
    const call = tell(begin, "ActivityLogAsked", { kind: "call", title: "first call", durationMinutes: 20 })
    expect(last(call).emitted).toEqual([
      {
        type: "ActivityLogged",
        activityId: "1",
        kind: "call",
        title: "first call",
        happenedAt: now,
        done: true,
        durationMinutes: 20,
        by: "person:ana"
      }
    ])
    const task = tell(call, "ActivityLogAsked", { kind: "task", title: "send the offer", dueAt: now + 1 })
    expect(last(task).emitted).toMatchObject([{ activityId: "2", done: false, dueAt: now + 1 }])
    expect(last(tell(task, "ActivityDoneAsked", { activityId: "1" })).emitted).toEqual([])
    const done = tell(task, "ActivityDoneAsked", { activityId: "2" })
    expect(last(done).emitted).toMatchObject([{ type: "ActivityDone", activityId: "2" }])
    expect(last(tell(done, "ActivityDoneAsked", { activityId: "2" })).emitted).toEqual([])
  })

  it("has one owner and one account, and says who and which it was before", () => {
    const owned = tell(tell(begin, "OwnerAssignAsked", { owner: "u1" }), "OwnerAssignAsked", { owner: "u2" })
    expect(last(owned).emitted).toMatchObject([{ type: "OwnerAssigned", owner: "u2", before: "u1" }])
    expect(last(tell(owned, "OwnerAssignAsked", { owner: "u2" })).emitted).toEqual([])
    const linked = tell(owned, "AccountLinkAsked", { accountId: "acc-1" })
    expect(last(linked).emitted).toMatchObject([{ type: "AccountLinked", accountId: "acc-1", before: null }])
  })

  it("takes no more tags and open activities than it may have", () => {
    const full = fullContact.reduce((drive, { type, ...data }) => tell(drive, type, data), begin)
    expect(known(full).tags).toHaveLength(contactLimits.tagsMax)
    expect(known(full).openActivities).toHaveLength(contactLimits.openActivitiesMax)
    const call = tell(full, "ActivityLogAsked", { kind: "call", title: "a call" })
    expect(last(call).emitted).toMatchObject([{ type: "ActivityLogged", done: true }])
  })
})
