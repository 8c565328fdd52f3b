import * as Schema from "effect/Schema"
import type { DeliveryStatus } from "../../../machines/conversation/events.ts"

const id = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/))
const sentId = Schema.String.check(Schema.isPattern(/^[!-~]{1,256}$/))

/** The first frame: who it is. The secret is made by the page, 128 random bits at least, and never leaves it but here. */
export const Hello = Schema.Struct({
  type: Schema.Literal("hello"),
  visitor: Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{22,64}$/))
})

/** What a page sends after it. A message is sent again, with the same id, until it is `accepted`. */
export const FromPage = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("message"),
    messageId: id,
    text: Schema.String,
    name: Schema.optionalKey(Schema.String)
  }),
  /** One of our messages came to the page, or was seen. */
  Schema.Struct({ type: Schema.Literals(["delivered", "read"]), messageId: sentId })
])
export type FromPage = typeof FromPage.Type

/** One line as the page shows it, once for each `messageId`; `at` is epoch ms. */
export interface ChatLine {
  readonly messageId: string
  readonly text: string
  readonly at: number
  readonly from: "lead" | "agent" | "person"
  readonly status?: DeliveryStatus
}

/** What a page gets. */
export type ToVisitor =
  /** All that was said; `resumesAt` is a version of the stream, `company` the name to show. */
  | {
      readonly type: "history"
      readonly company: string
      readonly agent: string
      readonly messages: ReadonlyArray<ChatLine>
    }
  /** It is committed. */
  | { readonly type: "accepted"; readonly messageId: string }
  /** With `retryAfterMs` it may be sent again then, without it never. */
  | {
      readonly type: "refused"
      readonly reason: string
      readonly messageId?: string
      readonly retryAfterMs?: number
    }
  | ({ readonly type: "message" } & ChatLine)
  | { readonly type: "typing"; readonly ms: number }
  /** The lead's messages were read: a reply is on its way. Or, one by one, how far a message got. */
  | { readonly type: "status"; readonly messageIds: ReadonlyArray<string>; readonly status: DeliveryStatus }
