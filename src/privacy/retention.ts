import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import type { Company } from "../companies/company.ts"

/** Persons looked at in one go; the rest comes with the next. */
const readMax = 500
const dayMs = 24 * 3_600_000
const lookEveryMs = 3_600_000

/** Persons of a company of whom nothing was heard for longer than it keeps data; none when it keeps data for ever. */
export const overdueSubjects = Effect.fnUntraced(function* (company: Company) {
  if (company.retentionDays === undefined) return []
  const now = yield* (yield* EventStore).now
  return yield* (yield* SubjectStore).silentSubjects(company.id, now - company.retentionDays * dayMs, readMax)
})

/** Asks to erase everybody of whom nothing was heard for longer than their company keeps data; gives how many. */
export const eraseOverdue = Effect.fn("eraseOverdue")(function* (companies: ReadonlyArray<Company>) {
  const subjects = yield* SubjectStore
  let asked = 0
  for (const company of companies) {
    for (const { subject } of yield* overdueSubjects(company)) {
      const reason = `nothing was heard for ${company.retentionDays} days`
      const erasure = randomBytes(8).toString("hex")
      const request = { company: company.id, erasure, subject, by: "retention", reason }
      const done = yield* Effect.result(subjects.requestErasure(request))
      if (done._tag === "Success") asked++
      else if (done.failure._tag === "StoreUnavailable") return yield* done.failure
    }
  }
  return asked
})

/** `eraseOverdue` every hour, for ever, of the companies that there are then. */
export const keepRetention = (companies: () => ReadonlyArray<Company>) =>
  Effect.forever(
    Effect.suspend(() => eraseOverdue(companies())).pipe(
      Effect.flatMap((asked) =>
        asked === 0 ? Effect.void : Effect.logInfo(`${asked} persons are erased: their time is over`)
      ),
      Effect.catch(({ message }) =>
        Effect.logWarning(`the time of persons could not be looked at: ${message}`)
      ),
      Effect.andThen(Effect.sleep(lookEveryMs))
    )
  )
