import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import type { CompanyActors, CompanyPorts } from "../../../src/companies/company-actors.ts"
import { deleteFurther } from "../../../src/companies/delete-company.ts"
import type { StoredCompany } from "../../../src/companies/stored-company.ts"

const acme: StoredCompany = {
  ...{ id: "acme", status: "deleting", settings: { id: "acme", name: "Acme" } },
  ...{ version: 3, createdAt: 1, changedAt: 2, why: { by: "person:ana", reason: "contract ended" } }
}

it("a person who is put under legal hold meanwhile holds a deletion up until the hold ends", async () => {
  const holds: Array<object> = []
  const silent = [{ subject: "lead/1", lastAt: 1 }]
  const open: Array<object> = []
  const asked: Array<object> = []
  const told: Array<object> = []
  const subjects = {
    holds: () => Effect.sync(() => [...holds]),
    silentSubjects: () => Effect.sync(() => silent.splice(0)),
    erasures: () => Effect.sync(() => [...open]),
    requestErasure: (request: object) =>
      Effect.sync(() => {
        asked.push(request)
        open.push(request)
        return "e1"
      })
  }
  const ports = { store: { now: Effect.succeed(5) }, subjects } as unknown as CompanyPorts
  const actors = {
    tell: (...of: ReadonlyArray<object>) => Effect.sync(() => void told.push(of))
  } as never as CompanyActors
  const step = () => Effect.runPromise(deleteFurther(actors, ports, acme))
  expect(await step()).toBe("goesOn")
  expect(asked).toMatchObject([
    { company: "acme", subject: "lead/1", by: "person:ana", reason: "the company is deleted: contract ended" }
  ])
  // The erasure is asked for, and the engine leaves whoever is held.
  holds.push({ subject: "lead/1" })
  expect(await step()).toBe("held")
  holds.splice(0)
  expect(await step()).toBe("goesOn")
  open.splice(0)
  expect([await step(), told]).toEqual(["done", [["acme", { type: "CompanyEmptied", persons: 0 }, "engine"]]])
})
