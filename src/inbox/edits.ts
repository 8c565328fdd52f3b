import * as Effect from "effect/Effect"
import type { Address } from "../../actors/address.ts"
import type { Engine, TryAgain } from "../../actors/engine/engine.ts"
import type { Inbound } from "../channels/channel.ts"

/** What a conversation remembers of what was said. */
interface Remembered {
  readonly lines?: ReadonlyArray<{
    readonly text: string
    readonly messageId: string
    readonly media?: ReadonlyArray<{ readonly kind: string }>
  }>
  /** The ids of what the other side wrote. */
  readonly heard?: ReadonlyArray<string>
}

const wordsOf = ({ text, media = [] }: Extract<Inbound, { _tag: "message" }>): string =>
  text ?? media.find(({ caption }) => caption !== undefined)?.caption ?? ""

const kindsOf = (media: ReadonlyArray<{ readonly kind: string }> = []): string =>
  media.map(({ kind }) => kind).join(" ")

/**
 * Whether an edit says nothing: it brings the same words and the same media, as when somebody only reacted, or nobody
 * can tell that the lead wrote it. Whose it is follows from the message that it names.
 */
export const saysNothing = Effect.fnUntraced(function* (
  engine: Pick<Engine["Service"], "view">,
  conversation: Address,
  inbound: Inbound
): Effect.fn.Return<boolean, TryAgain> {
  if (inbound._tag === "status" || inbound.edits === undefined) return false
  const { edits, fromUs } = inbound
  const view = yield* Effect.catchTag(engine.view(conversation), "EventRefused", () =>
    Effect.succeed(undefined)
  )
  const { lines = [], heard = [] } = (view?.context ?? {}) as Remembered
  const isVersion = ({ messageId }: { readonly messageId: string }) =>
    messageId === edits.id || messageId.startsWith(`${edits.id}:edit:`)
  const last = lines.findLast(isVersion)
  // Of long ago, or of before we were there.
  if (last === undefined) return !edits.writerIsKnown && !heard.includes(edits.id)
  if (!heard.includes(last.messageId) && !fromUs) return true
  return last.text === wordsOf(inbound) && kindsOf(last.media) === kindsOf(inbound.media)
})
