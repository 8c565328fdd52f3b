import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { type SubjectRefused, SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { Contacts } from "../companies/contacts.ts"
import type { SubjectQuestion } from "./engine-questions.ts"
import { refusedHere } from "./refused-here.ts"

type Ask = (
  method: SubjectQuestion,
  args: ReadonlyArray<unknown>
) => Effect.Effect<unknown, StoreUnavailable | SubjectRefused>

/** Rows about persons, and who is who, of another process. What only an engine asks for dies. */
export const remoteSubjectsLayer = (ask: Ask) => {
  const refusable =
    <A>(method: SubjectQuestion) =>
    (...args: ReadonlyArray<unknown>) =>
      ask(method, args) as Effect.Effect<A, StoreUnavailable | SubjectRefused>
  const question =
    <A>(method: SubjectQuestion) =>
    (...args: ReadonlyArray<unknown>) =>
      Effect.catchTag(refusable<A>(method)(...args), "SubjectRefused", Effect.die)
  const subjects = Layer.succeed(SubjectStore, {
    subjectOf: question<string | null>("subjectOf"),
    copiesOf: question<never>("copiesOf"),
    requestErasure: refusable<string>("requestErasure"),
    erasures: question<never>("erasures"),
    setHold: refusable<void>("setHold"),
    releaseHold: question<boolean>("releaseHold"),
    holds: question<never>("holds"),
    silentSubjects: question<never>("silentSubjects"),
    keysOf: () => refusedHere("keysOf"),
    takeSubjects: () => refusedHere("takeSubjects"),
    subjectKeys: () => refusedHere("subjectKeys"),
    takeContact: () => refusedHere("takeContact"),
    findContact: () => refusedHere("findContact"),
    takeSecret: () => refusedHere("takeSecret"),
    wrappedOtherwise: () => refusedHere("wrappedOtherwise"),
    rewrap: () => refusedHere("rewrap"),
    destroySubject: () => refusedHere("destroySubject"),
    finishErasure: () => refusedHere("finishErasure")
  })
  const contacts = Layer.succeed(Contacts, {
    subjectOf: (company, { kind, value }) =>
      Effect.map(
        question<string | null>("contactSubject")(company, kind, value),
        (subject) => subject ?? undefined
      ),
    take: () => refusedHere("take"),
    find: () => refusedHere("find"),
    bind: () => refusedHere("bind"),
    blindKey: () => refusedHere("blindKey"),
    forget: () => 0
  })
  return Layer.mergeAll(subjects, contacts)
}
