import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Address } from "../../actors/address.ts"
import {
  type ActorEvent,
  type Delivered,
  Engine,
  type EventRefused,
  TryAgain,
  type WrongVersion
} from "../../actors/engine/engine.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { contactLimits } from "../../machines/contact/limits.ts"
import type { Inbound } from "../channels/channel.ts"
import { cleanOptional } from "../channels/clean-text.ts"
import { Companies, type UnknownCompany } from "../companies/companies.ts"
import { type Contact, Contacts, type KnownContact, phoneOf } from "../companies/contacts.ts"
import { introduce, tellNumber } from "../companies/introduce.ts"
import type { Starter } from "../companies/start/start.ts"
import { saysNothing } from "./edits.ts"

/** What became of the inbounds of one request; all of them are stored, known, or can't ever be taken. */
export interface Taken {
  readonly stored: number
  readonly known: number
  readonly refused: number
}

/** After so many ms what comes may be taken, for it is no fault of its own that it is not: a person mends it, or a start ends. */
const takenLaterMs: Partial<Record<EventRefused["reason"], number>> = {
  parked: 60_000,
  // The company is known here already, and its partitions are being made.
  unknownCompany: 1_000,
  unknownMachine: 60_000,
  unknownEvent: 60_000
}

/**
 * Delivers what a channel received to its conversations, each once, by the provider's id. Fails with `TryAgain` when
 * something could not be stored now: the whole request may come again, what is stored is known then.
 *
 * A message of ours that the provider shows us again and one that a person wrote on the phone look the same; the
 * conversation knows its own by their ids, and by their words while their sending has not ended.
 */
export class Inbox extends Context.Service<
  Inbox,
  {
    /** Without a company it is the one that the account belongs to. */
    readonly take: (
      channel: string,
      inbounds: ReadonlyArray<Inbound>,
      company?: string
    ) => Effect.Effect<Taken, TryAgain | UnknownCompany>
  }
>()("centurion/http/Inbox") {
  static readonly layer = Layer.effect(
    Inbox,
    Effect.gen(function* () {
      const services = { companies: yield* Companies, engine: yield* Engine, contacts: yield* Contacts }

      const take = Effect.fnUntraced(function* (
        channel: string,
        inbounds: ReadonlyArray<Inbound>,
        company?: string
      ) {
        const taken = { stored: 0, known: 0, refused: 0 }
        for (const inbound of inbounds) taken[yield* takeOne(services, channel, inbound, company)]++
        return taken
      })

      return Inbox.of({ take })
    })
  )
}

interface InboxServices {
  readonly companies: Companies["Service"]
  readonly engine: Engine["Service"]
  readonly contacts: Contacts["Service"]
}

const takeOne = Effect.fnUntraced(function* (
  { companies, engine, contacts }: InboxServices,
  channel: string,
  inbound: Inbound,
  of: string | undefined
) {
  const { instance, contact, alsoKnownAs } = inbound
  const company = of ?? (yield* companies.byInstance(channel, instance)).id
  const who = {
    ...{ company, channel, instance, contact },
    ...(alsoKnownAs === undefined ? {} : { alsoKnownAs })
  }
  // News of a message says nothing about who it was for, so it never begins a conversation.
  const isNews = inbound._tag === "status" || inbound.edits?.writerIsKnown === false
  const find = Effect.mapError(isNews ? contacts.find(who) : contacts.take(who), notNow)
  const known = yield* find
  if (known === undefined) return "refused" as const
  if (yield* saysNothing(engine, known.conversation, inbound)) return "known" as const
  const { event, key: id, principal } = eventOf(channel, inbound)
  const key = yield* Effect.mapError(contacts.blindKey(company, id), notNow)
  const expectedVersion = isNews ? "exists" : "any"
  const envelope = { principal, key, occurredAt: inbound.at, expectedVersion } as const
  const deliver = ({ conversation, leadId, isNewlyKnown }: KnownContact) => {
    const starter = starterOf(channel, inbound, leadId)
    const lead = { ...who, leadId }
    return Effect.tap(engine.deliver(conversation, event, { ...envelope, starter }), (delivered) =>
      Effect.all([
        introduceSender(engine, lead, inbound, delivered),
        isNewlyKnown === undefined ? Effect.void : addNumber(engine, lead, inbound),
        noteCampaign(engine, lead, inbound, key)
      ])
    )
  }
  const delivered = deliver(known).pipe(
    Effect.catchIf(isErased, (error) => {
      // Another process erased the person: whoever writes from there now is somebody new.
      contacts.forget(company, `lead/${known.leadId}`)
      return Effect.flatMap(find, (anew) =>
        anew === undefined || anew.leadId === known.leadId ? Effect.fail(error) : deliver(anew)
      )
    })
  )
  return yield* delivered.pipe(
    Effect.map(({ duplicate }) => (duplicate ? ("known" as const) : ("stored" as const))),
    Effect.catch((error) => whatNow(known.conversation, error))
  )
})

