import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import type { Passed } from "../doubles/accepted-log.ts"

/** What the demo came to; the last line of `--json`. */
export interface DemoCounts {
  /** Messages that leads wrote, each once however often its webhook came. */
  readonly received: number
  /** Messages that providers accepted from us. */
  readonly sent: number
  /** Accepted messages for a chunk that was accepted before. */
  readonly sentTwice: number
  /** Messages of leads that are in no stream, and chunks that a stream calls sent and no provider has. */
  readonly lost: number
  readonly verify: "ok" | "damaged"
  readonly deals: number
}

/** What a provider's double saw of one contact. */
export interface Seen {
  readonly incoming: ReadonlyArray<Passed>
  readonly sent: ReadonlyArray<Passed>
}

const ofType = (events: ReadonlyArray<StoredEvent>, type: string) =>
  events.filter((event) => event.type === type)

/** Holds what providers saw against what the streams say. */
export const countDemo = (
  events: ReadonlyArray<StoredEvent>,
  seen: ReadonlyArray<Seen>,
  verified: boolean
): DemoCounts => {
  const heard = new Set(ofType(events, "MessageReceived").map((event) => event.data.messageId))
  const written = new Set(seen.flatMap(({ incoming }) => incoming.map(({ id }) => id)))
  const accepted = seen.flatMap(({ sent }) => sent)
  const acceptedIds = new Set(accepted.map(({ id }) => id))
  const said = ofType(events, "ChunkSent").map((event) => String(event.data.messageId))
  const inDoubt = ofType(events, "ChunkInDoubt").length
  const unheard = [...written].filter((id) => !heard.has(id)).length
  const unsent = said.filter((id) => !acceptedIds.has(id)).length
  return {
    received: heard.size,
    sent: accepted.length,
    // What was accepted beyond the chunks that the streams know of was sent again without knowing of the first.
    sentTwice: Math.max(0, accepted.length - new Set(said).size - inDoubt),
    lost: unheard + unsent,
    verify: verified ? "ok" : "damaged",
    deals: ofType(events, "DealOpened").length
  }
}

const clock = (at: number) => new Date(at).toISOString().slice(11, 19)

/** One line of a timeline; undefined for events that say nothing to a reader. */
const lineOf = ({ type, data, recordedAt }: StoredEvent): string | undefined => {
  const line = (mark: string, text: unknown) => `  ${clock(recordedAt)}  ${mark} ${String(text)}`
  switch (type) {
    case "MessageReceived":
      return line("lead  →", data.text ?? mediaOf(data.media))
    case "ChunkSent":
      return line("      ←", data.text)
    case "ReplySuperseded":
      return line("      ·", `reply given up, ${data.unsent} chunks unsent: a newer message came`)
    case "ChunkInDoubt":
      return line("      ?", `a chunk is in doubt: ${data.reason}`)
    case "AnswerUnderstood":
      return line("      ·", `understood: ${data.criterion} = ${data.value}`)
    case "FollowUpSent":
      return line("      ·", `that was follow-up ${data.followUp}`)
    case "HandedOver":
      return line("      ·", `handed over to a person: ${data.reason}`)
    default:
      return undefined
  }
}

const mediaOf = (media: unknown): string => {
  const [first] = Array.isArray(media)
    ? (media as ReadonlyArray<{ kind?: string; durationSeconds?: number }>)
    : []
  return first === undefined
    ? ""
    : `[${first.kind}${first.durationSeconds === undefined ? "" : `, ${first.durationSeconds} s`}]`
}

/** A conversation as a reader sees it. */
export const timelineOf = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<string> =>
  events.flatMap((event) => lineOf(event) ?? [])
