/** So many of our newest messages are remembered. */
const sentMax = 20_000

const underWayKey = (instance: string, text: string) => JSON.stringify([instance, text.trim()])

/** What this process sent itself: the provider shows it to us again, beside what people send by the same account. */
export class SentByUs {
  /** By the provider's id, to whom; the oldest first. */
  readonly #contacts = new Map<string, string>()
  /** Texts on their way: the provider may show one before it says its id. */
  readonly #underWay = new Map<string, number>()

  /** A text sets out; call what it gives when that is over, with the message's id if there is one. */
  begin(instance: string, contact: string, text: string): (messageId: string | undefined) => void {
    const key = underWayKey(instance, text)
    this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1)
    return (messageId) => {
      const left = (this.#underWay.get(key) ?? 1) - 1
      if (left > 0) this.#underWay.set(key, left)
      else this.#underWay.delete(key)
      if (messageId === undefined) return
      this.#contacts.set(messageId, contact)
      const oldest = this.#contacts.size > sentMax ? this.#contacts.keys().next().value : undefined
      if (oldest !== undefined) this.#contacts.delete(oldest)
    }
  }

  /** Whether a message that went out is one that we sent or are sending. */
  isOurs(instance: string, messageId: string, text: string | undefined): boolean {
    return this.#contacts.has(messageId) || this.#underWay.has(underWayKey(instance, text ?? ""))
  }

  /** The jid that we sent this message to; undefined when it is not ours, or is forgotten. */
  jidOf(messageId: string): string | undefined {
    const contact = this.#contacts.get(messageId)
    return contact === undefined || contact.includes("@") ? contact : `${contact}@s.whatsapp.net`
  }
}
