import { createHmac, createSecretKey, hash, type KeyObject, randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Address } from "../../actors/address.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { Secrets, type WrongMasterKey } from "../../eventstore/personal/secrets.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { channelKinds } from "../channels/index.ts"
import { phoneSpellings } from "./phone-number.ts"

/** Who talks with which company, by which account of which channel. */
export interface Contact {
  readonly company: string
  readonly channel: string
  readonly instance: string
  /** The other side's id on the channel, such as a phone number. */
  readonly contact: string
  /** Other ids of the same person on the channel. */
  readonly alsoKnownAs?: ReadonlyArray<string>
}

/** A contact as actors know it: the lead's id and the conversation's say nothing about who it is. */
export interface KnownContact {
  readonly leadId: string
  readonly conversation: Address
  /** True when the person was known by another id alone until now. */
  readonly isNewlyKnown?: true
}

/** What a person is looked up by: `phone` with digits, `email`, or a channel's own id. */
export interface Identity {
  readonly kind: string
  readonly value: string
  /** The calling code that a phone number without one has. */
  readonly home?: string
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

const identityOf = ({ channel, contact }: Contact): Identity => {
  if (!phoneChannels.has(channel)) return { kind: channel, value: contact }
  // What comes from a channel has its country's code. An id that hides the number is no number.
  return isHidden(contact) ? { kind: channel, value: contact } : { kind: "phone", value: `+${contact}` }
}

const isHidden = (contact: string): boolean => /^\d+@(?!s\.whatsapp\.net$|c\.us$)/.test(contact)

/** The phone number of somebody on a channel that goes by numbers, as `+5511999998888`. */
export const phoneOf = (contact: Contact): string | undefined =>
  phoneChannels.has(contact.channel) && /^\d+$/.test(contact.contact) ? `+${contact.contact}` : undefined

/** What somebody is looked up by, the same however it is written, and then as older versions had it. */
const spellingsOf = ({ kind, value, home }: Identity): readonly [Spelling, ...Array<Spelling>] => {
  if (kind === "phone") {
    const [first, ...others] = phoneSpellings(value, home)
    return [[kind, first], ...others.map((other) => [kind, other] as const)]
  }
  if (kind === "email") return [[kind, value.trim().normalize("NFC").toLowerCase()]]
  const hidden =
    phoneChannels.has(kind) && isHidden(value) ? [["phone", value.replace(/@.*$/, "")] as const] : []
  return [[kind, value], ...hidden]
}

const hasOthers = (identity: Identity): boolean => spellingsOf(identity).length > 1

type Spelling = readonly [kind: string, value: string]

/** The conversation of a lead by one account: a hash of random ids, so that it leads back to nobody. */
export const conversationOf = (leadId: string, { company, channel, instance }: Contact): Address => ({
  company,
  machine: "conversation",
  // As JSON, so that no two lists of names run into the same text.
  id: hash("sha256", JSON.stringify([leadId, channel, instance])).slice(0, idDigits)
})

const memoryKey = (company: string, identity: Identity): string =>
  [company, ...spellingsOf(identity)[0]].join(" ")

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

  /** Whom the identity leads to; undefined for nobody. */
  readonly find = Effect.fnUntraced(
    { self: this },
    function* (this: KnownLeads, company: string, identity: Identity) {
      const look = (spelling: Spelling) =>
        Effect.flatMap(this.hmac(company, spelling), (blind) => this.store.findContact(company, blind))
      const found = yield* Effect.forEach(spellingsOf(identity), look, { concurrency: "unbounded" })
      return found.find((subject) => subject !== null)?.slice("lead/".length)
    }
  )

  /** Makes the identity lead to this lead, unless it leads to somebody already by this spelling; gives to whom. */
  readonly take = Effect.fnUntraced(
    { self: this },
    function* (this: KnownLeads, company: string, identity: Identity, leadId: string) {
      const blind = yield* this.hmac(company, spellingsOf(identity)[0])
      const subject = yield* this.store.takeContact(company, blind, `lead/${leadId}`)
      return subject.slice("lead/".length)
    }
  )

  /** As `take`, by any spelling. */
  readonly bind = Effect.fnUntraced(
    { self: this },
    function* (this: KnownLeads, company: string, identity: Identity, leadId: string) {
      const known = hasOthers(identity) ? yield* this.find(company, identity) : undefined
      return yield* this.take(company, identity, known ?? leadId)
    }
  )

  readonly leadOf = Effect.fnUntraced(
    { self: this },
    function* (this: KnownLeads, contact: Contact, isNew: boolean) {
      const { company, alsoKnownAs = [] } = contact
      // By the other ids first: the conversation that they began goes on when the number is learnt.
      const others = alsoKnownAs.map((id) => identityOf({ ...contact, contact: id }))
      const identities = [...others, identityOf(contact)]
      const remembered = identities.map((identity) => this.leads.get(memoryKey(company, identity)))
      const own = remembered.at(-1)
      if (own !== undefined && remembered.every((leadId) => leadId === own)) return { leadId: own }
      const isSimple = isNew && others.length === 0 && !hasOthers(identities[0]!)
      const found = isSimple
        ? [undefined]
        : yield* Effect.forEach(identities, (identity, at) =>
            remembered[at] === undefined ? this.find(company, identity) : Effect.succeed(remembered[at])
          )
      const known = found.find((leadId) => leadId !== undefined)
      if (known === undefined && !isNew) return undefined
      const offered = known ?? Buffer.from(this.random(idDigits / 2)).toString("hex")
      // Of two that come at once, both get whom it leads to.
      const leadId = known ?? (yield* this.take(company, identities.at(-1)!, offered))
      for (const [at, identity] of identities.entries()) {
        const isTaken = known === undefined && at === identities.length - 1
        if (!isTaken) yield* this.take(company, identity, found[at] ?? leadId)
        this.remember(memoryKey(company, identity), found[at] ?? leadId)
      }
      const isNewlyKnown = known !== undefined && found.at(-1) === undefined
      return { leadId, ...(isNewlyKnown ? { isNewlyKnown: true as const } : {}) }
    }
  )

  private remember(key: string, leadId: string): void {
    this.leads.set(key, leadId)
    if (this.leads.size > inMemoryMax) this.leads.delete(this.leads.keys().next().value!)
  }

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
    Effect.map(leads.leadOf(contact, isNew), (lead) =>
      lead === undefined ? undefined : { ...lead, conversation: conversationOf(lead.leadId, contact) }
    )
  return {
    take: (contact) => known(contact, true) as Effect.Effect<KnownContact, Failure>,
    find: (contact) => known(contact, false),
    subjectOf: (company, identity) =>
      Effect.map(leads.find(company, identity), (leadId) =>
        leadId === undefined ? undefined : `lead/${leadId}`
      ),
    bind: (company, identity, leadId) => leads.bind(company, identity, leadId),
    blindKey: (company, id) =>
      Effect.map(leads.hmac(company, ["key", id]), (bytes) => bytes.subarray(0, 16).toString("base64url")),
    forget: (company, subject) => leads.forget(company, subject)
  }
}
