import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ErasureReport } from "../../../actors/engine/erasures.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import {
  type StoredErasure,
  type StreamCopies,
  SubjectStore
} from "../../../eventstore/personal/subject-store.ts"
import { readSettings } from "../../config.ts"
import { earlierErasure, erasePerson } from "../../privacy/erase-person.ts"
import { AlreadyTold, failed, wrongUse } from "../cli-failure.ts"
import { confirm } from "../jobs/confirm.ts"
import { findStorePlace, withStore } from "../open-store.ts"
import { startOwnServer } from "../own-server.ts"
import { canAsk, counted, note, plain, print, printJson, statusLine, timeOf } from "../terminal.ts"
import { findSubject, parseSubject } from "./find-subject.ts"

/** What `centurion erase` was asked. */
export interface EraseAsked {
  readonly subject: string
  readonly contact: Option.Option<string>
  readonly reason: string
  readonly as: string
  readonly dryRun: boolean
  readonly yes: boolean
  readonly json: boolean
}

/** Erases a person: asks first, waits until every place has answered, and prints the report. */
export const eraseSubject = Effect.fnUntraced(function* (asked: EraseAsked) {
  const named = yield* parseSubject(asked.subject, Option.getOrUndefined(asked.contact))
  const { company } = named
  const found = yield* withStore(
    Effect.gen(function* () {
      const subjects = yield* SubjectStore
      const subject = yield* findSubject(named)
      const held = (yield* subjects.holds(company)).find((hold) => hold.subject === subject)
      const copies = yield* subjects.copiesOf(company, subject)
      return { subject, held, copies, earlier: yield* earlierErasure(company, subject, copies) }
    })
  )
  const { subject, held, copies, earlier } = found
  if (asked.dryRun) {
    if (asked.json) return yield* printJson({ company, dryRun: true, subject, copies, held: held ?? null })
    return yield* print(wouldErase(company, subject, copies, held?.reason).join("\n"))
  }
  if (earlier !== undefined) return yield* tellEarlier(asked, company, earlier)
  if (held !== undefined)
    return yield* failed(
      "OnHold",
      `${company}/${subject} is under legal hold since ${timeOf(held.since)} (${plain(held.by)}: ${plain(held.reason)}); \`centurion hold release\` ends it`
    )
  if (!asked.yes && !(yield* askFirst(company, subject, copies))) return yield* print("nothing was erased")
  const report = yield* eraseAndWait(asked, company, subject)
  if (asked.json) yield* printJson({ company, ...report })
  else yield* print(reportLines(company, report).join("\n"))
  if (report.left > 0) return yield* new AlreadyTold({ exitCode: 1 })
}, Effect.scoped)

const tellEarlier = Effect.fnUntraced(function* (
  { json }: EraseAsked,
  company: string,
  { report, doneAt }: StoredErasure
) {
  const known = JSON.parse(report!) as ErasureReport
  if (json) return yield* printJson({ company, ...known, doneAt })
  yield* print([`erased already, at ${timeOf(doneAt!)}:`, ...reportLines(company, known)].join("\n"))
})

const askFirst = Effect.fnUntraced(function* (
  company: string,
  subject: string,
  copies: ReadonlyArray<StreamCopies>
) {
  if (!(yield* canAsk))
    return yield* wrongUse("erase asks first, and there is no terminal to ask on: add --yes")
  yield* note(wouldErase(company, subject, copies, undefined).join("\n"))
  return yield* confirm(`Erase ${company}/${subject} for good? [y/N] `)
})

/** The running engine does it; when none runs, one of our own. */
const eraseAndWait = Effect.fnUntraced(function* (asked: EraseAsked, company: string, subject: string) {
  const settings = yield* readSettings()
  const place = findStorePlace(settings)
  const isServed =
    place?.kind === "running" ||
    (place?.kind === "postgres" &&
      (yield* withStore(
        Effect.gen(function* () {
          return (yield* (yield* EventStore).partitions(company)).every((each) => each.alive)
        })
      )))
  if (!isServed) yield* startOwnServer(settings)
  const person = { company, subject, by: asked.as, reason: asked.reason }
  const line = yield* statusLine()
  const tell = (copies: ReadonlyArray<StreamCopies>) =>
    line.tell(() => {
      const done = copies.filter(({ erased }) => erased).length
      return `erasing ${company}/${subject}: ${done} of ${copies.length} streams`
    })
  const report = yield* withStore(erasePerson(person, tell))
  line.clear()
  return report
})

const wouldErase = (
  company: string,
  subject: string,
  copies: ReadonlyArray<StreamCopies>,
  hold: string | undefined
): ReadonlyArray<string> => [
  `${company}/${subject} has personal data in ${counted(copies.length, "stream")}:`,
  ...copies.map(
    ({ stream, events, sealed, snapshots, jobs, messages, timers, erased }) =>
      `  ${stream}: ${counted(events, "event")}, ${sealed} of them sealed; ${counted(snapshots, "snapshot")}, ${counted(jobs, "job")}, ${counted(messages, "message")}, ${counted(timers, "timer")}${erased ? " (erased)" : ""}`
  ),
  "The key and all of the above but the events go. Events stay with their clear parts, and history still verifies.",
  ...(hold === undefined ? [] : [`It is under legal hold and can't be erased now: ${plain(hold)}`])
]

const reportLines = (
  company: string,
  { subject, streams, places, left }: ErasureReport
): ReadonlyArray<string> => [
  `${company}/${subject} is erased`,
  "",
  ...places.map(({ place, erased }) => `  ${place.padEnd(24)} ${String(erased).padStart(6)} gone`),
  "",
  ...streams.map(({ stream, proof }) => `  proof: ${company}/${stream}@${proof}`),
  left === 0 ? "  nothing is left" : `  LEFT: ${counted(left, "row")} in the above`
]
