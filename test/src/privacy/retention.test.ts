import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { EventStore, StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import type { Company } from "../../../src/companies/company.ts"
import { completeCompany } from "../../../src/companies/complete-company.ts"
import { eraseOverdue, keepRetention, overdueSubjects } from "../../../src/privacy/retention.ts"
import { databases } from "../../databases.ts"
import { type OpenSubjects, openSubjects } from "./open-subjects.ts"

const dayMs = 24 * 3_600_000
const keeping = (id: string, retentionDays?: number): Company =>
  completeCompany({ id, name: id, ...(retentionDays === undefined ? {} : { retentionDays }) })
const reason = "nothing was heard for 30 days"

describe.each(databases)("retention on $name", (kind) => {
  let subjects: OpenSubjects
  beforeAll(async () => {
    subjects = await openSubjects(kind)
  })
  afterAll(() => subjects?.close())
  beforeEach(() => subjects.database.clear())

  /** So many days before the database's now. */
  const daysAgo = async (days: number) =>
    (await subjects.run(Effect.flatMap(EventStore, ({ now }) => now))) - days * dayMs

  it("asks to erase whoever was not heard of for longer than the company keeps data, and nobody else", async () => {
    const acme = await subjects.company("acme")
    const [old, recent] = [await daysAgo(31), await daysAgo(29)]
    await subjects.person(acme, "lead/silent", { "lead/silent": old, "chat/1": old - dayMs })
    await subjects.person(acme, "lead/heard", { "lead/heard": recent })
    await subjects.person(acme, "lead/half", { "lead/half": old, "chat/2": recent })
    await subjects.person(acme, "lead/new", {})
    const asked = await subjects.run(eraseOverdue([keeping("acme", 30)]))
    expect([asked, await subjects.requests()]).toEqual([1, [["acme", "lead/silent", "retention", reason]]])
    // Asked for already, nobody is asked for again.
    expect(await subjects.run(eraseOverdue([keeping("acme", 30)]))).toBe(0)
  })

  it("goes by each company's own days, and by none where none are set", async () => {
    const [acme, other, third] = [
      await subjects.company("acme"),
      await subjects.company("other"),
      await subjects.company("third")
    ]
    const old = await daysAgo(400)
    for (const owner of [acme, other, third]) await subjects.person(owner, "lead/1", { "lead/1": old })
    const companies = [keeping("acme", 365), keeping("other"), keeping("third", 500)]
    expect(await subjects.run(eraseOverdue(companies))).toBe(1)
    expect((await subjects.requests()).map(([company]) => company)).toEqual(["acme"])
    expect(await subjects.run(overdueSubjects(keeping("other")))).toEqual([])
  })

  it("leaves whoever is under legal hold, until it ends", async () => {
    const acme = await subjects.company("acme")
    await subjects.person(acme, "lead/1", { "lead/1": await daysAgo(31) })
    const hold = { company: "acme", subject: "lead/1", by: "person:bia", reason: "case 118" }
    await subjects.run(Effect.flatMap(SubjectStore, (store) => store.setHold(hold)))
    expect(await subjects.run(eraseOverdue([keeping("acme", 30)]))).toBe(0)
    await subjects.run(Effect.flatMap(SubjectStore, (store) => store.releaseHold("acme", "lead/1")))
    expect(await subjects.run(eraseOverdue([keeping("acme", 30)]))).toBe(1)
  })

  it("does not ask for whoever is erased already", async () => {
    const acme = await subjects.company("acme")
    await subjects.person(acme, "lead/1", { "lead/1": await daysAgo(31) })
    await subjects.database.admin("update es.subject_stream set erased_at = now()")
    await subjects.database.admin("select es.destroy_subject('acme', 'lead/1')")
    expect(await subjects.run(eraseOverdue([keeping("acme", 30)]))).toBe(0)
  })
})

describe("the keeper of retention", () => {
  it("looks at once and every hour, also when the database was away", async () => {
    let looks = 0
    const unavailable = new StoreUnavailable({ message: "gone", mayHaveHappened: false })
    const store = { now: Effect.succeed(0) } as unknown as EventStore["Service"]
    const subjects = {
      silentSubjects: () =>
        Effect.suspend(() => (++looks === 2 ? Effect.fail(unavailable) : Effect.succeed([])))
    } as unknown as SubjectStore["Service"]
    const seen = await Effect.runPromise(
      Effect.gen(function* () {
        const keeper = yield* Effect.forkChild(keepRetention(() => [keeping("acme", 30)]))
        const counts: Array<number> = []
        for (const ms of [0, 3_599_999, 1, 3_600_000]) {
          yield* TestClock.adjust(ms)
          counts.push(looks)
        }
        yield* Fiber.interrupt(keeper)
        return counts
      }).pipe(
        Effect.provideService(EventStore, store),
        Effect.provideService(SubjectStore, subjects),
        Effect.provide(TestClock.layer())
      )
    )
    expect(seen).toEqual([1, 1, 2, 3])
  })
})