const storeRetryMs = 1000

/** What came first stands right behind the events that begin a conversation. */
const firstVersionMax = 3

/** If it breaks off before, the same message comes again and brings it. */
const introduceSender = (
  engine: Engine["Service"],
  who: Contact & Pick<KnownContact, "leadId">,
  inbound: Inbound,
  { version }: Delivered
) => {
  if (inbound._tag === "status" || version > firstVersionMax) return Effect.void
  const { company, leadId, channel } = who
  const name = cleanOptional(inbound.contactName, contactLimits.textMax)
  const phone = phoneOf(who)
  const described = { ...(name === undefined ? {} : { name }), ...(phone === undefined ? {} : { phone }) }
  return introduce(engine, { company, leadId, described, by: `channel:${channel}`, at: inbound.at })
}

/** Somebody who was known without a number. */
const addNumber = (
  engine: Engine["Service"],
  who: Contact & Pick<KnownContact, "leadId">,
  { at }: Inbound
) => {
  const { company, leadId, channel } = who
  const phone = phoneOf(who)
  if (phone === undefined) return Effect.void
  return tellNumber(engine, { company, leadId, described: { phone }, by: `channel:${channel}`, at })
}

/** By which link somebody came is a fact about the lead; its key makes that of a webhook that comes again the same. */
const noteCampaign = (
  engine: Engine["Service"],
  { company, leadId, channel }: Contact & Pick<KnownContact, "leadId">,
  inbound: Inbound,
  key: string
): Effect.Effect<void, TryAgain> => {
  if (inbound._tag === "status" || inbound.campaign === undefined) return Effect.void
  const { campaign, at } = inbound
  const event: ActorEvent = { type: "LeadSubmitted", source: channel, campaign, at }
  const delivery = engine.deliver({ company, machine: "lead", id: leadId }, event, {
    ...{ principal: `channel:${channel}`, key, occurredAt: at }
  })
  return Effect.catchTags(Effect.asVoid(delivery), {
    WrongVersion: () => Effect.void,
    EventRefused: ({ reason }) => Effect.logWarning(`a lead's campaign is not taken: ${reason}`)
  })
}

const isErased = (error: EventRefused | WrongVersion | TryAgain): boolean =>
  error._tag === "EventRefused" && error.reason === "erased"

const notNow = ({ message }: { readonly message: string }) =>
  new TryAgain({ reason: "storeUnavailable", message, retryAfterMs: storeRetryMs })

const starterOf = (channel: string, inbound: Inbound, leadId: string): Starter => {
  const { instance, contact } = inbound
  const contactName = inbound._tag === "message" ? inbound.contactName : undefined
  return { channel, instance, contact, leadId, ...(contactName === undefined ? {} : { contactName }) }
}

const eventOf = (channel: string, inbound: Inbound) => {
  const { messageId, at } = inbound
  if (inbound._tag === "status") {
    const { status } = inbound
    return {
      event: { type: "DeliveryUpdated", messageId, status, at },
      key: `${messageId}:${status}`,
      principal: `channel:${channel}`
    }
  }
  const said: { readonly [key: string]: Json } = {
    messageId,
    at,
    ...(inbound.text === undefined ? {} : { text: inbound.text }),
    ...(inbound.media === undefined ? {} : { media: inbound.media })
  }
  if (inbound.fromUs) {
    const event: ActorEvent = { type: "PersonReplied", ...said, by: "person:phone", source: "phone" }
    return { event, key: messageId, principal: "person:phone" }
  }
  const name = inbound.contactName === undefined ? {} : { contactName: inbound.contactName }
  return { event: { type: "MessageReceived", ...said, ...name }, key: messageId, principal: "lead" }
}

/**
 * A provider sends a webhook again until it is answered with 200, so what can never be taken is answered with 200 and
 * logged: otherwise it would come for ever, and hold back what comes after it.
 */
const whatNow = (
  address: Address,
  error: EventRefused | WrongVersion | TryAgain
): Effect.Effect<"refused", TryAgain> =>
  Effect.gen(function* () {
    if (error._tag === "TryAgain") return yield* error
    const laterMs = error._tag === "EventRefused" ? takenLaterMs[error.reason] : undefined
    if (error._tag === "EventRefused" && laterMs !== undefined) {
      yield* Effect.logError(
        `the conversation takes nothing (${error.reason}); its messages wait at the provider`
      )
      const message = "the conversation can't take it yet"
      return yield* new TryAgain({ reason: "storeUnavailable", message, retryAfterMs: laterMs })
    }
    // The reason alone: the message may hold what the lead wrote.
    const reason = error._tag === "EventRefused" ? error.reason : "noSuchConversation"
    const log = error._tag === "EventRefused" ? Effect.logWarning : Effect.logDebug
    yield* log(`an inbound event is not taken: ${reason}`)
    return "refused" as const
  }).pipe(Effect.annotateLogs({ company: address.company, conversation: address.id }))
