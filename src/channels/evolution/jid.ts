/** So many pairs of a hidden number's two ids are remembered. */
const lidsMax = 10_000

/** Whose address a WhatsApp jid is. Groups, broadcasts, newsletters, calls and WhatsApp itself are `nobody`. */
export type Party =
  | { readonly _tag: "phone"; readonly contact: string }
  | { readonly _tag: "lid"; readonly jid: string }
  | { readonly _tag: "nobody" }

const nobody: Party = { _tag: "nobody" }

/** Reads a jid such as `5511987654321:3@s.whatsapp.net`: the digits before `@` and before the device number. */
export const partyOf = (jid: string): Party => {
  const [user = "", server = ""] = jid.split("@")
  const digits = user.split(":")[0] ?? ""
  if (!/^\d{5,32}$/.test(digits)) return nobody
  if (server === "s.whatsapp.net" || server === "c.us") return { _tag: "phone", contact: digits }
  if (server === "lid") return { _tag: "lid", jid: `${digits}@lid` }
  return nobody
}

/**
 * The jids under which WhatsApp may know a phone number. Brazilian mobiles exist with and without their ninth digit,
 * and Evolution sends to the one that WhatsApp has.
 */
export const jidsOf = (contact: string): ReadonlyArray<string> => {
  if (contact.includes("@")) return [contact]
  const jid = (digits: string) => `${digits}@s.whatsapp.net`
  if (/^55\d{2}9\d{8}$/.test(contact)) return [jid(contact), jid(contact.slice(0, 4) + contact.slice(5))]
  if (/^55\d{10}$/.test(contact)) return [jid(contact), jid(`${contact.slice(0, 4)}9${contact.slice(4)}`)]
  return [jid(contact)]
}

/** Somebody by the number, or by the id that hides it, and what else WhatsApp calls them. */
export interface Person {
  readonly contact: string
  readonly alsoKnownAs?: ReadonlyArray<string>
}

/**
 * Which phone number stands behind a `@lid`, WhatsApp's id that hides it. A message tells both, a status update only
 * the lid, so pairs are remembered, the newest `lidsMax`; after a restart the inbox knows who is who.
 */
export class LidBook {
  readonly #contacts = new Map<string, string>()

  learn(lid: string, contact: string): void {
    this.#contacts.delete(lid)
    this.#contacts.set(lid, contact)
    const oldest = this.#contacts.size > lidsMax ? this.#contacts.keys().next().value : undefined
    if (oldest !== undefined) this.#contacts.delete(oldest)
  }

  /**
   * Who somebody is by the first of these jids, and what the others say of the same person; none if it is nobody to talk
   * with.
   */
  whoIs(jid: string, ...others: ReadonlyArray<string | undefined>): Person | undefined {
    const own = partyOf(jid)
    if (own._tag === "nobody") return undefined
    const parties = [own, ...others.map((other) => (other === undefined ? nobody : partyOf(other)))]
    const lids = [...new Set(parties.flatMap((party) => (party._tag === "lid" ? [party.jid] : [])))]
    const told = parties.find((party) => party._tag === "phone")?.contact
    if (told !== undefined) for (const lid of lids) this.learn(lid, told)
    // Evolution sends to a lid as well as to a number, so an unknown one is still somebody to talk with.
    const contact = told ?? this.#contacts.get(lids[0] ?? "") ?? lids[0] ?? ""
    const alsoKnownAs = lids.filter((lid) => lid !== contact)
    return { contact, ...(alsoKnownAs.length === 0 ? {} : { alsoKnownAs }) }
  }

  /** The lids that are known to be this contact's. */
  lidsOf(contact: string): ReadonlyArray<string> {
    return [...this.#contacts].filter(([, known]) => known === contact).map(([lid]) => lid)
  }
}
