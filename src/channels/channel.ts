import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Idempotency, JobFailedForNow, JobRefused } from "../../actors/jobs/job-handler.ts"
import type { DeliveryStatus, Media } from "../../machines/conversation/events.ts"

/** What a webhook or a socket brought, the same for every channel. Times are epoch ms. */
export type Inbound =
  | {
      readonly _tag: "message"
      /** The configured account on the channel that it came in by. */
      readonly instance: string
      /** The other side's stable id on the channel: a phone number in E.164 without +, a chat id. */
      readonly contact: string
      /** Other ids of the same person on the channel. */
      readonly alsoKnownAs?: ReadonlyArray<string>
      /** The provider's id of this message: the key that makes ten deliveries one event. */
      readonly messageId: string
      readonly at: number
      readonly text?: string
      readonly media?: ReadonlyArray<Media>
      readonly contactName?: string
      /** The earlier message that it replaces; its writer may be known by that message alone. */
      readonly edits?: { readonly id: string; readonly writerIsKnown: boolean }
      /** By which link or advertisement somebody came, as the company named it. */
      readonly campaign?: string
      /** True when a person of the company wrote it on the phone or in the provider's own app. */
      readonly fromUs: boolean
    }
  | {
      readonly _tag: "status"
      readonly instance: string
      readonly contact: string
      readonly alsoKnownAs?: ReadonlyArray<string>
      readonly messageId: string
      readonly status: DeliveryStatus
      readonly at: number
    }

/** A webhook as it came: raw bytes, because signatures are over raw bytes. */
export interface WebhookRequest {
  readonly body: Uint8Array
  /** What stands behind the channel in its address: an instance, or what the provider adds; default nothing. */
  readonly path?: ReadonlyArray<string>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** A webhook that is not taken. `status` is the HTTP answer: 400 shape, 401 signature, 404 instance. */
export class WebhookRefused extends Schema.TaggedError<WebhookRefused>()("WebhookRefused", {
  status: Schema.Literals([400, 401, 404]),
  message: Schema.String
}) {}

/** One chunk on its way out. */
export interface Outbound {
  readonly instance: string
  readonly contact: string
  readonly text: string
  readonly media?: Media
  /** Ours, the same in every attempt. */
  readonly key: string
  /** Epoch ms of the first attempt. */
  readonly firstAttemptAt: number
  /** Epoch ms of the newest attempt; without it the first counts. Only `findReceipt` reads it. */
  readonly lastAttemptAt?: number
  /** Epoch ms by the clock that the attempts go by; default this process's own. Only `findReceipt` reads it. */
  readonly now?: number
  /** Ids that other chunks of this conversation already have: a receipt never names one of these. */
  readonly knownMessageIds?: ReadonlyArray<string>
}

/** What the provider said when it took the chunk. */
export interface Sent {
  readonly messageId: string
  /** Epoch ms. */
  readonly at: number
}

/** One way to talk with people: one folder per channel under `src/channels/`, one suite that all of them pass. */
export interface Channel {
  readonly name: string
  readonly idempotency: Exclude<Idempotency, "safe">
  /** The longest text that goes out as one message, in UTF-16 units; a longer one is refused as `textTooLong`. */
  readonly textLengthMax?: number
  /** Whether the headers carry the secret, where that can be told without the body: a stranger's is not even read. */
  readonly hasSecret?: (headers: WebhookRequest["headers"]) => boolean
  /**
   * Checks the signature over the raw bytes, then the shape. An unknown kind of update gives an empty list; of several
   * items each stands for itself, and one that can't be read is logged.
   */
  readonly receive: (request: WebhookRequest) => Effect.Effect<ReadonlyArray<Inbound>, WebhookRefused>
  readonly send: (outbound: Outbound) => Effect.Effect<Sent, JobRefused | JobFailedForNow>
  /** For `receipt`: the message if it was sent, none if it surely was not; fails if that can't be told yet. */
  readonly findReceipt?: (outbound: Outbound) => Effect.Effect<Option.Option<Sent>, JobFailedForNow>
  /** Shows "typing…" to the other side for about so long; best effort, never fails. */
  readonly showTyping?: (
    to: { readonly instance: string; readonly contact: string },
    durationMs: number
  ) => Effect.Effect<void>
}
