import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { failed } from "../cli-failure.ts"
import { findSubject, parseSubject } from "../erase/find-subject.ts"
import { withStore } from "../open-store.ts"
import { plain, print, printJson, printTable, timeOf } from "../terminal.ts"

/** What `centurion hold set` and `release` were asked. */
export interface HoldAsked {
  readonly subject: string
  readonly contact: Option.Option<string>
  readonly reason: string
  readonly as: string
  readonly json: boolean
}

/** Puts a person under legal hold. */
export const setHold = Effect.fnUntraced(function* ({ subject: text, contact, reason, as, json }: HoldAsked) {
  const named = yield* parseSubject(text, Option.getOrUndefined(contact))
  const { company } = named
  const subject = yield* withStore(
    Effect.gen(function* () {
      const subject = yield* findSubject(named)
      yield* (yield* SubjectStore).setHold({ company, subject, by: as, reason })
      return subject
    })
  )
  yield* json
    ? printJson({ company, subject, by: as, reason })
    : print(`${company}/${subject} is under legal hold: ${plain(reason)}`)
})

/** Ends a legal hold. */
export const releaseHold = Effect.fnUntraced(function* ({
  subject: text,
  contact,
  json
}: Pick<HoldAsked, "subject" | "contact" | "json">) {
  const named = yield* parseSubject(text, Option.getOrUndefined(contact))
  const { company } = named
  const subject = yield* withStore(
    Effect.gen(function* () {
      const subject = yield* findSubject(named)
      if (yield* (yield* SubjectStore).releaseHold(company, subject)) return subject
      return yield* failed("NoHold", `${company}/${subject} is under no legal hold`)
    })
  )
  yield* json
    ? printJson({ company, subject, released: true })
    : print(`${company}/${subject} is held no more`)
})

/** Lists legal holds. */
export const listHolds = Effect.fnUntraced(function* (asked: {
  readonly company: Option.Option<string>
  readonly json: boolean
}) {
  const holds = yield* withStore(
    Effect.flatMap(SubjectStore, (subjects) => subjects.holds(Option.getOrNull(asked.company)))
  )
  if (asked.json) return yield* Effect.forEach(holds, printJson, { discard: true })
  if (holds.length === 0) return yield* print("no legal holds")
  const rows = holds.map(({ company, subject, since, by, reason }) => [
    `${company}/${subject}`,
    timeOf(since),
    plain(by),
    plain(reason)
  ])
  yield* printTable([["PERSON", "SINCE", "BY", "WHY"], ...rows])
})
