import * as Effect from "effect/Effect"
import { type ActorEvent, type Delivered, Engine, type Envelope } from "../../../actors/engine/engine.ts"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { principalName } from "../../accounts/principal.ts"
import { homeOf } from "../../companies/companies.ts"
import { Contacts } from "../../companies/contacts.ts"
import { identitiesOf, newId, personsKnownBy, submitLead } from "../../inbox/submit-lead.ts"
import { mayReach, mustBeActive } from "../caller.ts"
import { createGroup } from "../contract/crm/create.ts"
import { apiPrefix } from "../contract/group.ts"
import { Idempotency } from "../contract/middleware.ts"
import { handlersOf } from "../handlers-of.ts"
import { written } from "../machines/actor-requests.ts"
import { refuse } from "../refusal.ts"

const keyed = Effect.map(Idempotency, (key) => (key === undefined ? {} : { key }))

const begun = (delivered: Delivered, list: string) =>
  written(delivered, 201, `${apiPrefix}/${list}/${delivered.address.id}`)

/** The first event of a new actor; what is there already is refused. */
const begin = Effect.fnUntraced(function* (
  place: { readonly company: string; readonly machine: string; readonly id: string },
  event: ActorEvent,
  principal: string,
  expectedVersion: Envelope["expectedVersion"] = "none"
) {
  yield* mustBeActive(place.company)
  const engine = yield* Engine
  const envelope = { ...(yield* keyed), principal, expectedVersion }
  return yield* Effect.catchTag(engine.deliver(place, event, envelope), "WrongVersion", () =>
    refuse(409, `there is such a ${place.machine} already: ${place.id}`, { members: { id: place.id } })
  )
})

const needsIdentity = refuse(422, "an e-mail or a phone number is needed", {
  errors: [{ pointer: "/email", detail: "an e-mail or a phone number is needed" }]
})

/** The id of a new contact: that of its person, when a conversation or a form made one known. */
const personOf = Effect.fnUntraced(function* (company: string, who: Parameters<typeof identitiesOf>[0]) {
  const identities = identitiesOf(who, yield* homeOf(company))
  const known = yield* personsKnownBy(company, identities)
  if (known.length > 1)
    return yield* refuse(409, "the phone belongs to one contact and the e-mail to another", {
      members: { ids: known }
    })
  const contacts = yield* Contacts
  const id = known[0] ?? newId()
  for (const identity of identities) {
    const owner = yield* contacts.bind(company, identity, id)
    if (owner !== id)
      return yield* refuse(409, `somebody else became known by this ${identity.kind} just now`)
  }
  return { id, isKnown: known.length > 0 }
})

/** What answers createGroup. */
export const createHandlers = handlersOf(createGroup, {
  contact: Effect.fnUntraced(function* ({ payload }) {
    const { caller, scope } = yield* mayReach("crm", "write", "contact.create", "contact")
    const { company } = caller
    const identities = identitiesOf(payload, yield* homeOf(company))
    if (scope.kind === "own" && (yield* personsKnownBy(company, identities)).length > 0)
      // Whose it is would say who is known here.
      return yield* refuse(409, "somebody is known by this phone or e-mail already")
    const { id } = yield* personOf(company, payload)
    const at = (yield* EngineClock).now()
    const by = principalName(caller)
    const place = { company, machine: "contact", id }
    const described = yield* begin(place, { type: "ContactDescribeAsked", ...payload, by, at }, by)
    if (scope.kind !== "own") return begun(described, "contacts")
    // By no key: the one of the request belongs to the event before.
    const assign = { type: "OwnerAssignAsked", owner: caller.id, by, at }
    return begun(
      yield* Effect.provideService(begin(place, assign, by, "exists"), Idempotency, undefined),
      "contacts"
    )
  }),
  account: Effect.fnUntraced(function* ({ payload }) {
    const { caller } = yield* mayReach("crm", "write", "account.create", "account")
    const by = principalName(caller)
    const place = { company: caller.company, machine: "account", id: newId() }
    const event = { type: "AccountDescribeAsked", ...payload, by, at: (yield* EngineClock).now() }
    return begun(yield* begin(place, event as ActorEvent, by), "accounts")
  }),
  lead: Effect.fnUntraced(function* ({ payload }) {
    const { caller } = yield* mayReach("crm", "write", "lead.create", "lead")
    const { source = "api", campaign, form, ...who } = payload
    if (identitiesOf(who).length === 0) return yield* needsIdentity
    const home = yield* homeOf(caller.company)
    const lead = yield* submitLead({
      ...{ company: caller.company, who, source },
      ...(home === undefined ? {} : { home }),
      ...(campaign === undefined ? {} : { campaign }),
      ...(form === undefined ? {} : { form }),
      ...(yield* keyed),
      principal: principalName(caller)
    })
    return begun(lead, "leads")
  })
})
