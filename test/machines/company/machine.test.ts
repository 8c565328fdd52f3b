import { describe, expect, it } from "vitest"
import { type CompanyContext, companyMachine } from "../../../machines/company/machine.ts"
import { type Drive, last, say, start } from "../drive.ts"
import { fitsItsSchemas } from "../fits.ts"

const who = { by: "person:ana", reason: "asked" }
const tell = (drive: Drive, type: string, data: object = {}): Drive => {
  const next = say(drive, { type, ...who, ...data })
  fitsItsSchemas(next)
  return next
}
const begin = start(companyMachine, { companyId: "sol" }, Date.UTC(2026, 5, 1))
const settings = { id: "sol", name: "Sol", conversation: { turnClosureMs: 5000, closeAfterMs: 60_000 } }
const made = tell(begin, "CompanyCreateAsked", { settings, file: { name: "a1" } })
const change = (drive: Drive, changes: object, more: object = {}) =>
  tell(drive, "CompanySettingsChangeAsked", { changes, ...more })
const known = (drive: Drive) => drive.snapshot.context as CompanyContext

describe("a company", () => {
  it("is made once, with its own settings only", () => {
    expect(last(made)).toMatchObject({
      value: "active",
      emitted: [{ type: "CompanyCreated", settings, ...who }]
    })
    expect(last(tell(made, "CompanyCreateAsked", { settings: { ...settings, name: "X" } })).emitted).toEqual(
      []
    )
    const other = tell(begin, "CompanyCreateAsked", { settings: { ...settings, id: "lua" } })
    expect(last(other)).toMatchObject({ value: "unmade", emitted: [] })
  })

  it("tells each section that changes, before and after, and nothing when all is as it was", () => {
    const changed = change(made, { name: "Padaria Sol", retentionDays: 365, language: null })
    expect(last(changed).emitted).toEqual([
      { type: "CompanySettingsChanged", section: "name", before: "Sol", after: "Padaria Sol", ...who },
      { type: "CompanySettingsChanged", section: "retentionDays", before: null, after: 365, ...who }
    ])
    expect(last(change(changed, { name: "Padaria Sol", retentionDays: 365 })).emitted).toEqual([])
    const turned = { closeAfterMs: 60_000, turnClosureMs: 5000 }
    expect(last(change(changed, { conversation: turned })).emitted).toEqual([])
    const less = change(changed, { retentionDays: null, conversation: { turnClosureMs: 5000 } })
    expect(last(less).emitted).toMatchObject([
      { section: "conversation", after: { turnClosureMs: 5000 } },
      { section: "retentionDays", before: 365, after: null }
    ])
    expect(known(less).settings).toEqual({
      id: "sol",
      name: "Padaria Sol",
      conversation: { turnClosureMs: 5000 }
    })
  })

  it("remembers what its file said, whether that changed anything or not", () => {
    expect(known(change(made, { name: "Lua" })).file).toEqual({ name: "a1" })
    expect(known(change(made, {}, { file: { name: "a2" } })).file).toEqual({ name: "a2" })
  })

  it("is suspended and resumed, and can be changed meanwhile", () => {
    const still = tell(made, "CompanySuspendAsked")
    expect(last(still)).toMatchObject({ value: "suspended", emitted: [{ type: "CompanySuspended", ...who }] })
    expect(last(tell(still, "CompanySuspendAsked")).emitted).toEqual([])
    expect(last(change(still, { name: "Lua" })).emitted).toHaveLength(1)
    const again = tell(still, "CompanyResumeAsked")
    expect(last(again)).toMatchObject({ value: "active", emitted: [{ type: "CompanyResumed", ...who }] })
  })

  it("is deleted for good, with word of who wanted it and how many persons it knew", () => {
    const asked = tell(tell(made, "CompanySuspendAsked"), "CompanyDeleteAsked")
    expect(last(asked)).toMatchObject({ value: "deleting", emitted: [{ type: "CompanyDeletionStarted" }] })
    expect(last(tell(asked, "CompanyResumeAsked")).emitted).toEqual([])
    expect(last(change(asked, { name: "Lua" })).emitted).toEqual([])
    const gone = say(asked, { type: "CompanyEmptied", persons: 3 })
    expect(last(gone)).toMatchObject({
      value: "deleted",
      emitted: [{ type: "CompanyDeleted", persons: 3, ...who }]
    })
    expect(gone.snapshot.status).toBe("done")
  })
})
