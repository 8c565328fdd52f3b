import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { registerMachines } from "../../../actors/machine/machine-registry.ts"
import { Replayer } from "../../../actors/replay/replay.ts"
import type { Replayed } from "../../../actors/replay/replayed.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { machines } from "../../../machines/index.ts"
import type { RigDatabase } from "../world/rig-database.ts"
import { rigCompany } from "../world/stage.ts"

/** One chunk of a reply, by its place: `turn.chunk`. */
export interface ToldChunk {
  readonly place: string
  readonly text: string
  readonly messageId: string
}

/** What one conversation's history tells. */
export interface ToldConversation {
  readonly stream: string
  readonly channel: string
  readonly contact: string
  /** Provider ids of the lead's messages, in order. */
  readonly received: Array<string>
  /** `messageId:status` of delivery updates. */
  readonly updates: Array<string>
  /** Texts by place, in the order of the replies that were written. */
  readonly written: Map<string, string>
  /** Turns of the replies that were written, one each time. */
  readonly repliedTurns: Array<number>
  readonly sent: Array<ToldChunk>
  /** Places of chunks in doubt. */
  readonly doubts: Array<string>
  /** Places of chunks that failed for good. */
  readonly failed: Array<string>
  /** Timers that fired: their name, and when that was recorded, epoch ms. */
  readonly fired: Array<{ readonly timer: string; readonly at: number }>
  /** When each reply was out, epoch ms. */
  readonly doneReplies: Array<number>
  isAnswered: boolean
}

/** All that the rig reads of a company's history. */
export interface ToldHistory {
  readonly conversations: ReadonlyArray<ToldConversation>
  readonly replays: ReadonlyMap<string, Replayed>
  readonly events: number
  /** Timers that fired though they were not set, and results of jobs that nobody waited for. */
  readonly strays: number
}

const pageEvents = 2000

const registry = () =>
  Result.getOrThrow(registerMachines(machines, ["writeReply", "sendChunk", "showTyping"], () => {}))

/** Reads every event of the rig's company, opened, and replays every stream. */
export const readHistory = async (database: RigDatabase): Promise<ToldHistory> => {
  const machinesByName = registry()
  const conversations = new Map<string, ToldConversation>()
  const replayers = new Map<string, Replayer>()
  let events = 0
  let strays = 0
  const take = (event: StoredEvent) => {
    events++
    const { stream } = event
    const machine = stream.slice(0, stream.indexOf("/"))
    const replayer = replayers.get(stream) ?? new Replayer(machinesByName.get(machine)!)
    replayers.set(stream, replayer)
    if (isStray(replayer, event)) strays++
    replayer.take(event)
    if (machine !== "conversation") return
    const told = conversations.get(stream) ?? startOf(event)
    conversations.set(stream, told)
    note(told, event)
  }
  const read = Effect.gen(function* () {
    const store = yield* EventStore
    const history = yield* History
    for (const { partition, position } of yield* store.partitions(rigCompany)) {
      for (let after = 0; after < position; after += pageEvents)
        for (const event of yield* history.readPartition(rigCompany, partition, after, pageEvents))
          take(event)
    }
  })
  await Effect.runPromise(Effect.provide(read, database.layer))
  const replays = new Map([...replayers].map(([stream, replayer]) => [stream, replayer.finish()]))
  return { conversations: [...conversations.values()], replays, events, strays }
}

const isStray = ({ state }: Replayer, { type, data }: StoredEvent): boolean => {
  const { timers = [], jobs = [] } = state ?? {}
  if (type === "TimerFired") return !timers.some(({ timer }) => timer === data.timer)
  const isResult = type === "JobSucceeded" || type === "JobFailed"
  return isResult && !jobs.some(({ job }) => job === data.job)
}

/** The contact stands in the input that the conversation was started with; its address does not tell it. */
const startOf = ({ stream, data }: StoredEvent): ToldConversation => {
  const { channel, contact } = (data.input ?? {}) as { readonly channel?: string; readonly contact?: string }
  const told = { received: [], updates: [], repliedTurns: [], doneReplies: [], fired: [] }
  const chunks = { written: new Map(), sent: [], doubts: [], failed: [] }
  return { stream, channel: channel ?? "", contact: contact ?? "", ...told, ...chunks, isAnswered: true }
}

const note = (told: ToldConversation, { type, data, recordedAt }: StoredEvent) => {
  const place = `${data.turn}.${data.chunk}`
  switch (type) {
    case "MessageReceived":
      told.received.push(String(data.messageId))
      told.isAnswered = false
      return
    case "DeliveryUpdated":
      told.updates.push(`${data.messageId}:${data.status}`)
      return
    case "ReplyWritten":
      told.repliedTurns.push(Number(data.turn))
      for (const [n, text] of (data.chunks as ReadonlyArray<string>).entries())
        told.written.set(`${data.turn}.${n + 1}`, text)
      return
    case "ChunkSent":
      told.sent.push({ place, text: String(data.text), messageId: String(data.messageId) })
      return
    case "ChunkInDoubt":
      told.doubts.push(place)
      return
    case "ChunkFailed":
      told.failed.push(place)
      return
    case "TimerFired":
      told.fired.push({ timer: String(data.timer), at: recordedAt })
      return
    case "ReplySent":
      told.isAnswered = true
      told.doneReplies.push(recordedAt)
  }
}
