import type { Event, Step } from "./drive.ts"

/** A law looks at what happened, and gives the place where it was broken, or nothing. */
export type Law = (steps: ReadonlyArray<Step>) => string | undefined

interface ChunkJob {
  readonly turn: number
  readonly chunk: number
}

const speaking = ["writeReply", "showTyping", "sendChunk"]

const has = (step: Step, type: string): boolean => step.emitted.some((event) => event.type === type)
const chunkJobs = (step: Step): ReadonlyArray<ChunkJob> =>
  step.jobs.filter((job) => job.name === "sendChunk").map((job) => job.input as ChunkJob)
const place = (step: Step, index: number): string => `step ${index} (${step.event.type})`

/** Once a person had the conversation, nothing of a follow-up is written or sent, ever. */
const noFollowUpAfterHandoff: Law = (steps) => {
  const followUpTurns = new Set<number>()
  let handedOver = false
  for (const [index, step] of steps.entries()) {
    for (const job of step.jobs) {
      const asked = job.input as { purpose?: string; turn: number }
      if (asked.purpose === "followUp") {
        followUpTurns.add(asked.turn)
        if (handedOver) return `${place(step, index)} writes a follow-up after a handoff`
      }
      if (job.name === "sendChunk" && handedOver && followUpTurns.has(asked.turn)) {
        return `${place(step, index)} sends a follow-up after a handoff`
      }
    }
    handedOver ||= has(step, "HandedOver")
  }
  return undefined
}

/** A turn is written once and sent once, and a message of the lead is answered once. */
const oneReplyPerTurn: Law = (steps) => {
  const ends = new Map<string, number>()
  const messagesOf = new Map<unknown, ReadonlyArray<string>>()
  const answered = new Set<string>()
  let turn = 0
  for (const [index, step] of steps.entries()) {
    for (const event of step.emitted) {
      if (event.type === "TurnClosed") messagesOf.set(event.turn, event.messageIds as ReadonlyArray<string>)
      const kind = /^Reply(Written|Sent|Superseded)$/.test(event.type) ? event.type : undefined
      if (kind === undefined) continue
      // A reply ends as sent or as superseded, not as both.
      const key = `${kind === "ReplyWritten" ? "written" : "ended"} ${event.turn}`
      if (ends.has(key)) return `${place(step, index)} gives turn ${event.turn} a second ${kind}`
      ends.set(key, index)
      for (const id of kind === "ReplySent" ? (messagesOf.get(event.turn) ?? []) : []) {
        if (answered.has(id)) return `${place(step, index)} answers message ${id} a second time`
        answered.add(id)
      }
    }
    for (const { turn: sent } of chunkJobs(step)) {
      if (sent < turn) return `${place(step, index)} sends turn ${sent} after turn ${turn}`
      turn = sent
    }
    const written = step.jobs.filter((job) => job.name === "writeReply")
    for (const { input } of written) {
      const key = `asked ${(input as ChunkJob).turn}`
      if (ends.has(key)) return `${place(step, index)} asks for a second reply to one turn`
      ends.set(key, index)
    }
  }
  return undefined
}

/** The turn of a step that writes the one line which confirms an opt-out. */
const farewellTurn = (step: Step): number | undefined =>
  step.jobs
    .filter((job) => job.name === "writeReply")
    .map((job) => job.input as { purpose?: string; turn: number })
    .find(({ purpose }) => purpose === "optedOut")?.turn

/** All that sets out in a step, but for a farewell. */
const spokenBeside = (step: Step, farewells: ReadonlySet<number>) =>
  step.jobs.find(
    (job) => speaking.includes(job.name) && !farewells.has((job.input as { turn?: number }).turn ?? 0)
  )

/**
 * After the lead said "pare", here or elsewhere, nothing sets out but one line that confirms it where it was said, until
 * the lead or a person asks for it.
 */
const nothingAfterOptOut: Law = (steps) => {
  let out = false
  let confirmed = false
  let chunks = 0
  const farewells = new Set<number>()
  for (const [index, step] of steps.entries()) {
    const { event } = step
    const elsewhere = event.type === "LeadOptedOut"
    const here = has(step, "OptedOut") || (event.type === "MessageReceived" && event.text === "pare")
    if (!out && (elsewhere || here)) [out, confirmed, chunks] = [true, elsewhere, 0]
    if (has(step, "ConversationReopened")) out = false
    const farewell = farewellTurn(step)
    if (farewell !== undefined) {
      if (confirmed) return `${place(step, index)} confirms an opt-out twice`
      confirmed = true
      farewells.add(farewell)
    }
    chunks += chunkJobs(step).filter(({ turn }) => farewells.has(turn)).length
    const job = out ? spokenBeside(step, farewells) : undefined
    if (job !== undefined) return `${place(step, index)} asks for ${job.name} after an opt-out`
    if (chunks > 1) return `${place(step, index)} sends two lines after an opt-out`
  }
  return undefined
}

const rank: Record<string, number> = { sent: 0, failed: 1, delivered: 1, read: 2 }

