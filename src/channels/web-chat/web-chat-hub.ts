import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** What the page gets on its socket; `at` is epoch ms. The page shows a `messageId` once, however often it comes. */
export type ToPage =
  | { readonly type: "message"; readonly messageId: string; readonly text: string; readonly at: number }
  | { readonly type: "typing"; readonly durationMs: number }

/** Open sockets of one contact at most. */
export const socketsPerContactMax = 16

/** Who is on the page now: the open sockets by contact. In-process; what nobody hears is in the conversation's history. */
export class WebChatHub extends Context.Service<
  WebChatHub,
  {
    /** Whoever holds it can speak for any visitor; it never leaves the server, and each process has its own. */
    readonly sessionSecret: Redacted.Redacted<string>
    /** Gives to every open socket of the contact, and says to how many. A listener that throws is taken off. */
    readonly send: (contact: string, toPage: ToPage) => Effect.Effect<number>
    /** Adds a socket's listener and gives what takes it off; none beyond `socketsPerContactMax` for one contact. */
    readonly connect: (contact: string, listener: (toPage: ToPage) => void) => (() => void) | undefined
  }
>()("centurion/channels/WebChatHub") {
  static readonly layer = Layer.sync(WebChatHub, makeHub)
}

function makeHub(): WebChatHub["Service"] {
  const listeners = new Map<string, Set<(toPage: ToPage) => void>>()
  const remove = (contact: string, listener: (toPage: ToPage) => void) => {
    const ofContact = listeners.get(contact)
    ofContact?.delete(listener)
    if (ofContact?.size === 0) listeners.delete(contact)
  }
  const give = (contact: string, listener: (toPage: ToPage) => void, toPage: ToPage) =>
    Effect.try({ try: () => listener(toPage), catch: () => remove(contact, listener) }).pipe(
      Effect.match({ onSuccess: () => 1, onFailure: () => 0 })
    )
  return {
    sessionSecret: Redacted.make(randomBytes(32).toString("base64url")),
    send: (contact, toPage) =>
      Effect.suspend(() =>
        Effect.forEach([...(listeners.get(contact) ?? [])], (one) => give(contact, one, toPage))
      ).pipe(Effect.map((given) => given.reduce((sum, one) => sum + one, 0))),
    connect: (contact, listener) => {
      const ofContact = listeners.get(contact) ?? new Set()
      if (ofContact.size >= socketsPerContactMax) return undefined
      ofContact.add(listener)
      listeners.set(contact, ofContact)
      return () => remove(contact, listener)
    }
  }
}
