import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Address } from "../../../actors/address.ts"
import { TryAgain } from "../../../actors/engine/engine.ts"
import type { WebhookRefused } from "../../channels/channel.ts"
import { newSession, pageInstance, sessionHeader } from "../../channels/web-chat/make-web-chat.ts"
import { webChat } from "../../channels/web-chat/web-chat.ts"
import { type ToPage, WebChatHub } from "../../channels/web-chat/web-chat-hub.ts"
import { Companies, UnknownCompany } from "../../companies/companies.ts"
import { Contacts } from "../../companies/contacts.ts"
import { Channels } from "../../handlers/channels.ts"
import { Inbox, type Taken } from "../../inbox/inbox.ts"
import { Admission } from "../admission.ts"
import type { FromPage } from "./chat-frames.ts"

const channelName = webChat.name
const storeRetryMs = 1000

/** Somebody on a page, talking with one company. */
export interface Visitor {
  readonly company: { readonly id: string; readonly name: string; readonly agent: string }
  readonly contact: string
}

/** The contact that a visitor's secret stands for at a company: nobody finds the secret from it, 32 hex digits. */
export const contactOfVisitor = (company: string, secret: string): string =>
  createHash("sha256")
    .update(JSON.stringify(["web-chat visitor", company, secret]))
    .digest("hex")
    .slice(0, 32)

/** Those who talk on the page. */
export class Visitors extends Context.Service<
  Visitors,
  {
    /** Fails for a company that is not there or has no web chat. */
    readonly enter: (company: string, secret: string) => Effect.Effect<Visitor, UnknownCompany>
    /** The conversation with this visitor; undefined as long as they said nothing. */
    readonly addressOf: (visitor: Visitor) => Effect.Effect<Address | undefined, TryAgain>
    /** Stores what the page said; the frame was checked. */
    readonly say: (
      visitor: Visitor,
      frame: FromPage
    ) => Effect.Effect<Taken, WebhookRefused | TryAgain | UnknownCompany>
    /** Told once, when the visitor says their first word to this process, on whichever page; the result stops it. */
    readonly onBegin: (visitor: Visitor, hear: (address: Address) => void) => () => void
    /** What our channel sends to the visitor; undefined when too many pages listen already. */
    readonly listen: (visitor: Visitor, hear: (toPage: ToPage) => void) => (() => void) | undefined
  }
>()("centurion/http/Visitors") {
  static readonly layer = Layer.effect(
    Visitors,
    Effect.gen(function* () {
      const channel = (yield* Channels).get(channelName)!
      const companies = yield* Companies
      const hub = yield* WebChatHub
      const inbox = yield* Inbox
      const admission = yield* Admission
      const contacts = yield* Contacts
      const beginnings = new Map<string, Set<(address: Address) => void>>()
      const addressOf = Effect.fnUntraced(function* ({ company, contact }: Visitor) {
        const of = { company: company.id, channel: channelName, instance: pageInstance, contact }
        return yield* contacts.find(of).pipe(
          Effect.map((known) => known?.conversation),
          Effect.mapError(
            ({ message }) => new TryAgain({ reason: "storeUnavailable", message, retryAfterMs: storeRetryMs })
          )
        )
      })
      return Visitors.of({
        enter: Effect.fnUntraced(function* (id, secret) {
          const company = yield* companies.get(id)
          if (!company.instances.some((one) => one.channel === channelName))
            return yield* new UnknownCompany({ message: `The company "${id}" has no web chat` })
          const contact = contactOfVisitor(id, secret)
          return {
            company: { id, name: company.name, agent: company.agent.name },
            contact
          }
        }),
        addressOf,
        say: Effect.fnUntraced(function* (visitor, frame) {
          const { company, contact } = visitor
          const { messageId, ...rest } = frame
          const body = Buffer.from(
            JSON.stringify(frame.type === "message" ? { ...rest, id: messageId } : frame)
          )
          const headers = { [sessionHeader]: newSession(hub.sessionSecret, contact) }
          const inbounds = yield* channel.receive({ body, headers })
          const taken = yield* admission.take(
            `${channelName} ${company.id}`,
            inbox.take(channelName, inbounds, company.id)
          )
          const waiting = beginnings.get(contact)
          const address = waiting === undefined ? undefined : yield* addressOf(visitor)
          if (address === undefined) return taken
          beginnings.delete(contact)
          for (const hear of waiting!) hear(address)
          return taken
        }),
        onBegin: ({ contact }, hear) => {
          const waiting = beginnings.get(contact) ?? new Set()
          beginnings.set(contact, waiting.add(hear))
          return () => {
            if (waiting.delete(hear) && waiting.size === 0 && beginnings.get(contact) === waiting)
              beginnings.delete(contact)
          }
        },
        listen: ({ contact }, hear) => hub.connect(contact, hear)
      })
    })
  )
}
