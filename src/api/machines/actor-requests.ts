import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Address } from "../../../actors/address.ts"
import { type ActorEvent, type Delivered, Engine, type Envelope } from "../../../actors/engine/engine.ts"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { Scope } from "../../../projections/query/owner-rule.ts"
import { type QueryValues, single } from "../../../projections/query/query-values.ts"
import { wrongParameter } from "../../../projections/query/wrong-parameter.ts"
import { principalName } from "../../accounts/principal.ts"
import { homeOf } from "../../companies/companies.ts"
import { Contacts } from "../../companies/contacts.ts"
import { identitiesOf, personsKnownBy } from "../../inbox/submit-lead.ts"
import type { MachineResource, SendableEvent } from "../../resources/machine-resource.ts"
import { storedEventJson } from "../../resources/stored-event-json.ts"
import { mayReach, mustBeActive } from "../caller.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { Body, Caller, Idempotency } from "../contract/middleware.ts"
import { limitOf, readOne, readPage } from "../lists/read-page.ts"
import { waitForHeader, writtenAt } from "../lists/wait-for-write.ts"
import { wrongParts } from "../middleware/problems.ts"
import { etagOf, type Refusal, refuse } from "../refusal.ts"

/** The query string. */
export const query: Effect.Effect<QueryValues, never, HttpServerRequest.ParsedSearchParams> =
  HttpServerRequest.ParsedSearchParams

/** A header of the request, its values joined. */
export const headerOf = (name: string) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ source }) => {
    const value = (source as IncomingMessage).headers[name]
    return Array.isArray(value) ? value.join(", ") : value
  })

/** There is none, or none that the caller may see: both look the same. */
export const noSuch = ({ machine }: { readonly machine: string }, id: string): Refusal =>
  refuse(404, `there is no ${machine} "${id.slice(0, 80)}"`)

/** `GET /deals` */
export const listActors = Effect.fnUntraced(function* ({ module, machine, plural, rows }: MachineResource) {
  const { caller, scope } = yield* mayReach(module, "read", `${machine}.list`, machine)
  if (rows === undefined) return yield* refuse(404, `there is no list of ${plural} yet`)
  return yield* readPage(rows.readModel, caller.company, scope, rows.fixed)
})

/** What is needed to find the rows of a machine's actors. */
type Rows = Pick<MachineResource, "machine" | "rows">

/** By which key its row is found in the list. */
export const keyOf = ({ machine, rows }: Rows, id: string): ReadonlyArray<string> =>
  rows!.readModel.name === "actors" ? [machine, id] : [id]

const rowOf = (resource: Rows, company: string, scope: Scope, id: string) =>
  resource.rows === undefined
    ? Effect.succeed(undefined)
    : readOne(resource.rows.readModel, company, scope, keyOf(resource, id))

/** Fails with 404 unless the caller reaches this actor: with `own`, by the row that the read models have of it. */
export const mustReach = Effect.fnUntraced(function* (
  resource: Rows,
  company: string,
  scope: Scope,
  id: string
) {
  if (scope.kind === "all") return
  if ((yield* rowOf(resource, company, scope, id)) === undefined) return yield* noSuch(resource, id)
})

/** What the engine of this process says of an actor; undefined when it can't, or there is none. */
export const viewOf = Effect.fnUntraced(function* (address: Address) {
  const engine = yield* Engine
  // Another process may own it, or its history can't be loaded: its row is there all the same.
  return yield* Effect.catch(engine.view(address), () => Effect.succeed(undefined))
})

const wrongAfter = wrongParameter(
  "after",
  "a whole number is expected",
  "after: the version of the last event that you have is expected"
)

const readAfter = (asked: QueryValues) => {
  const text = single(asked, "after") ?? "0"
  return /^\d{1,15}$/.test(text) ? Effect.succeed(Number(text)) : Effect.fail(wrongAfter)
}

/** `GET /deals/:id/history`: its events, opened, the oldest first; `next` is the `after` of the next page. */
export const readHistory = Effect.fnUntraced(function* (resource: MachineResource, id: string) {
  const { module, machine } = resource
  const { caller, scope } = yield* mayReach(module, "read", `${machine}.history`, `${machine}:${id}`)
  const asked = yield* query
  const after = yield* readAfter(asked)
  const limit = yield* limitOf(apiLimits.historyPageMax, apiLimits.historyPageDefault)
  yield* mustReach(resource, caller.company, scope, id)
  const history = yield* History
  const events = yield* history.readStream(caller.company, `${machine}/${id}`, after, limit + 1)
  if (events.length === 0 && after === 0) return yield* noSuch(resource, id)
  const items = events.slice(0, limit).map(storedEventJson)
  const next = events.length > limit ? (items.at(-1)?.version ?? null) : null
  return HttpServerResponse.jsonUnsafe({ items, next })
})

const ifMatchShape = /^(?:W\/)?"v(\d{1,15})"$/

