import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ErasureReport } from "../../actors/engine/erasures.ts"
import {
  type StoredErasure,
  type StreamCopies,
  SubjectStore
} from "../../eventstore/personal/subject-store.ts"

/** An erasure that is asked for and not done yet; it goes on as soon as it can, whoever waits. */
export class StillErasing extends Schema.TaggedError<StillErasing>()("StillErasing", {
  erasure: Schema.String,
  message: Schema.String
}) {}

/** Whom to erase, and what history will say of it. */
export interface ErasureAsked {
  readonly company: string
  /** `lead/7f3`. */
  readonly subject: string
  readonly by: string
  readonly reason: string
}

const lookEveryMs = 200
const waitMaxMs = 120_000
const erasuresLookedAt = 1000

/** The report of the last erasure of this person, unless something is there again; undefined when there was none. */
export const earlierErasure = Effect.fnUntraced(function* (
  company: string,
  subject: string,
  copies: ReadonlyArray<StreamCopies>
): Effect.fn.Return<StoredErasure | undefined, never, SubjectStore> {
  if (!copies.every(({ erased, sealed }) => erased && sealed === 0)) return undefined
  const erasures = yield* Effect.orDie((yield* SubjectStore).erasures(company, false, erasuresLookedAt))
  return erasures.find((each) => each.subject === subject && each.doneAt !== null)
})

/**
 * Asks the running engines to erase a person and waits until every place has answered. Fails with `SubjectRefused`
 * for a stranger or a legal hold, with `StillErasing` when it takes longer than two minutes.
 */
export const erasePerson = Effect.fn("erasePerson")(function* (
  { company, subject, by, reason }: ErasureAsked,
  waiting: (copies: ReadonlyArray<StreamCopies>) => void = () => {}
) {
  const subjects = yield* SubjectStore
  const id = randomBytes(8).toString("hex")
  const erasure = yield* subjects.requestErasure({ company, erasure: id, subject, by, reason })
  for (let waitedMs = 0; waitedMs < waitMaxMs; waitedMs += lookEveryMs) {
    const erasures = yield* subjects.erasures(company, false, erasuresLookedAt)
    const { report } = erasures.find((each) => each.erasure === erasure) ?? {}
    if (report !== undefined && report !== null) return JSON.parse(report) as ErasureReport
    waiting(yield* subjects.copiesOf(company, subject))
    yield* Effect.sleep(lookEveryMs)
  }
  const left = (yield* subjects.copiesOf(company, subject)).filter(({ erased }) => !erased)
  const why =
    left.length === 0
      ? "A place outside the event store has not answered: see the server's log"
      : `It waits for ${left.map(({ stream }) => stream).join(", ")}: see the server's log`
  return yield* new StillErasing({
    erasure,
    message: `erasure ${erasure} of ${company}/${subject} is asked for and not done yet; it goes on as soon as it can. ${why}`
  })
})
