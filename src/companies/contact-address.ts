import { createHash } from "node:crypto"
import type { Address } from "../../actors/address.ts"

/** Who talks with which company, by which account of which channel. */
export interface Contact {
  readonly company: string
  readonly channel: string
  readonly instance: string
  /** The other side's id on the channel, such as a phone number. */
  readonly contact: string
}

/** The actor's id for a contact: 20 hex digits, so that no phone number stands in an address. */
const contactId = ({ company, channel, instance, contact }: Contact): string =>
  // As JSON, so that no two lists of names run into the same text.
  createHash("sha256")
    .update(JSON.stringify([company, channel, instance, contact]))
    .digest("hex")
    .slice(0, 20)

/** The conversation with this contact. */
export const conversationAddress = (contact: Contact): Address => ({
  company: contact.company,
  machine: "conversation",
  id: contactId(contact)
})

/** The lead that this contact is. */
export const leadAddress = (contact: Contact): Address => ({
  company: contact.company,
  machine: "lead",
  id: contactId(contact)
})
