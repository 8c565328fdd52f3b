import { factsOf } from "../../actors/why/why.ts"
import type { WhyJob } from "../../actors/why/why-event.ts"
import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import type { ChunkTold, ModelCallTold, TurnTold } from "./explanation.ts"

type Writable<A> = { -readonly [K in keyof A]: A[K] }
type Chunk = Omit<Writable<ChunkTold>, "events" | "receipts"> & {
  events: Array<ChunkTold["events"][number]>
  receipts: Array<ChunkTold["receipts"][number]>
}

const placeOf = ({ version, recordedAt }: StoredEvent) => ({ version, at: recordedAt })
const textIn = (data: JsonObject, field: string): string | null => {
  const value = data[field]
  return typeof value === "string" ? value : null
}
const numberIn = (data: JsonObject, field: string): number | null => {
  const value = data[field]
  return typeof value === "number" ? value : null
}
/** A text that is withheld is not an empty one. */
const shown = ({ data, withheld }: StoredEvent, field: string): string | null =>
  withheld === undefined ? textIn(data, field) : null

/** The provider's id of a message; null where it is withheld. */
const idIn = ({ data }: StoredEvent): string | null => {
  const id = textIn(data, "messageId")
  return id === "" ? null : id
}

/**
 * Listens to one conversation's events in order and writes down the wanted turns. A class because facts of many
 * kinds meet in one turn.
 */
export class TurnRecord {
  private readonly conversation: string
  private readonly wanted: ReadonlySet<number>
  private readonly turns = new Map<number, Writable<TurnTold>>()
  private readonly chunks = new Map<string, Chunk>()
  private readonly byMessageId = new Map<string, Chunk>()
  /** The versions of what the lead wrote, by the id of the message. */
  private readonly heard = new Map<string, number>()
  private readonly messages: Array<number> = []
  private input: StoredEvent | undefined
  /** The versions of the messages that a turn answers. */
  readonly answered = new Map<number, ReadonlyArray<number>>()
  /** The first word of a handover that is not done yet. */
  private handOver: number | undefined
  /**
   * The causes that no event names, by version: the rest of a burst, the text that a yes let out, the word that made
   * a reply the line of a handover.
   */
  readonly also = new Map<number, ReadonlyArray<number>>()

  constructor(conversation: string, wanted: ReadonlySet<number>) {
    this.conversation = conversation
    this.wanted = wanted
  }

  take(event: StoredEvent) {
    if (event.kind === "input") {
      this.input = event
      this.takeInput(event)
    } else if (event.type === "DeliveryStatusChanged") this.takeReceipt(event)
    else this.takeFact(event)
  }

  private takeInput(event: StoredEvent) {
    const { type, data } = event
    if (type === "MessageReceived") {
      this.heard.set(String(data.messageId), event.version)
      this.messages.push(event.version)
    }
    if (type === "HandOverAsked") this.handOver ??= event.version
    if (type !== "FirstContactApproved" && type !== "FirstContactRefused") return
    for (const turn of this.turns.values()) {
      const { approval, end } = turn
      // A yes for another text is no yes for this one.
      if (approval === null || approval.decision !== null || end !== null) continue
      if (typeof data.turn === "number" && data.turn !== turn.turn) continue
      const approved = type === "FirstContactApproved"
      const { by, reason } = data
      turn.approval = {
        ...approval,
        decision: { ...placeOf(event), approved, by: String(by), reason: String(reason) }
      }
      if (approved && turn.model !== null) this.cause(event.version, [turn.model.version])
    }
  }

  private takeReceipt(event: StoredEvent) {
    const { data } = event
    const chunk = this.byMessageId.get(idIn(event) ?? "")
    const status = data.status as ChunkTold["receipts"][number]["status"]
    chunk?.receipts.push({ ...placeOf(event), status, by: this.input?.principal ?? event.principal })
  }

  private cause(version: number, causes: ReadonlyArray<number>) {
    this.also.set(version, [...(this.also.get(version) ?? []), ...causes])
  }

  private takeFact(event: StoredEvent) {
    if (endsHandOver.has(event.type)) this.handOver = undefined
    const number = event.data.turn
    if (typeof number !== "number" || !this.wanted.has(number)) return
    const turn = this.turnOf(number)
    switch (event.type) {
      case "TurnClosed":
        return this.close(turn, event)
      case "ReplyWritten":
        return this.write(turn, event)
      case "FirstContactHeld":
        turn.approval = { ...placeOf(event), decision: null }
        return
      case "ChunkSent":
      case "ChunkInDoubt":
      case "ChunkFailed":
        return this.note(turn, event)
      case "ReplySent":
      case "ReplySuperseded":
      case "ReplyFailed":
        return this.end(turn, event, event.type)
    }
  }

