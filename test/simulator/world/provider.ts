import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { JobFailedForNow, JobRefused } from "../../../actors/jobs/job-handler.ts"
import type { Channel, Outbound, Sent } from "../../../src/channels/channel.ts"
import type { Random } from "../time/random.ts"
import type { Timeline } from "../time/timeline.ts"
import type { VirtualProcess } from "../time/virtual-process.ts"
import type { Faults } from "./faults.ts"

export type ChannelKind = Channel["idempotency"]

/** A message that the provider took: from then on it is on its way to the lead. */
export interface Accepted {
  readonly channel: string
  readonly kind: ChannelKind
  readonly key: string
  readonly contact: string
  readonly text: string
  readonly messageId: string
  readonly at: number
  /** Set when it turned out later that it did not reach the lead. */
  failed: boolean
}

type Failure = JobRefused | JobFailedForNow
type Fate =
  | "taken"
  | "unreachable"
  | "error"
  | "errorTaken"
  | "lost"
  | "garbage"
  | "slow"
  | "silent"
  | "refused"
  | "limited"

/** A messaging provider of one kind of idempotency, seen from outside: what it took is what counts. */
export class Provider {
  readonly channel: string
  readonly kind: ChannelKind
  readonly accepted: Array<Accepted> = []
  /** Takes each message as it is accepted; the lead's phone. */
  deliver: (message: Accepted) => void = () => {}
  /** For a planted fault: a provider that says it honours keys, and does not. */
  ignoresKeys = false
  private readonly timeline: Timeline
  private readonly faults: Faults
  private readonly random: Random
  private readonly crash: (process: VirtualProcess) => void
  /** Requests on their way or in work, by key: while there is one, nobody can say that nothing was sent. */
  private readonly open = new Map<string, number>()
  private readonly byKey = new Map<string, Accepted>()
  private downUntil = 0
  private receiptsLostUntil = 0

  constructor(
    kind: ChannelKind,
    timeline: Timeline,
    faults: Faults,
    random: Random,
    crash: (process: VirtualProcess) => void
  ) {
    this.kind = kind
    this.channel = `by-${kind}`
    this.timeline = timeline
    this.faults = faults
    this.random = random
    this.crash = crash
  }

  goDown(ms: number) {
    this.downUntil = this.timeline.now + ms
  }

  loseReceipts(ms: number) {
    this.receiptsLostUntil = this.timeline.now + ms
  }

  comeBack() {
    this.downUntil = 0
    this.receiptsLostUntil = 0
  }

  /** The channel as the process has it. */
  channelIn(process: VirtualProcess): Channel {
    return {
      name: this.channel,
      idempotency: this.kind,
      receive: () => Effect.succeed([]),
      send: (outbound) => this.send(process, outbound),
      ...(this.kind === "receipt"
        ? { findReceipt: (outbound: Outbound) => this.findReceipt(process, outbound) }
        : {}),
      showTyping: () => Effect.void
    }
  }

  private send(process: VirtualProcess, outbound: Outbound): Effect.Effect<Sent, Failure> {
    return Effect.callback<Sent, Failure>((resume) => {
      const { timeline, random, faults } = this
      if (faults.hit("crashBeforeSend", `${process.name} ${outbound.key}`)) return this.crash(process)
      const fate = this.fateOf(process)
      this.begin(outbound.key)
      const answer = (result: Effect.Effect<Sent, Failure>) =>
        timeline.after(random.whole(20, 400), "world", () => process.dispatch(() => resume(result)))
      const late = fate === "slow" ? random.whole(31_000, 50_000) : 0
      timeline.after(random.whole(20, 600) + late, "world", () => {
        this.end(outbound.key)
        if (isTaken(fate)) {
          const taken = this.take(outbound)
          if (faults.hit("crashAfterSend", `${process.name} ${outbound.key}`)) return this.crash(process)
          if (fate === "taken" || fate === "slow") {
            return void answer(Effect.succeed({ messageId: taken.messageId, at: taken.at }))
          }
        }
        const failed = failureOf(fate)
        if (failed !== undefined) answer(Effect.fail(failed))
      })
    })
  }

  private fateOf(process: VirtualProcess): Fate {
    const { faults, random } = this
    const where = `${process.name} ${this.channel}`
    if (this.timeline.now < this.downUntil) return "unreachable"
    if (faults.hit("sendAnswerLost", where)) return "lost"
    if (faults.hit("sendSlow", where)) return "slow"
    if (faults.hit("sendSilent", where)) return "silent"
    if (faults.hit("sendError", where)) return random.chance(0.5) ? "error" : "errorTaken"
    if (faults.hit("sendGarbage", where)) return "garbage"
    if (faults.hit("sendRefused", where)) return "refused"
    if (faults.hit("sendLimited", where)) return "limited"
    return "taken"
  }

  private take(outbound: Outbound): Accepted {
    const known = this.byKey.get(outbound.key)
    if (known !== undefined && this.kind === "key" && !this.ignoresKeys) return known
    const { key, contact, text } = outbound
    const messageId = `${this.channel}-out-${this.accepted.length + 1}`
    const { channel, kind } = this
    const message = { channel, kind, key, contact, text, messageId, at: this.timeline.now, failed: false }
    this.accepted.push(message)
    if (known === undefined) this.byKey.set(key, message)
    this.deliver(message)
    return message
  }

  private findReceipt(process: VirtualProcess, { key }: Outbound) {
    return Effect.callback<Option.Option<Sent>, JobFailedForNow>((resume) => {
      const { timeline, random } = this
      timeline.after(random.whole(20, 600), "world", () => {
        const found = this.byKey.get(key)
        const isUnclear = timeline.now < Math.max(this.downUntil, this.receiptsLostUntil)
        const answer =
          isUnclear || (found === undefined && this.open.has(key))
            ? Effect.fail(forNow("notSettled", "what was taken can't be told yet", "unknown", 5000))
            : Effect.succeed(
                found === undefined
                  ? Option.none<Sent>()
                  : Option.some({ messageId: found.messageId, at: found.at })
              )
        process.dispatch(() => resume(answer))
      })
    })
  }

  private begin(key: string) {
    this.open.set(key, (this.open.get(key) ?? 0) + 1)
  }

  private end(key: string) {
    const left = (this.open.get(key) ?? 1) - 1
    if (left === 0) this.open.delete(key)
    else this.open.set(key, left)
  }
}

/** Whether a provider of ours gave this id, to a message of ours. */
export const isOurs = (messageId: string): boolean => /-out-\d+$/.test(messageId)

const isTaken = (fate: Fate): boolean => ["taken", "errorTaken", "lost", "garbage", "slow"].includes(fate)

const forNow = (reason: string, message: string, happened: "no" | "unknown", retryAfterMs?: number) =>
  new JobFailedForNow({
    reason,
    message,
    happened,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  })

/** What the channel makes of the answer; undefined when there is none. */
const failureOf = (fate: Fate): Failure | undefined => {
  switch (fate) {
    case "unreachable":
      return forNow("unreachable", "the provider refuses the connection", "no")
    case "error":
    case "errorTaken":
      return forNow("serverError", "the provider answered 500", "unknown")
    case "garbage":
      return forNow("unreadableAnswer", "the provider answered nonsense", "unknown")
    case "limited":
      return forNow("rateLimited", "the provider asks us to wait", "no", 7000)
    case "refused":
      return new JobRefused({ reason: "invalidContact", message: "the provider knows no such contact" })
    default:
      return undefined
  }
}
