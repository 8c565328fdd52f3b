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

/**
 * Which phone number stands behind a `@lid`, WhatsApp's id that hides it. A message tells both, a status update only
 * the lid, so pairs are remembered, the newest `lidsMax`; a restart forgets them.
 */
export class LidBook {
  readonly #contacts = new Map<string, string>()

  learn(lid: string, contact: string): void {
    this.#contacts.delete(lid)
    this.#contacts.set(lid, contact)
    const oldest = this.#contacts.size > lidsMax ? this.#contacts.keys().next().value : undefined
    if (oldest !== undefined) this.#contacts.delete(oldest)
  }

  /** The contact of a jid (and of the phone jid that came with it); none if it is nobody to talk with. */
  contactOf(jid: string, alternative?: string | null): string | undefined {
    const party = partyOf(jid)
    if (party._tag === "phone") return party.contact
    if (party._tag === "nobody") return undefined
    const phone = alternative ? partyOf(alternative) : nobody
    if (phone._tag === "phone") this.learn(party.jid, phone.contact)
    // Evolution sends to a lid as well as to a number, so an unknown one is still somebody to talk with.
    return phone._tag === "phone" ? phone.contact : (this.#contacts.get(party.jid) ?? party.jid)
  }

  /** The lids that are known to be this contact's. */
  lidsOf(contact: string): ReadonlyArray<string> {
    return [...this.#contacts].filter(([, known]) => known === contact).map(([lid]) => lid)
  }
}