  private close(turn: Writable<TurnTold>, event: StoredEvent) {
    turn.closed = placeOf(event)
    const ids = (event.data.messageIds ?? []) as ReadonlyArray<string>
    // Where ids are withheld, the messages that waited were the last so many that came.
    const versions =
      event.withheld === undefined
        ? ids.flatMap((id) => this.heard.get(id) ?? [])
        : ids.length === 0
          ? []
          : this.messages.slice(-ids.length)
    this.answered.set(turn.turn, versions)
    if (this.input !== undefined) this.cause(this.input.version, versions)
  }

  private write(turn: Writable<TurnTold>, event: StoredEvent) {
    turn.model = this.modelCall(event)
    // What was said of a handover after the reply was asked for had no part in it.
    const asked = Number(turn.model.job?.job.split(".")[0])
    if (this.handOver !== undefined && this.handOver < asked) this.cause(asked, [this.handOver])
    const texts = (event.data.chunks ?? []) as ReadonlyArray<string>
    texts.forEach((text, n) => {
      Object.assign(this.chunkOf(turn, n + 1), withheldText(event, text))
    })
  }

  /** What the model's answer says, by the fact that it made or the failure that it was. */
  private modelCall(event: StoredEvent): ModelCallTold {
    const { data } = event
    return {
      ...placeOf(this.input ?? event),
      model: textIn(data, "model"),
      promptHash: textIn(data, "promptHash"),
      tokensIn: numberIn(data, "tokensIn"),
      tokensOut: numberIn(data, "tokensOut"),
      costUsd: numberIn(data, "costUsd"),
      job: this.jobCalled("writeReply")
    }
  }

  private jobCalled(name: string): WhyJob | null {
    const job = this.input === undefined ? null : factsOf(this.input).job
    return job?.name === name ? job : null
  }

  private note(turn: Writable<TurnTold>, event: StoredEvent) {
    const { type, data } = event
    const chunk = this.chunkOf(turn, Number(data.chunk))
    const state = type === "ChunkSent" ? "sent" : type === "ChunkInDoubt" ? "inDoubt" : "failed"
    chunk.state = state
    chunk.events.push({
      ...placeOf(event),
      type: state,
      reason: textIn(data, "reason"),
      job: this.jobCalled("sendChunk")
    })
    if (state !== "sent") return
    Object.assign(chunk, { messageId: idIn(event), ...withheldText(event, shown(event, "text")) })
    if (chunk.messageId !== null) this.byMessageId.set(chunk.messageId, chunk)
  }

  private end(turn: Writable<TurnTold>, event: StoredEvent, type: NonNullable<TurnTold["end"]>["type"]) {
    turn.end = { ...placeOf(event), type, reason: textIn(event.data, "reason") }
    if (turn.model === null && this.jobCalled("writeReply") !== null) turn.model = this.modelCall(event)
    if (type === "ReplySent") return
    for (const chunk of turn.chunks as ReadonlyArray<Chunk>) {
      if (chunk.state === "waiting") chunk.state = "givenUp"
    }
  }

  private turnOf(number: number): Writable<TurnTold> {
    const known = this.turns.get(number)
    if (known !== undefined) return known
    const turn: Writable<TurnTold> = {
      conversation: this.conversation,
      turn: number,
      messages: [],
      closed: null,
      model: null,
      approval: null,
      chunks: [],
      end: null
    }
    this.turns.set(number, turn)
    return turn
  }

  private chunkOf(turn: Writable<TurnTold>, number: number): Chunk {
    const key = `${turn.turn}.${number}`
    const known = this.chunks.get(key)
    if (known !== undefined) return known
    const chunk: Chunk = {
      chunk: number,
      text: null,
      withheld: null,
      state: "waiting",
      messageId: null,
      events: [],
      receipts: []
    }
    this.chunks.set(key, chunk)
    // An erased reply does not tell how many it had: those that went out do.
    turn.chunks = [...turn.chunks, chunk]
    return chunk
  }

  /** The wanted turns with the messages that they answer. */
  turnsWith(messages: ReadonlyMap<number, StoredEvent>): ReadonlyMap<number, TurnTold> {
    const inbound = (event: StoredEvent) => ({
      ...placeOf(event),
      messageId: idIn(event),
      text: shown(event, "text"),
      media: Array.isArray(event.data.media) ? event.data.media.length : 0,
      withheld: event.withheld ?? null
    })
    return new Map(
      [...this.turns].map(([number, turn]) => {
        const versions = this.answered.get(number) ?? []
        const answered = versions.flatMap((version) => messages.get(version) ?? [])
        return [number, { ...turn, messages: answered.map(inbound) }]
      })
    )
  }
}

const endsHandOver: ReadonlySet<string> = new Set([
  "HandedOver",
  "TakenBack",
  "OptedOut",
  "ConversationClosed"
])

const withheldText = ({ withheld }: StoredEvent, text: string | null) => ({
  text: withheld === undefined ? text : null,
  withheld: withheld ?? null
})
