import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Address } from "../../../actors/address.ts"
import type { ActorEvent } from "../../../actors/engine/engine.ts"
import type { Random } from "../time/random.ts"
import type { Timeline } from "../time/timeline.ts"
import type { Lead } from "./lead.ts"
import type { Slot } from "./slot.ts"
import type { Webhooks } from "./webhooks.ts"

const minute = 60_000
const hour = 60 * minute
const by = "person:ana"

type Act =
  | "takeOver"
  | "phone"
  | "console"
  | "giveBack"
  | "handOver"
  | "close"
  | "reopen"
  | "qualify"
  | "deal"
  | "settings"

const weights: Readonly<Record<Act, number>> = {
  takeOver: 4,
  phone: 5,
  console: 3,
  giveBack: 5,
  handOver: 2,
  close: 1,
  reopen: 1,
  qualify: 1,
  deal: 2,
  settings: 1
}

/** The people of a company: they look in now and then, write from the phone or the console, approve and decide. */
export class People {
  private readonly timeline: Timeline
  private readonly random: Random
  private readonly slots: ReadonlyArray<Slot>
  private readonly webhooks: Webhooks
  private acts = 0
  /** Acts that no engine has taken yet. */
  open = 0

  constructor(timeline: Timeline, random: Random, slots: ReadonlyArray<Slot>, webhooks: Webhooks) {
    this.timeline = timeline
    this.random = random
    this.slots = slots
    this.webhooks = webhooks
  }

  /** Plans what they do about this lead. */
  watch(lead: Lead, beginsAt: number, until: number) {
    const { random, timeline } = this
    const lasts = until - beginsAt
    if (lead.company.conversation.approveFirstContact) {
      for (let look = 0; look < 4; look++) {
        timeline.at(beginsAt + random.spread(minute, Math.max(hour, lasts)), () => this.approve(lead))
      }
    }
    if (random.chance(0.4)) return
    for (let left = random.whole(1, 4); left > 0; left--) {
      const at = beginsAt + random.spread(10_000, Math.max(hour, lasts))
      if (at < until) timeline.at(at, () => this.act(lead, random.weighted(weights)))
    }
  }

  private approve(lead: Lead) {
    const type = this.random.chance(0.85) ? "FirstContactApproved" : "FirstContactRefused"
    this.tell(lead, "conversation", { type, by, reason: "seen", at: this.timeline.now })
  }

  private act(lead: Lead, act: Act) {
    const { random, timeline } = this
    const said = { by, reason: "simulated", at: timeline.now }
    switch (act) {
      case "phone":
        return this.writeOnPhone(lead)
      case "console":
        return this.tell(lead, "conversation", {
          ...{ type: "PersonReplied", text: "Oi, aqui é a Ana.", source: "console", by, at: timeline.now },
          messageId: `console-${lead.contact}-${this.acts}`
        })
      case "takeOver":
        return this.tell(lead, "conversation", { type: "PersonTookOver", ...said })
      case "giveBack":
        return this.tell(lead, "conversation", { type: "ReturnedToAi", ...said })
      case "handOver":
        return this.tell(lead, "conversation", { type: "HandOverAsked", ...said })
      case "close":
        return this.tell(lead, "conversation", { type: "ConversationCloseAsked", ...said })
      case "reopen":
        return this.tell(lead, "conversation", { type: "ConversationReopenAsked", ...said })
      case "settings": {
        const settings = { ...lead.company.conversation, turnClosureMs: random.whole(2000, 20_000) }
        return this.tell(lead, "conversation", { type: "SettingsChanged", settings, ...said })
      }
      case "qualify": {
        const type = random.pick(["LeadQualifyAsked", "LeadDisqualifyAsked", "LeadReopenAsked"])
        return this.tell(lead, "lead", { type, ...said })
      }
      case "deal": {
        const move = { type: "DealMoveAsked", to: random.pick(["discovery", "proposal", "negotiation"]) }
        const end = { type: random.pick(["DealWinAsked", "DealLoseAsked", "DealReopenAsked"]) }
        return this.tell(lead, "deal", { ...(random.chance(0.6) ? move : end), ...said })
      }
    }
  }

  private writeOnPhone(lead: Lead) {
    const messageId = `phone-${lead.contact}-${++this.acts}`
    const at = this.timeline.now
    const text = "Oi, sou a Ana, pode falar comigo."
    this.webhooks.send(lead.provider.channel, lead.company.id, [
      { _tag: "message", instance: "main", contact: lead.contact, messageId, at, text, fromUs: true }
    ])
  }

  /** Says it to an engine until one has it; nothing is said of who is not there yet. */
  private tell(lead: Lead, machine: string, event: ActorEvent) {
    const key = `people-${++this.acts}`
    this.open++
    const attempt = (left: number) => {
      const slot = this.slots.find((each) => each.node !== undefined && each.owns) ?? this.slots[0]!
      const { node } = slot
      if (left === 0) {
        this.open--
        return
      }
      const again = () => this.timeline.after(5000, "world", () => attempt(left - 1))
      if (node === undefined) return void again()
      const { company, contact, provider } = lead
      const of = { company: company.id, channel: provider.channel, instance: "main", contact }
      const said = Effect.gen(function* () {
        const known = yield* node.contacts.find(of)
        if (known === undefined) return
        const address: Address =
          machine === "conversation" ? known.conversation : { company: company.id, machine, id: known.leadId }
        yield* node.engine.deliver(address, event, { principal: by, key, expectedVersion: "exists" })
      })
      let over = false
      const giveUp = this.timeline.after(30_000, "world", () => {
        over = true
        attempt(left - 1)
      })
      slot.process.run(said, (exit) => {
        if (over) return
        giveUp()
        const failure = Exit.isFailure(exit) ? exit.cause.reasons[0] : undefined
        const error = failure?._tag === "Fail" ? failure.error : undefined
        if (error?._tag === "TryAgain" || error?._tag === "StoreUnavailable") again()
        else this.open--
      })
    }
    attempt(50)
  }
}
