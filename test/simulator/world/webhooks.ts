import * as Exit from "effect/Exit"
import type { Inbound } from "../../../src/channels/channel.ts"
import type { Random } from "../time/random.ts"
import type { Timeline } from "../time/timeline.ts"
import type { Faults } from "./faults.ts"
import type { Slot } from "./slot.ts"

/** A provider waits so long for our answer, ms, and then sends the webhook again. */
const patienceMs = 30_000
const retriesMs = [1000, 2000, 5000, 15_000, 60_000]

/** One webhook, sent until it is answered. */
interface Webhook {
  readonly channel: string
  readonly company: string
  readonly inbounds: ReadonlyArray<Inbound>
  tries: number
  acknowledged: boolean
}

/** Sends what happens at the provider to our engines, again and again until one says that it has it. */
export class Webhooks {
  /** Ids of messages that we said to have. */
  readonly acknowledged = new Set<string>()
  open = 0
  sent = 0
  refused = 0
  private readonly timeline: Timeline
  private readonly faults: Faults
  private readonly random: Random
  private readonly slots: ReadonlyArray<Slot>

  constructor(timeline: Timeline, faults: Faults, random: Random, slots: ReadonlyArray<Slot>) {
    this.timeline = timeline
    this.faults = faults
    this.random = random
    this.slots = slots
  }

  send(channel: string, company: string, inbounds: ReadonlyArray<Inbound>) {
    const { random, faults, timeline } = this
    const webhook: Webhook = { channel, company, inbounds, tries: 0, acknowledged: false }
    this.open++
    this.sent++
    const lateMs = faults.hit("webhookLate", inbounds[0]!.messageId) ? random.spread(500, 60_000) : 0
    timeline.after(random.whole(10, 300) + lateMs, "world", () => this.post(webhook))
    if (!faults.hit("webhookAgain", inbounds[0]!.messageId)) return
    for (let copies = random.whole(1, 9); copies > 0; copies--) {
      const apartMs = random.pick([0, 0, 5, 1000, 30_000, 600_000])
      timeline.after(random.whole(10, 300) + apartMs, "world", () => this.post(webhook, true))
    }
  }

  private post(webhook: Webhook, isCopy = false) {
    if (webhook.acknowledged && !isCopy) return
    const { timeline, random, faults } = this
    const running = this.slots.filter((slot) => slot.node !== undefined)
    const slot = random.chance(0.8)
      ? (running.find((each) => each.owns) ?? running[0])
      : random.pick(this.slots)
    const node = slot?.node
    let over = false
    const again = () => {
      if (over || isCopy) return
      over = true
      if (webhook.acknowledged) return
      const pauseMs = retriesMs[Math.min(webhook.tries++, retriesMs.length - 1)]!
      timeline.after(pauseMs, "world", () => this.post(webhook))
    }
    if (node === undefined) return again()
    const giveUp = timeline.after(patienceMs, "world", again)
    slot!.process.run(node.inbox.take(webhook.channel, webhook.inbounds, webhook.company), (exit) => {
      if (faults.hit("webhookAnswerLost", webhook.inbounds[0]!.messageId)) return
      timeline.after(random.whole(5, 100), "world", () => {
        giveUp()
        if (Exit.isFailure(exit)) return again()
        this.refused += exit.value.refused
        for (const inbound of webhook.inbounds) {
          if (inbound._tag === "message") this.acknowledged.add(`${webhook.channel} ${inbound.messageId}`)
        }
        if (!webhook.acknowledged) this.open--
        webhook.acknowledged = true
      })
    })
  }
}
