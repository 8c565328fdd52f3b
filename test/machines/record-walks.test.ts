import fc from "fast-check"
import { expect, it } from "vitest"
import { accountMachine } from "../../machines/account/machine.ts"
import { type CompanyContext, companyMachine } from "../../machines/company/machine.ts"
import { contactMachine } from "../../machines/contact/machine.ts"
import type { Contact } from "../../machines/contact/rules.ts"
import { seeded } from "../golden/recorded-walk.ts"
import { runsOf } from "../runs.ts"
import { type Drive, emitted, say, start, wait } from "./drive.ts"
import { fitsItsSchemas, isPlainJson } from "./fits.ts"
import { accountMoves, companyMoves, contactMoves, type Move } from "./record-moves.ts"

const numRuns = runsOf({ short: 300, inProofs: 10_000 })

const walk = (first: Drive, moves: ReadonlyArray<Move>, picks: ReadonlyArray<number>): Drive => {
  let drive = first
  for (const number of picks) {
    const random = seeded(number)
    const move = moves[number % moves.length]!(random)
    drive = say(wait(drive, 1), move)
    fitsItsSchemas(drive)
    isPlainJson(drive)
  }
  return drive
}

const onAnyWalk = (first: () => Drive, moves: ReadonlyArray<Move>, law: (end: Drive) => void) =>
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 40, size: "max" }), (picks) =>
      law(walk(first(), moves, picks))
    ),
    { numRuns }
  )

/** What follows from the described fields of all facts. */
const described = (facts: ReturnType<typeof emitted>, type: string) => {
  const all: Record<string, unknown> = {}
  for (const { type: of, by: _, reason: __, ...news } of facts) {
    if (of !== type) continue
    for (const [field, value] of Object.entries(news)) {
      expect(value, `${field} is told though it is as it was`).not.toEqual(all[field] ?? null)
      all[field] = value
    }
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}

it("a contact is what its facts say, and none of them says what was so already, on any walk", () => {
  onAnyWalk(
    () => start(contactMachine, { leadId: "lead-1" }, 1),
    contactMoves,
    (end) => {
      const facts = emitted(end)
      const tags: Array<unknown> = []
      const open: Array<unknown> = []
      let owner: unknown = null
      const ids = { noteId: 0, activityId: 0 }
      for (const fact of facts) {
        if (fact.type === "TagAdded") expect(tags.includes(fact.tag) || !tags.push(fact.tag)).toBe(false)
        if (fact.type === "TagRemoved") expect(tags.splice(tags.indexOf(fact.tag), 1)).toEqual([fact.tag])
        if (fact.type === "NoteWritten") expect(fact.noteId).toBe(String(++ids.noteId))
        if (fact.type === "ActivityLogged") {
          expect(fact.activityId).toBe(String(++ids.activityId))
          if (fact.done === false) open.push(fact.activityId)
        }
        if (fact.type === "ActivityDone")
          expect(open.splice(open.indexOf(fact.activityId), 1)).toEqual([fact.activityId])
        if (fact.type === "OwnerAssigned") {
          expect([fact.before, fact.before === fact.owner]).toEqual([owner, false])
          owner = fact.owner
        }
      }
      const known = end.snapshot.context as Contact
      expect(known).toMatchObject({ tags, openActivities: open, owner, notes: ids.noteId })
      expect(known.described).toEqual(described(facts, "ContactDescribed"))
    }
  )
})

it("an account is what its facts say, on any walk", () => {
  onAnyWalk(
    () => start(accountMachine, {}, 1),
    accountMoves,
    (end) => {
      expect(end.snapshot.context).toEqual({ described: described(emitted(end), "AccountDescribed") })
    }
  )
})

it("a company's settings are what its facts say, and each begins where the last one ended, on any walk", () => {
  let deleted = 0
  onAnyWalk(
    () => start(companyMachine, { companyId: "sol" }, 1),
    companyMoves,
    (end) => {
      let settings: Record<string, unknown> | null = null
      for (const fact of emitted(end)) {
        if (fact.type === "CompanyCreated") {
          expect(settings).toBeNull()
          settings = { ...(fact.settings as object) }
        }
        if (fact.type === "CompanySettingsChanged") {
          const section = String(fact.section)
          expect(fact.before).toEqual(settings![section] ?? null)
          expect(fact.after).not.toEqual(fact.before)
          settings![section] = fact.after
          if (fact.after === null) delete settings![section]
        }
        if (fact.type === "CompanyDeleted") deleted++
      }
      expect((end.snapshot.context as CompanyContext).settings).toEqual(settings)
    }
  )
  expect(deleted).toBeGreaterThan(0)
})
