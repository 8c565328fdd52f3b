import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { type ActorEvent, Engine, type Envelope } from "../../../actors/engine/engine.ts"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { accountEvents } from "../../../machines/account/events.ts"
import { principalName } from "../../accounts/principal.ts"
import { Contacts } from "../../companies/contacts.ts"
import { identitiesOf, newId, personsKnownBy, submitLead } from "../../inbox/submit-lead.ts"
import { mayReach, mustBeActive } from "../caller.ts"
import { about, apiOf, example, titled } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { withParameters, writeHeaders } from "../lists/list-parameters.ts"
import { written } from "../machines/actor-requests.ts"
import { Written } from "../machines/machines.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { AnswersOnce, Idempotency } from "../middleware/idempotency.ts"
import { Problems } from "../middleware/problems.ts"
import { refuse } from "../refusal.ts"
import { LeadFields, WhoFields } from "./public-leads.ts"

const created = Written.pipe(HttpApiSchema.status(201))
const errors = problems(400, 401, 403, 409, 410, 413, 415, 422)
const { by: _by, reason: _reason, at: _at, ...accountFields } = accountEvents.AccountDescribeAsked.fields

const group = HttpApiGroup.make("create")
  .add(
    HttpApiEndpoint.post("contact", "/contacts", {
      payload: example(Schema.Struct(WhoFields), {
        name: "Rui Lima",
        email: "rui@example.com",
        organisation: "Acme"
      }),
      success: created,
      error: errors
    }).annotateMerge(
      about(
        "Create a contact",
        "Refused with 409 when somebody is known by the same phone or e-mail. The id is that of its lead and its deal, too. Who may only see their own contacts owns it."
      )
    ),
    HttpApiEndpoint.post("account", "/accounts", {
      payload: example(Schema.Struct(accountFields), { name: "Acme Ltda", site: "https://acme.example" }),
      success: created,
      error: errors
    }).annotateMerge(about("Create an account", "An organisation that contacts may belong to.")),
    HttpApiEndpoint.post("lead", "/leads", {
      payload: example(Schema.Struct({ ...WhoFields, ...LeadFields }), {
        name: "Rui Lima",
        phone: "+5511999998888",
        source: "crm",
        campaign: "spring"
      }),
      success: created,
      error: errors
    }).annotateMerge(
      about(
        "Submit a lead",
        "E-mail or phone is needed. The same person is the same lead; what is known of a contact stays as it is."
      )
    )
  )
  .annotateEndpointsMerge(withParameters(writeHeaders.slice(1)))
  .middleware(AnswersOnce)
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Create", "What people and programs may begin."))

/** What people and programs may begin. */
export const contactGroups = [group] as const

const keyed = Effect.map(Idempotency, (key) => (key === undefined ? {} : { key }))

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
  const identities = identitiesOf(who)
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

const handlers = HttpApiBuilder.group(apiOf(group), "create", (handlers) =>
  handlers.handleAll({
    contact: Effect.fnUntraced(function* ({ payload }) {
      const { caller, scope } = yield* mayReach("crm", "write", "contact.create", "contact")
      const { company } = caller
      const identities = identitiesOf(payload)
      if (scope.kind === "own" && (yield* personsKnownBy(company, identities)).length > 0)
        // Whose it is would say who is known here.
        return yield* refuse(409, "somebody is known by this phone or e-mail already")
      const { id } = yield* personOf(company, payload)
      const at = (yield* EngineClock).now()
      const by = principalName(caller)
      const place = { company, machine: "contact", id }
      const described = yield* begin(place, { type: "ContactDescribeAsked", ...payload, by, at }, by)
      if (scope.kind !== "own") return written(described, 201)
      // By no key: the one of the request belongs to the event before.
      const assign = { type: "OwnerAssignAsked", owner: caller.id, by, at }
      return written(
        yield* Effect.provideService(begin(place, assign, by, "exists"), Idempotency, undefined),
        201
      )
    }),
    account: Effect.fnUntraced(function* ({ payload }) {
      const { caller } = yield* mayReach("crm", "write", "account.create", "account")
      const by = principalName(caller)
      const place = { company: caller.company, machine: "account", id: newId() }
      const event = { type: "AccountDescribeAsked", ...payload, by, at: (yield* EngineClock).now() }
      return written(yield* begin(place, event as ActorEvent, by), 201)
    }),
    lead: Effect.fnUntraced(function* ({ payload }) {
      const { caller } = yield* mayReach("crm", "write", "lead.create", "lead")
      const { source = "api", campaign, form, ...who } = payload
      if (identitiesOf(who).length === 0) return yield* needsIdentity
      const lead = yield* submitLead({
        ...{ company: caller.company, who, source },
        ...(campaign === undefined ? {} : { campaign }),
        ...(form === undefined ? {} : { form }),
        ...(yield* keyed),
        principal: principalName(caller)
      })
      return written(lead, 201)
    })
  })
)

/** What answers it. */
export const contactLayers = [handlers] as const
