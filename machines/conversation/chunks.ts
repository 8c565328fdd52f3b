import type { ConversationSettings } from "./events.ts"
import { conversationLimits } from "./limits.ts"

/** How far one chunk of a reply got. `inDoubt`: it was tried, and nobody can tell whether it arrived. */
export type ChunkStatus = "waiting" | "sending" | "sent" | "delivered" | "read" | "failed" | "inDoubt"

/** One message of a reply. `messageId` is the provider's, null until it is known. */
export type Chunk = { readonly text: string; readonly status: ChunkStatus; readonly messageId: string | null }

/** The chunks of a reply: no blank ones, and at most `chunksMax`: the rest joins the last. */
export const chunksOf = (texts: ReadonlyArray<string>): ReadonlyArray<Chunk> => {
  const said = texts.map((text) => text.trim()).filter((text) => text !== "")
  const { chunksMax } = conversationLimits
  const kept =
    said.length <= chunksMax ? said : [...said.slice(0, chunksMax - 1), said.slice(chunksMax - 1).join("\n")]
  return kept.map((text) => ({ text, status: "waiting", messageId: null }))
}

/** The place of the next chunk to send, -1 when there is none. */
export const nextChunk = (chunks: ReadonlyArray<Chunk>): number =>
  chunks.findIndex((chunk) => chunk.status === "waiting")

/** How long a person would type this text, in ms, within the company's bounds. */
export const typingMs = (
  text: string,
  { charactersPerMinute, minMs, maxMs }: ConversationSettings["typing"]
) => {
  const pace = Math.max(1, charactersPerMinute)
  return Math.round(Math.max(minMs, Math.min(maxMs, (text.length / pace) * 60_000)))
}

/** Went out, as far as anyone can tell: not to be sent again. */
export const isOut = ({ status }: Chunk): boolean =>
  status !== "waiting" && status !== "failed" && status !== "sending"

/** The same list with one chunk changed. */
export const withChunk = (
  chunks: ReadonlyArray<Chunk>,
  place: number,
  change: Partial<Chunk>
): ReadonlyArray<Chunk> => chunks.map((chunk, index) => (index === place ? { ...chunk, ...change } : chunk))