/** sent, delivered, read; failed only before delivered, and then for good. */
const statusNeverGoesBack: Law = (steps) => {
  const statuses = new Map<unknown, string>()
  for (const [index, step] of steps.entries()) {
    for (const event of step.emitted) {
      if (event.type !== "DeliveryStatusChanged") continue
      const before = statuses.get(event.messageId) ?? "sent"
      const after = String(event.status)
      if (before === "failed" || rank[after]! <= rank[before]!) {
        return `${place(step, index)} takes ${event.messageId} from ${before} to ${after}`
      }
      statuses.set(event.messageId, after)
    }
  }
  return undefined
}

/** Chunks set out one after the other; again only those that failed, and never one in doubt. */
const chunksInOrder: Law = (steps) => {
  const out = new Map<string, "tried" | "failed" | "inDoubt">()
  const last = new Map<number, number>()
  for (const [index, step] of steps.entries()) {
    for (const event of step.emitted) {
      const key = `${event.turn}/${event.chunk}`
      if (event.type === "ChunkFailed") out.set(key, "failed")
      if (event.type === "ChunkInDoubt") out.set(key, "inDoubt")
    }
    for (const { turn, chunk } of chunkJobs(step)) {
      const before = out.get(`${turn}/${chunk}`)
      if (before === "inDoubt") return `${place(step, index)} sends chunk ${turn}/${chunk} again, in doubt`
      if (before === "tried") return `${place(step, index)} sends chunk ${turn}/${chunk} twice`
      if (before === undefined && chunk !== (last.get(turn) ?? 0) + 1) {
        return `${place(step, index)} sends chunk ${turn}/${chunk} out of order`
      }
      out.set(`${turn}/${chunk}`, "tried")
      last.set(turn, Math.max(chunk, last.get(turn) ?? 0))
    }
  }
  return undefined
}

/** From a takeover or handover until the conversation is given back, the AI writes and sends nothing but a farewell. */
const silentWhileAPersonOwnsIt: Law = (steps) => {
  let owned = false
  const farewells = new Set<number>()
  for (const [index, step] of steps.entries()) {
    const took = step.event.type === "PersonTookOver" || step.event.type === "PersonReplied"
    const alive = !isOver(step.value)
    if (has(step, "HandedOver") || (took && alive)) owned = true
    if (has(step, "TakenBack")) owned = false
    const farewell = farewellTurn(step)
    if (farewell !== undefined) farewells.add(farewell)
    const job = owned ? spokenBeside(step, farewells) : undefined
    if (job !== undefined) return `${place(step, index)} asks for ${job.name} while a person owns it`
  }
  return undefined
}

const isOver = (value: unknown): boolean =>
  /optedOut|confirming|lastBeforeOptOut|lastBeforeFarewell/.test(JSON.stringify(value))

/** A send under way is never called back, and never joined by a second one. */
const sendIsNeverCalledBack: Law = (steps) => {
  let open = 0
  for (const [index, step] of steps.entries()) {
    if (/^xstate\.(done|error)\.actor\.sendChunk$/.test(step.event.type)) open--
    if (step.cancelled.includes("sendChunk")) return `${place(step, index)} calls back a send`
    open += chunkJobs(step).length
    if (open > 1) return `${place(step, index)} sends two chunks at once`
  }
  return undefined
}

/** The laws of a conversation, by name. */
export const laws: Readonly<Record<string, Law>> = {
  "no follow-up after handoff": noFollowUpAfterHandoff,
  "one reply per turn": oneReplyPerTurn,
  "nothing after an opt-out": nothingAfterOptOut,
  "a status never goes back": statusNeverGoesBack,
  "chunks go out in order, and none in doubt again": chunksInOrder,
  "silent while a person owns it": silentWhileAPersonOwnsIt,
  "a send is never called back": sendIsNeverCalledBack
}

/** The first of these laws that is broken, and where; undefined when all hold. */
export const brokenLaw = (
  steps: ReadonlyArray<Step>,
  names: ReadonlyArray<string> = Object.keys(laws)
): { law: string; at: string } | undefined => {
  for (const law of names) {
    const at = laws[law]!(steps)
    if (at !== undefined) return { law, at }
  }
  return undefined
}

/** What the laws remember of a history: two that differ here are not the same to them. */
export const lawMemory = (steps: ReadonlyArray<Step>, messageIds: ReadonlyArray<string | null>): unknown => {
  const memory = { out: false, handedOver: false, owned: false }
  const statuses = new Map<unknown, unknown>()
  for (const step of steps) {
    if (step.event.type === "MessageReceived" && step.event.text === "pare") memory.out = true
    for (const event of step.emitted) {
      if (event.type === "ConversationReopened") memory.out = false
      if (event.type === "HandedOver") Object.assign(memory, { handedOver: true, owned: true })
      if (event.type === "TakenBack") memory.owned = false
      if (event.type === "DeliveryStatusChanged") statuses.set(event.messageId, event.status)
    }
  }
  return [...Object.values(memory), messageIds.map((id) => statuses.get(id) ?? null)]
}

/** The way that led there, for people. */
export const story = (steps: ReadonlyArray<Step>): string =>
  steps
    .map(
      ({ event, value, emitted }) =>
        `${words(event)} → ${JSON.stringify(value)} ${emitted.map((each) => each.type)}`
    )
    .join("\n")

const words = ({ type, text = "", status = "" }: Event): string => `${type} ${text}${status}`.trim()
