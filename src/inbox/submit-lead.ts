import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { type ActorEvent, type DeliverError, Engine, TryAgain } from "../../actors/engine/engine.ts"
import { EngineClock } from "../../actors/engine/engine-clock.ts"
import { Contacts, type Identity } from "../companies/contacts.ts"
import { type Described, introduce } from "../companies/introduce.ts"

/** A lead that somebody left, or that a program found. */
export interface SubmittedLead {
  readonly company: string
  readonly who: Described
  /** The calling code of a phone number without one. */
  readonly home?: string
  readonly source: string
  readonly campaign?: string
  readonly form?: Readonly<Record<string, string>>
  /** As events name who sent it: `form`, `api:…`. */
  readonly principal: string
  /** What makes a second one the same. */
  readonly key?: string
}

const idBytes = 10

/** A random id, which says nothing of what it stands for. */
export const newId = (): string => randomBytes(idBytes).toString("hex")

/** What a person can be found by, the surer first. */
export const identitiesOf = ({ email, phone }: Described, home?: string): ReadonlyArray<Identity> => [
  ...(phone === undefined ? [] : [{ kind: "phone", value: phone, ...(home === undefined ? {} : { home }) }]),
  ...(email === undefined ? [] : [{ kind: "email", value: email }])
]

/** The ids of the persons that are known by any of these, each once. */
export const personsKnownBy = Effect.fnUntraced(function* (
  company: string,
  identities: ReadonlyArray<Identity>
) {
  const contacts = yield* Contacts
  const found = yield* Effect.forEach(identities, (identity) => contacts.subjectOf(company, identity), {
    concurrency: "unbounded"
  })
  return [
    ...new Set(
      found.filter((subject) => subject !== undefined).map((subject) => subject.slice("lead/".length))
    )
  ]
})

const isErased = (error: DeliverError): boolean => error._tag === "EventRefused" && error.reason === "erased"

/**
 * The line that led to the person goes last: whoever comes then is somebody new. Until then a stranger must not learn
 * that there was somebody, nor by which id.
 */
const beingErased = new TryAgain({
  reason: "overloaded",
  message: "the person is being erased just now",
  retryAfterMs: 2_000
})

/**
 * Takes a lead: the same person is the same lead, by phone or else by e-mail. Whoever fills in a form proves nothing,
 * so it never makes a known person known by another address, nor changes what is known of them; what they wrote stands
 * in the lead's own event.
 */
export const submitLead = Effect.fnUntraced(function* (asked: SubmittedLead) {
  const { company, who, home, principal, key, source, campaign, form = {} } = asked
  const contacts = yield* Contacts
  const engine = yield* Engine
  const identities = identitiesOf(who, home)
  // By the only one, binding finds them too.
  const [known] = identities.length === 1 ? [] : yield* personsKnownBy(company, identities)
  const leadId = known ?? (yield* contacts.bind(company, identities[0]!, newId()))
  const at = (yield* EngineClock).now()
  // Side by side, so that they share their ways to the database. If one breaks off, the same form sent again brings it.
  const introduced = introduce(engine, { company, leadId, described: who, by: principal, at })
  const event: ActorEvent = {
    type: "LeadSubmitted",
    source,
    ...(campaign === undefined ? {} : { campaign }),
    form: { ...form, ...who },
    at
  }
  const envelope = { principal, occurredAt: at, ...(key === undefined ? {} : { key }) }
  const delivery = engine.deliver({ company, machine: "lead", id: leadId }, event, envelope)
  const submitted = Effect.catchIf(delivery, isErased, () => beingErased)
  const [lead] = yield* Effect.all([submitted, introduced], { concurrency: "unbounded" })
  return lead
})
