import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { type CompanyActors, type CompanyPorts, notNow } from "./company-actors.ts"
import type { StoredCompany } from "./stored-company.ts"

const dayMs = 24 * 3_600_000
/** Persons asked to be erased in one go; the rest comes with the next. */
const readMax = 500
const personsCountedMax = 1_000_000

/** What is still there of a company's persons. */
export interface Remains {
  /** Who would be, or is being, erased. */
  readonly persons: number
  /** Who may not be erased: a legal hold stands. */
  readonly held: number
}

/** Counts what a deletion takes away. */
export const remainsOf = Effect.fnUntraced(function* ({ store, subjects }: CompanyPorts, company: string) {
  const ahead = (yield* store.now) + dayMs
  const silent = yield* subjects.silentSubjects(company, ahead, personsCountedMax)
  const open = yield* subjects.erasures(company, true, personsCountedMax)
  const held = yield* subjects.holds(company)
  return { persons: silent.length + open.length, held: held.length } satisfies Remains
})

/**
 * One more step of a company's deletion: asks to erase whoever is left, and when nobody is, says that it is deleted. A
 * person under legal hold holds it up until that ends.
 */
export const deleteFurther = Effect.fn("deleteFurther")(function* (
  actors: CompanyActors,
  { store, subjects }: CompanyPorts,
  { id, why }: StoredCompany
) {
  const { by, reason } = why ?? { by: "engine", reason: "" }
  const ahead = (yield* Effect.mapError(store.now, notNow)) + dayMs
  const left = yield* Effect.mapError(subjects.silentSubjects(id, ahead, readMax), notNow)
  for (const { subject } of left) {
    const erasure = randomBytes(8).toString("hex")
    const asked = { company: id, erasure, subject, by, reason: `the company is deleted: ${reason}` }
    yield* subjects.requestErasure(asked).pipe(
      Effect.catchTag("SubjectRefused", () => Effect.void),
      Effect.catchTag("StoreUnavailable", (error) => Effect.fail(notNow(error)))
    )
  }
  const open = yield* Effect.mapError(subjects.erasures(id, true, readMax), notNow)
  const held = yield* Effect.mapError(subjects.holds(id), notNow)
  if (left.length > 0 || open.length > held.length) return "goesOn"
  if (held.length > 0) return "held"
  const persons = (yield* Effect.mapError(subjects.erasures(id, false, personsCountedMax), notNow)).length
  yield* actors.tell(id, { type: "CompanyEmptied", persons }, "engine")
  yield* Effect.logInfo(`the company "${id}" is deleted: ${persons} persons were erased`)
  return "done"
})
