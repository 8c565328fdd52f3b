import { createHmac, createSecretKey, hash, type KeyObject, randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Address } from "../../actors/address.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { Secrets, type WrongMasterKey } from "../../eventstore/personal/secrets.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { channelKinds } from "../channels/index.ts"

/** Who talks with which company, by which account of which channel. */
export interface Contact {
  readonly company: string
  readonly channel: string
  readonly instance: string
  /** The other side's id on the channel, such as a phone number. */
  readonly contact: string
}

/** A contact as actors know it: the lead's id and the conversation's say nothing about who it is. */
export interface KnownContact {
  readonly leadId: string
  readonly conversation: Address
}

/** What a person is looked up by: `phone` with digits, `email`, or a channel's own id. */
export interface Identity {
  readonly kind: string
  readonly value: string
}

type Failure = StoreUnavailable | WrongMasterKey

/** Contacts remembered in memory; the longest unused go first. */
const inMemoryMax = 20_000

/**
 * Who is who, by a keyed blind index: the database holds HMAC-SHA256 of a phone number or address under a key of the
 * company, and the random id that the person is known by. When the person is erased, that line goes.
 */
export class Contacts extends Context.Service<
  Contacts,
  {
    /** The contact's ids, made if it is new. */
    readonly take: (contact: Contact) => Effect.Effect<KnownContact, Failure>
    /** Undefined when nobody by this contact was ever heard of. */
    readonly find: (contact: Contact) => Effect.Effect<KnownContact | undefined, Failure>
    /** The person called so, as `lead/<id>`. */
    readonly subjectOf: (company: string, identity: Identity) => Effect.Effect<string | undefined, Failure>
    /** Makes the person known by this too; gives whose it is, which is another's when it was known before. */
    readonly bind: (company: string, identity: Identity, leadId: string) => Effect.Effect<string, Failure>
    /** A provider's id of a message as a key that tells nothing: ids may hold phone numbers. */
    readonly blindKey: (company: string, id: string) => Effect.Effect<string, Failure>
    /** Forgets an erased person in this process. */
    readonly forget: (company: string, subject: string) => number
  }
>()("centurion/companies/Contacts") {
  /** `random` is for a simulation that must come out the same each time. */
  static readonly layerWith = (random: (bytes: number) => Uint8Array) =>
    Layer.effect(
      Contacts,
      Effect.gen(function* () {
        return contactsOf(new KnownLeads(yield* SubjectStore, yield* Secrets, random))
      })
    )
  static readonly layer = Contacts.layerWith(randomBytes)
}

const idDigits = 20

/** Channels whose contacts are phone numbers. */
const phoneChannels: ReadonlySet<string> = new Set(
  channelKinds.filter(({ contactKind }) => contactKind === "phone").map(({ name }) => name)
)

const identityOf = ({ channel, contact }: Contact): Identity =>
  phoneChannels.has(channel) ? { kind: "phone", value: contact } : { kind: channel, value: contact }

/** The phone number of somebody on a channel that goes by numbers, as `+5511999998888`. */
export const phoneOf = (contact: Contact): string | undefined =>
  phoneChannels.has(contact.channel) && /^\d+$/.test(contact.contact) ? `+${contact.contact}` : undefined

/** The same phone number or address, however it is written. */
const normal = ({ kind, value }: Identity): string => {
  if (kind === "phone") return value.replace(/@.*$/, "").replace(/\D/g, "")
  return kind === "email" ? value.trim().toLowerCase() : value
}

/** The conversation of a lead by one account: a hash of random ids, so that it leads back to nobody. */
export const conversationOf = (leadId: string, { company, channel, instance }: Contact): Address => ({
  company,
  machine: "conversation",
  // As JSON, so that no two lists of names run into the same text.
  id: hash("sha256", JSON.stringify([leadId, channel, instance])).slice(0, idDigits)
})

/** What of persons is known in memory: contacts to leads, the longest unasked first, and companies' keys of blind indexes. */
class KnownLeads {
  private readonly leads = new Map<string, string>()
  private readonly keys = new Map<string, KeyObject>()
  readonly store: SubjectStore["Service"]
  private readonly secrets: Secrets["Service"]
  private readonly random: (bytes: number) => Uint8Array

  constructor(
    store: SubjectStore["Service"],
    secrets: Secrets["Service"],
    random: (bytes: number) => Uint8Array
  ) {
    this.store = store
    this.secrets = secrets
    this.random = random
  }

  readonly hmac = Effect.fnUntraced(
    { self: this },
    function* (this: KnownLeads, company: string, of: ReadonlyArray<string>) {
      // As an object of the runtime: from bytes it would be made anew each time, at several times the cost.
      const key = this.keys.get(company) ?? createSecretKey(yield* this.secrets.take(company, "blind index"))
      this.keys.set(company, key)
      return createHmac("sha256", key).update(JSON.stringify(of)).digest()
    }
  )

  blindOf(company: string, identity: Identity) {
    return this.hmac(company, [identity.kind, normal(identity)])
  }

  readonly leadOf = Effect.fnUntraced(
    { self: this },
    function* (this: KnownLeads, contact: Contact, isNew: boolean) {
      const identity = identityOf(contact)
      const key = `${contact.company} ${identity.kind} ${normal(identity)}`
      const known = this.leads.get(key)
      if (known !== undefined) return known
      const { company } = contact
      const blind = yield* this.blindOf(company, identity)
      const offered = `lead/${Buffer.from(this.random(idDigits / 2)).toString("hex")}`
      const subject = isNew
        ? yield* this.store.takeContact(company, blind, offered)
        : yield* this.store.findContact(company, blind)
      if (subject === null) return undefined
      const leadId = subject.slice("lead/".length)
      this.leads.set(key, leadId)
      if (this.leads.size > inMemoryMax) this.leads.delete(this.leads.keys().next().value!)
      return leadId
    }
  )

  forget(company: string, subject: string): number {
    let forgotten = 0
    for (const [key, leadId] of this.leads) {
      if (`lead/${leadId}` !== subject || !key.startsWith(`${company} `)) continue
      this.leads.delete(key)
      forgotten++
    }
    return forgotten
  }
}

const contactsOf = (leads: KnownLeads): Contacts["Service"] => {
  const known = (contact: Contact, isNew: boolean) =>
    Effect.map(leads.leadOf(contact, isNew), (leadId) =>
      leadId === undefined ? undefined : { leadId, conversation: conversationOf(leadId, contact) }
    )
  return {
    take: (contact) => known(contact, true) as Effect.Effect<KnownContact, Failure>,
    find: (contact) => known(contact, false),
    subjectOf: Effect.fnUntraced(function* (company, identity) {
      const blind = yield* leads.blindOf(company, identity)
      return (yield* leads.store.findContact(company, blind)) ?? undefined
    }),
    bind: Effect.fnUntraced(function* (company, identity, leadId) {
      const blind = yield* leads.blindOf(company, identity)
      const subject = yield* leads.store.takeContact(company, blind, `lead/${leadId}`)
      return subject.slice("lead/".length)
    }),
    blindKey: (company, id) =>
      Effect.map(leads.hmac(company, ["key", id]), (bytes) => bytes.subarray(0, 16).toString("base64url")),
    forget: (company, subject) => leads.forget(company, subject)
  }
}
