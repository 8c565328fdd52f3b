import * as Effect from "effect/Effect"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { Contacts } from "../../companies/contacts.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"

/** How a person was named on the command line: by an address, or by what they are reached by. */
export interface NamedSubject {
  readonly company: string
  /** `lead/7f3`, or any stream about the person. */
  readonly stream: string | undefined
  readonly identity: { readonly kind: string; readonly value: string } | undefined
}

const identityKinds = /^([a-z][a-z-]{0,30}):(.+)$/

/** Reads `acme/lead/7f3`, or `acme` beside `--contact phone:+5511…`. */
export const parseSubject = Effect.fnUntraced(function* (text: string, contact: string | undefined) {
  const [company = "", machine, id, ...rest] = text.split("/")
  if (contact !== undefined) {
    const identity = identityKinds.exec(contact)
    if (machine !== undefined || identity === null)
      return yield* wrongUse(
        "--contact goes with a company alone, and is written kind:value, as in phone:+5511999998888, email:ana@example.com or telegram:12345"
      )
    const [, kind, value] = identity
    return { company, stream: undefined, identity: { kind: kind!, value: value! } } satisfies NamedSubject
  }
  if (machine === undefined || id === undefined || id === "" || rest.length > 0)
    return yield* wrongUse(
      `"${text}" names nobody: write company/lead/id, the address of any actor about the person, or a company with --contact phone:…`
    )
  return { company, stream: `${machine}/${id}`, identity: undefined } satisfies NamedSubject
})

/** The person's id within the company; fails when nobody is called so. */
export const findSubject = Effect.fnUntraced(function* ({ company, stream, identity }: NamedSubject) {
  yield* partitionsOf(company)
  const subjects = yield* SubjectStore
  const subject =
    identity !== undefined
      ? yield* Effect.flatMap(Contacts, (contacts) => contacts.subjectOf(company, identity))
      : yield* subjects.subjectOf(company, stream!)
  if (subject !== undefined && subject !== null) return subject
  // A person whose own stream has nothing yet: the conversation knows it by this name.
  if (stream !== undefined && (yield* subjects.copiesOf(company, stream)).length > 0) return stream
  const named = identity === undefined ? `${company}/${stream}` : `${identity.kind}:…`
  return yield* failed(
    "UnknownSubject",
    `nobody at ${company} is known as ${named}: nothing personal was ever stored about it, or it was erased`
  )
})
