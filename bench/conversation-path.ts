import type { ActorEvent } from "../actors/engine/engine.ts"
import type { ActorState } from "../actors/machine/actor-state.ts"
import { type RegisteredMachine, registerMachines } from "../actors/machine/machine-registry.ts"
import { type StepInput, takeStep } from "../actors/machine/step.ts"
import type { Json, JsonObject } from "../eventstore/database/json.ts"
import type { EventKind, StoredEvent } from "../eventstore/log/stored-event.ts"
import { canonicalJson, firstLink } from "../eventstore/proof/hash.ts"
import type { ConversationInput } from "../machines/conversation/events.ts"
import { machines } from "../machines/index.ts"

/** One step of a conversation as it really happens. */
export interface PathStep {
  readonly input: StepInput
  /** Of the input event in its stream. */
  readonly version: number
  /** Epoch ms. */
  readonly at: number
  readonly before: ActorState | undefined
  /** The input and the facts that came of it, as the store has them. */
  readonly events: ReadonlyArray<StoredEvent>
}

const office = { fromMinute: 9 * 60, toMinute: 18 * 60 }
const dayMs = 86_400_000

/** What the measured conversations start with. */
export const conversationInput: ConversationInput = {
  conversationId: "bench",
  channel: "evolution",
  instance: "site",
  contact: "5511987654321",
  leadId: "lead-1",
  agent: "sdr",
  language: "pt",
  settings: {
    turnClosureMs: 8000,
    typing: { charactersPerMinute: 900, minMs: 1000, maxMs: 6000 },
    followUpAfterMs: [dayMs, 3 * dayMs],
    timeZone: "America/Sao_Paulo",
    businessHours: [null, office, office, office, office, office, null],
    approveFirstContact: false,
    returnToAiAfterMs: 0,
    closeAfterMs: 30 * dayMs
  }
}

const reply = {
  chunks: ["Claro! O plano anual para doze pessoas tem desconto.", "Quer que eu mande uma proposta?"],
  language: "pt",
  answers: [],
  model: "scripted-1",
  promptHash: "3f2a9c01",
  tokensIn: 412,
  tokensOut: 38,
  costUsd: 0.0012
}

/** What the world does next: it ends the oldest job, or lets the next timer fire, or the lead writes. */
const nextInput = (state: ActorState, n: number, at: number): { input: StepInput; at: number } => {
  const job = state.jobs[0]
  if (job !== undefined) {
    const output: Json = job.name === "writeReply" ? reply : { messageId: `sent-${n}`, at }
    return { input: { kind: "jobSucceeded", job: job.job, output }, at: at + 900 }
  }
  const timer = [...state.timers].sort((a, b) => a.dueAt - b.dueAt)[0]
  if (timer !== undefined && timer.dueAt - at < 60_000) {
    return { input: { kind: "timerFired", timer: timer.timer }, at: timer.dueAt }
  }
  const text = `Quanto custa o plano anual para ${n} pessoas?`
  const event = { type: "MessageReceived", messageId: `in-${n}`, text, at: at + 30_000 }
  return { input: { kind: "event", event }, at: at + 30_000 }
}

/** A conversation of `length` steps: messages, turns that close, replies in two chunks with their pauses. */
export const conversationPath = (registered: RegisteredMachine, length: number): ReadonlyArray<PathStep> => {
  const path: Array<PathStep> = []
  let at = Date.UTC(2026, 5, 1, 13)
  let input: StepInput = { kind: "start", input: conversationInput as unknown as Json }
  let before: ActorState | undefined
  for (let version = 1; path.length < length; version += path.at(-1)!.events.length) {
    const { state, emitted } = takeStep(registered.current, before, version, input, at)
    const stored = (kind: EventKind, n: number, { type, ...data }: ActorEvent) =>
      storedEvent(registered, kind, version + n, type, data as JsonObject, at)
    const facts = emitted.map((fact, n) => stored("emitted", n + 1, fact))
    path.push({ input, version, at, before, events: [stored("input", 0, inputEvent(input)), ...facts] })
    before = state
    ;({ input, at } = nextInput(state, version, at))
  }
  return path
}

/** The input as it is stored. */
const inputEvent = (input: StepInput): ActorEvent => {
  switch (input.kind) {
    case "start":
      return { type: "ActorStarted", machine: "conversation", input: input.input }
    case "timerFired":
      return { type: "TimerFired", timer: input.timer }
    case "jobSucceeded":
      return { type: "JobSucceeded", job: input.job, name: "", output: input.output }
    case "jobFailed":
      return { type: "JobFailed", job: input.job, name: "", error: input.error }
    default:
      return input.event
  }
}

const storedEvent = (
  { current, schemaVersion }: RegisteredMachine,
  kind: EventKind,
  version: number,
  type: string,
  data: JsonObject,
  at: number
): StoredEvent => ({
  company: "bench",
  partition: 1,
  position: version,
  stream: "conversation/bench",
  version,
  kind,
  type,
  schemaVersion: schemaVersion(type),
  data,
  dataText: canonicalJson(data),
  sealed: null,
  sealedHash: null,
  keyId: null,
  occurredAt: at,
  recordedAt: at,
  causation: null,
  correlation: null,
  principal: "engine",
  machineVersion: current.version,
  payloadHash: firstLink,
  link: firstLink
})

/** The real conversation machine, ready to run. */
export const conversationMachine = (): RegisteredMachine => {
  const names = machines.flatMap(({ jobs }) => Object.keys(jobs ?? {}))
  const registry = registerMachines(machines, names, () => {})
  if (registry._tag === "Failure") throw registry.failure
  return registry.success.get("conversation")!
}
