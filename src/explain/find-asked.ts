import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Address, addressOf, formatAddress, parseAddress } from "../../actors/address.ts"
import { type EventPlace, eachPage, whyLimits } from "../../actors/why/why.ts"
import { EventStore, type StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"

/** What can be asked about. */
export type Asked =
  | { readonly kind: "event"; readonly address: Address; readonly version: number }
  | { readonly kind: "chunk"; readonly address: Address; readonly turn: number; readonly chunk: number }
  | { readonly kind: "message"; readonly address: Address; readonly messageId: string }
  | { readonly kind: "messageOf"; readonly company: string; readonly messageId: string }

/** The words name nothing that can be asked about. */
export class WrongQuestion extends Schema.TaggedError<WrongQuestion>()("WrongQuestion", {
  message: Schema.String
}) {}

/** What was asked about is not there; `message` says what is near it. */
export class NothingFound extends Schema.TaggedError<NothingFound>()("NothingFound", {
  message: Schema.String
}) {}

/**
 * Reads `acme/conversation/7f3@12`, `acme/conversation/7f3#3.1`, an address and a message id, or a message id and a
 * company.
 */
export const parseAsked = Effect.fnUntraced(function* (
  what: string,
  message: string | undefined,
  company: string | undefined
) {
  if (message !== undefined) {
    if (company !== undefined) return yield* wrong("an address names its company: leave --company out")
    return {
      kind: "message",
      address: yield* parseAddress(what),
      messageId: message
    } satisfies Asked as Asked
  }
  if (company !== undefined) {
    return { kind: "messageOf", company, messageId: what } satisfies Asked as Asked
  }
  const chunk = /^(.+)#([1-9]\d{0,8})\.([1-9]\d{0,3})$/.exec(what)
  if (chunk !== null) {
    const address = yield* parseAddress(chunk[1]!)
    return {
      kind: "chunk",
      address,
      turn: Number(chunk[2]),
      chunk: Number(chunk[3])
    } satisfies Asked as Asked
  }
  const event = /^(.+)@([1-9]\d{0,14})$/.exec(what)
  if (event !== null) {
    const address = yield* parseAddress(event[1]!)
    return { kind: "event", address, version: Number(event[2]) } satisfies Asked as Asked
  }
  return yield* wrong(
    what.includes("/")
      ? `"${what}" names no event: write company/machine/id@version, company/machine/id#turn.chunk, or a message's id after the address`
      : `"${what}" may be a message's id: name its company with --company, or its conversation before it`
  )
})

const wrong = (message: string) => new WrongQuestion({ message })

/** The event that was asked about, and of which chunk it tells. */
export interface FoundEvent extends EventPlace {
  readonly turn: number | null
  readonly chunk: number | null
}

type Progress = (looked: number, total: number) => void

/** Finds it; `progress` is told how many events of how many were looked at. */
export const findAsked = (
  asked: Asked,
  progress: Progress = () => {}
): Effect.Effect<FoundEvent, NothingFound | StoreUnavailable, EventStore | History> => {
  switch (asked.kind) {
    case "event":
      return Effect.succeed({ address: asked.address, version: asked.version, turn: null, chunk: null })
    case "chunk":
      return findChunk(asked)
    case "message":
      return findMessage(asked)
    case "messageOf":
      return findInCompany(asked, progress)
  }
}

const foundIn = ({ company, stream, version, data, type }: StoredEvent): FoundEvent => ({
  address: addressOf(company, stream),
  version,
  turn: typeof data.turn === "number" ? data.turn : null,
  chunk: chunkFacts.has(type) && typeof data.chunk === "number" ? data.chunk : null
})

const chunkFacts: ReadonlySet<string> = new Set(["ChunkSent", "ChunkInDoubt", "ChunkFailed"])
const ends: ReadonlySet<string> = new Set(["ReplySuperseded", "ReplyFailed"])

/** What tells most of a chunk: that it was sent, else what became of it, else its reply's end, else its text. */
const findChunk = ({ address, turn, chunk }: Asked & { readonly kind: "chunk" }) =>
  Effect.gen(function* () {
    let sent: StoredEvent | undefined
    let tried: StoredEvent | undefined
    let end: StoredEvent | undefined
    let written: StoredEvent | undefined
    let chunks = 0
    let turns = 0
    yield* eachPage(address, 0, (page) => {
      for (const event of page) {
        const { type, data, kind } = event
        if (kind !== "emitted" || typeof data.turn !== "number") continue
        turns = Math.max(turns, data.turn)
        if (data.turn !== turn) continue
        if (type === "ReplyWritten") {
          written = event
          chunks = Math.max(chunks, Array.isArray(data.chunks) ? data.chunks.length : 0)
        } else if (ends.has(type)) end = event
        else if (chunkFacts.has(type)) {
          chunks = Math.max(chunks, Number(data.chunk))
          if (data.chunk !== chunk) continue
          if (type === "ChunkSent") sent = event
          else tried = event
        }
      }
      return true
    })
    const best = sent ?? tried ?? (chunk <= chunks ? (end ?? written) : undefined)
    if (best !== undefined) return { ...foundIn(best), turn, chunk }
    const where = formatAddress(address)
    return yield* new NothingFound({
      message:
        turns === 0
          ? `${where} has no turn`
          : chunks > 0
            ? `turn ${turn} of ${where} has ${chunks === 1 ? "one chunk" : `chunks 1 to ${chunks}`}, not ${chunk}`
            : turn > turns
              ? `${where} has ${turns === 1 ? "one turn" : `turns 1 to ${turns}`}, not ${turn}`
              : `turn ${turn} of ${where} has no chunk: ${end === undefined ? "its reply is not written" : "nothing was to be said"}`
    })
  })

/** Of the events that name a message, these say what it was; the others only what became of it. */
const says: ReadonlySet<string> = new Set(["ChunkSent", "MessageReceived", "PersonReplied"])
/** Messages named in an error at most. */
const namedMax = 5

/** Looks for a message among events in order. */
const messageFinder = (messageId: string) => {
  let other: StoredEvent | undefined
  let found: StoredEvent | undefined
  const last: Array<string> = []
  return {
    /** False when it is found. */
    look: (page: ReadonlyArray<StoredEvent>): boolean => {
      for (const event of page) {
        const id = event.data.messageId
        if (typeof id !== "string") continue
        if (id === messageId) {
          if (says.has(event.type)) {
            found = event
            return false
          }
          other ??= event
        } else if (says.has(event.type)) {
          last.push(id)
          if (last.length > namedMax) last.shift()
        }
      }
      return true
    },
    found: () => found ?? other,
    near: () => last.join(", ")
  }
}

const findMessage = ({ address, messageId }: Asked & { readonly kind: "message" }) =>
  Effect.gen(function* () {
    const finder = messageFinder(messageId)
    let events = 0
    yield* eachPage(address, 0, (page) => {
      events += page.length
      return finder.look(page)
    })
    const found = finder.found()
    if (found !== undefined) return foundIn(found)
    const where = formatAddress(address)
    const near = finder.near()
    return yield* new NothingFound({
      message:
        events === 0
          ? `${where} has no event`
          : `no event of ${where} names message ${messageId}; ${near === "" ? "it has no message" : `its last ones are ${near}`}`
    })
  })

const findInCompany = ({ company, messageId }: Asked & { readonly kind: "messageOf" }, progress: Progress) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const history = yield* History
    const partitions = yield* store.partitions(company)
    const total = partitions.reduce((sum, { position }) => sum + position, 0)
    const finder = messageFinder(messageId)
    let looked = 0
    scan: for (const { partition } of partitions) {
      for (let after = 0; ; ) {
        const page = yield* history.readPartition(company, partition, after, whyLimits.pageEvents)
        looked += page.length
        progress(looked, Math.max(total, looked))
        if (!finder.look(page)) break scan
        if (page.length < whyLimits.pageEvents) break
        after = page.at(-1)!.position
      }
    }
    const found = finder.found()
    if (found !== undefined) return foundIn(found)
    const near = finder.near()
    return yield* new NothingFound({
      message: `no event of ${company} names message ${messageId} (${looked} events in ${partitions.length} partition${partitions.length === 1 ? "" : "s"})${near === "" ? "" : `; some that there are: ${near}`}`
    })
  })
