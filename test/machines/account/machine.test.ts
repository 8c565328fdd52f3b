import { describe, expect, it } from "vitest"
import { accountMachine } from "../../../machines/account/machine.ts"
import { type Drive, last, say, start } from "../drive.ts"
import { fitsItsSchemas } from "../fits.ts"

const begin = start(accountMachine, {}, Date.UTC(2026, 5, 1))
const tell = (drive: Drive, type: string, data: object = {}): Drive => {
  const next = say(drive, { type, by: "person:ana", ...data })
  fitsItsSchemas(next)
  return next
}

describe("an account", () => {
  it("is described field by field, and tells only what is new", () => {
    const sol = tell(begin, "AccountDescribeAsked", { name: "Sol", employees: 12 })
    expect(last(sol).emitted).toEqual([
      { type: "AccountDescribed", name: "Sol", employees: 12, by: "person:ana" }
    ])
    expect(last(tell(sol, "AccountDescribeAsked", { name: "Sol", employees: 12 })).emitted).toEqual([])
    const fewer = tell(sol, "AccountDescribeAsked", { employees: null, segment: "food" })
    expect(last(fewer).emitted).toMatchObject([{ employees: null, segment: "food" }])
    expect(fewer.snapshot.context).toEqual({ described: { name: "Sol", segment: "food" } })
  })

  it("takes no change while it is archived, and goes on as it was", () => {
    const sol = tell(tell(begin, "AccountDescribeAsked", { name: "Sol" }), "AccountArchiveAsked")
    expect(last(sol)).toMatchObject({ value: "archived", emitted: [{ type: "AccountArchived" }] })
    expect(last(tell(sol, "AccountArchiveAsked")).emitted).toEqual([])
    expect(last(tell(sol, "AccountDescribeAsked", { name: "Lua" })).emitted).toEqual([])
    const again = tell(sol, "AccountReopenAsked", { reason: "they are back" })
    expect(last(again)).toMatchObject({ value: "active", emitted: [{ type: "AccountReopened" }] })
    expect(again.snapshot.context).toEqual({ described: { name: "Sol" } })
  })
})
