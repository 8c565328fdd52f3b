import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { bringInFiles } from "./bring-in-files.ts"
import { type CompanyPorts, makeCompanyActors } from "./company-actors.ts"
import { type CompanyAdmin, makeCompanyAdmin } from "./company-admin.ts"
import { deleteFurther } from "./delete-company.ts"
import { streamOfCompany } from "./stored-company.ts"

/** Another process's changes are seen after so long at most; our own at once. */
export const companiesRereadMs = 5000
/** While something is under way: files to be taken in, persons to be erased. */
const pendingEveryMs = 250

/**
 * Keeps this process's companies as they are stored, until the scope ends: reads them, takes the files in as soon as
 * this process owns the partitions, and works off deletions. Done when they were read once; gives the way to change them.
 */
export const keepCompanies = Effect.fn("keepCompanies")(function* (ports: CompanyPorts) {
  const actors = yield* makeCompanyActors(ports)
  const { engine, readModels, rereadMs = companiesRereadMs } = ports
  // A word that comes while a round is under way must not be lost.
  const alarm = yield* Queue.sliding<void>(1)
  const wake = () => void Queue.offerUnsafe(alarm, undefined)
  const admin: CompanyAdmin["Service"] = makeCompanyAdmin({ actors, ports, wake })
  let filesAreIn = false
  const dropped = new Set<string>()

  const drop = Effect.fnUntraced(function* (company: string) {
    if (readModels === undefined || dropped.has(company)) return
    yield* readModels.drop(company)
    dropped.add(company)
  })

  /** True when there is more to do soon. */
  const round = Effect.gen(function* () {
    const stored = yield* actors.all
    const { ready } = yield* engine.status
    // Whoever stands by leaves it to the owner.
    if (!ready) return !filesAreIn
    if (!filesAreIn) yield* bringInFiles(actors, ports)
    filesAreIn = true
    let isMore = false
    for (const company of stored) {
      if (company.status === "deleting" && (yield* deleteFurther(actors, ports, company)) === "goesOn")
        isMore = true
      if (company.status === "deleted") yield* drop(company.id)
    }
    return isMore
  })

  const once = Effect.catch(round, ({ message }) =>
    Effect.as(Effect.logDebug(`the companies could not be looked at: ${message}`), true)
  )
  yield* Effect.ignore(actors.all)
  const stopHearing = yield* engine.onCommit(({ company, streams }) => {
    if (streams.includes(streamOfCompany(company))) wake()
  })
  yield* Effect.addFinalizer(() => Effect.sync(stopHearing))
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.flatMap(once, (isMore) =>
        Effect.raceFirst(Effect.sleep(isMore ? pendingEveryMs : rereadMs), Queue.take(alarm))
      )
    )
  )
  return admin
})
