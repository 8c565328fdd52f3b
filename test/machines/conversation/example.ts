import type { AnyStateMachine } from "xstate"
import type {
  Answer,
  ConversationInput,
  ConversationSettings
} from "../../../machines/conversation/events.ts"
import { conversationMachine } from "../../../machines/conversation/machine.ts"
import { type Drive, deliver, fail, finish, fire, say, start, wait } from "../drive.ts"

/** A Monday, 10:00 in São Paulo. */
export const monday10 = Date.UTC(2026, 5, 1, 13)
export const hour = 3_600_000
export const day = 24 * hour

const office = { fromMinute: 9 * 60, toMinute: 18 * 60 }

/** The defaults of the product, with an office that is open from Monday to Friday. */
export const settings: ConversationSettings = {
  turnClosureMs: 8_000,
  typing: { charactersPerMinute: 900, minMs: 1_000, maxMs: 6_000 },
  followUpAfterMs: [24 * hour, 72 * hour],
  timeZone: "America/Sao_Paulo",
  businessHours: [null, office, office, office, office, office, null],
  approveFirstContact: false,
  returnToAiAfterMs: 0,
  closeAfterMs: 30 * day
}

export const input: ConversationInput = {
  conversationId: "conv-1",
  channel: "webChat",
  instance: "site",
  contact: "5511999990000",
  leadId: "lead-1",
  agent: "sdr",
  language: "pt",
  settings
}

/** A conversation that has just started. */
export const begin = (
  change: Partial<ConversationSettings> = {},
  machine: AnyStateMachine = conversationMachine,
  at = monday10
): Drive => start(machine, { ...input, settings: { ...settings, ...change } }, at)

/** The lead writes. */
export const write = (drive: Drive, messageId: string, text: string): Drive =>
  say(drive, { type: "MessageReceived", messageId, text })

/** What every call of the model costs here. */
export const cost = { model: "scripted-1", promptHash: "a1", tokensIn: 10, tokensOut: 5, costUsd: 0.001 }

/** The model answers with these chunks. */
export const reply = (
  drive: Drive,
  chunks: ReadonlyArray<string>,
  more: { answers?: ReadonlyArray<Answer>; asks?: string; handOver?: string } = {}
): Drive => finish(drive, "writeReply", { chunks, language: "pt", answers: [], ...cost, ...more })

/** The pause before a chunk passes, and the channel takes it. */
export const sendOne = (drive: Drive, messageId: string): Drive => {
  return taken(fire(drive, "typing"), messageId)
}

/** The channel takes the chunk under way. */
export const taken = (drive: Drive, messageId: string): Drive =>
  finish(drive, "sendChunk", { messageId, at: drive.now })

/** The lead writes `text`, and one reply of these chunks goes out; their ids are `text:1`, `text:2`… */
export const turn = (drive: Drive, text: string, chunks: ReadonlyArray<string>): Drive => {
  const written = reply(wait(write(drive, `in:${text}`, text), settings.turnClosureMs), chunks)
  return chunks.reduce((now, _, index) => sendOne(now, `${text}:${index + 1}`), written)
}

/** A person does something: takes over, gives back, approves, closes… */
export const person = (drive: Drive, type: string, more: object = {}): Drive =>
  say(drive, { type, by: "person:ana", reason: "asked", ...more })

export const personWrites = (drive: Drive, messageId: string, text: string): Drive =>
  person(drive, "PersonReplied", { messageId, text, source: "phone" })

export const update = (drive: Drive, messageId: string, status: string): Drive =>
  say(drive, { type: "DeliveryUpdated", messageId, status })

export { deliver, fail, finish, fire, say, wait }