/** What `If-Match` says of the version: exact, or only that there must be one; `If-None-Match: *` that there is none. */
export const readIfMatch = Effect.gen(function* () {
  if ((yield* headerOf("if-none-match"))?.trim() === "*") return "none" as const
  const given = (yield* headerOf("if-match"))?.trim() ?? "*"
  if (given === "*") return "exists" as const
  const version = ifMatchShape.exec(given)?.[1]
  if (version !== undefined) return Number(version)
  return yield* refuse(400, 'If-Match takes the ETag of the thing, such as "v7"', {
    errors: [{ header: "if-match", detail: 'an ETag such as "v7" is expected' }]
  })
})

/** The answer to a write: where it ended, and how to wait for it; `location` is where a new thing is read. */
export const written = (delivered: Delivered, status = 200, location?: string) => {
  const version = delivered.version + delivered.lastPosition - delivered.position
  return HttpServerResponse.jsonUnsafe(
    { id: delivered.address.id, version, status: delivered.status, duplicate: delivered.duplicate },
    {
      status,
      headers: {
        etag: etagOf(version),
        [waitForHeader]: writtenAt(delivered),
        ...(location === undefined ? {} : { location })
      }
    }
  )
}

const strict = { errors: "all", onExcessProperty: "error" } as const

/** The body as it was sent, once it has the right shape: the engine stores it so. */
const bodyOf = Effect.fnUntraced(function* ({ body }: SendableEvent) {
  const { json = {} } = yield* Body
  const decoded = Schema.decodeUnknownResult(body, strict)(json)
  if (Result.isSuccess(decoded)) return json as Readonly<Record<string, Json>>
  const errors = wrongParts("Payload", decoded.failure.issue)
  const first = errors[0]
  return yield* refuse(
    422,
    `the body does not have the right shape: ${first?.pointer || "the whole"}: ${first?.detail}`,
    { errors }
  )
})

const refusedNow = Effect.fnUntraced(function* (address: Address, message: string) {
  const view = yield* viewOf(address)
  return yield* refuse(409, message, {
    members: view === undefined ? {} : { state: view.value, can: view.can }
  })
})

/** Delivers an event of the caller's: who and when are filled in, and it is refused unless the machine takes it now. */
export const deliverFromCaller = Effect.fnUntraced(function* (
  address: Address,
  event: ActorEvent,
  envelope: Omit<Envelope, "principal" | "onlyIfTaken">
) {
  const engine = yield* Engine
  const principal = principalName(yield* Caller)
  return yield* Effect.catchTags(
    engine.deliver(address, event, { ...envelope, principal, onlyIfTaken: true }),
    {
      EventRefused: (error) =>
        error.reason === "notNow" ? refusedNow(address, error.message) : Effect.fail(error),
      // Whoever named no version only believed that it exists.
      WrongVersion: (error) => (error.expected === "exists" ? noSuch(address, address.id) : error)
    }
  )
})

/** Whoever gets another e-mail or phone is known by it from now on; nobody takes what another is known by. */
const beKnownBy = Effect.fnUntraced(function* (
  company: string,
  id: string,
  { email, phone }: Readonly<Record<string, Json>>
) {
  const contacts = yield* Contacts
  const who = {
    ...(typeof email === "string" ? { email } : {}),
    ...(typeof phone === "string" ? { phone } : {})
  }
  const identities = identitiesOf(who, yield* homeOf(company))
  // All are looked at before any is taken.
  const known = yield* personsKnownBy(company, identities)
  if (known.some((other) => other !== id))
    return yield* refuse(409, "somebody else is known by this e-mail or phone")
  for (const identity of identities)
    if ((yield* contacts.bind(company, identity, id)) !== id)
      return yield* refuse(409, `somebody else became known by this ${identity.kind} just now`)
})

/** `POST /deals/:id/events/DealMoveAsked` */
export const sendEvent = Effect.fnUntraced(function* (
  resource: MachineResource,
  event: SendableEvent,
  id: string
) {
  const { module, machine } = resource
  const { caller, scope } = yield* mayReach(module, "write", `${machine}.${event.type}`, `${machine}:${id}`)
  yield* mustBeActive(caller.company)
  const body = yield* bodyOf(event)
  const expectedVersion = yield* readIfMatch
  yield* mustReach(resource, caller.company, scope, id)
  if (resource.listed.knownBy === event.type) yield* beKnownBy(caller.company, id, body)
  const at = (yield* EngineClock).now()
  const filled = {
    ...(event.filled.has("by") ? { by: principalName(caller) } : {}),
    ...(event.filled.has("at") ? { at } : {})
  }
  const key = yield* Idempotency
  const delivered = yield* deliverFromCaller(
    { company: caller.company, machine, id },
    { ...body, ...filled, type: event.type },
    { expectedVersion, ...(key === undefined ? {} : { key }) }
  )
  return written(delivered)
})
