import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ActorEvent } from "../../actors/engine/engine.ts"
import { defaultLimits } from "../../actors/engine/engine-limits.ts"
import { JobRefused } from "../../actors/jobs/job-handler.ts"
import type { Batch } from "../../eventstore/log/batch.ts"
import type { EventStore } from "../../eventstore/log/event-store.ts"
import type { DeliveryStatus } from "../../machines/conversation/events.ts"
import type { Channel, Inbound, Outbound, Sent } from "../../src/channels/channel.ts"
import { completeCompany } from "../../src/companies/complete-company.ts"
import { conversationOf } from "../../src/companies/contacts.ts"
import { demoCompany } from "../../src/companies/demo.ts"
import { type MemoryStore, makeMemoryStore } from "../simulator/store/memory-store.ts"
import { each } from "../simulator/store/memory-tables.ts"
import { Random } from "../simulator/time/random.ts"
import { Timeline } from "../simulator/time/timeline.ts"
import { VirtualProcess } from "../simulator/time/virtual-process.ts"
import { isCalm, nextDueIn } from "../simulator/world/calm.ts"
import { type RunningNode, startNode } from "../simulator/world/node.ts"
import { accounts, type ChannelName, invent } from "./invented-people.ts"
import { modelFor } from "./language-model.ts"
import { Lead } from "./lead.ts"
import { arrival, day, minute } from "./office-hours.ts"
import { Sellers } from "./sellers.ts"

export interface OfficeOptions {
  readonly seed: string
  readonly leads: number
  /** Midnight of a Monday where the company is, epoch ms. */
  readonly from: number
  readonly days: number
}

/** A lead, and the ids that the engine gave it. */
export interface Known {
  readonly lead: Lead
  readonly leadId: string
  readonly conversationId: string
}

/** What sellers look at of what they hear. */
interface Heard {
  readonly by?: string
  readonly open?: ReadonlyArray<string>
  readonly score?: number
  readonly threshold?: number
}

const leaseMs = 10_000
const chances = { refused: 0.004, lost: 0.006, delivered: 0.15, read: 0.1 } as const

/** The demo company at work: the real engine on a virtual clock, invented leads, and people who sell. */
export class Office {
  readonly timeline: Timeline
  readonly store: MemoryStore
  readonly company = completeCompany(demoCompany)
  /** In which order events were stored, over all partitions, by `stream@version`. */
  readonly order = new Map<string, number>()
  /** By the streams that are about it. */
  readonly known = new Map<string, Known>()
  private readonly idsOf = new Map<Lead, Known>()
  readonly trouble: Array<string> = []
  private readonly options: OfficeOptions
  private readonly random: Random
  private readonly process: VirtualProcess
  private readonly sellers: Sellers
  private readonly byContact = new Map<string, Lead>()
  private node: RunningNode | undefined
  private messages = 0

  constructor(options: OfficeOptions) {
    this.options = options
    this.random = new Random(`${options.seed} office`)
    this.timeline = new Timeline(options.from)
    const { timeline } = this
    this.store = makeMemoryStore({ now: () => Math.floor(timeline.now), lease: () => timeline.awake })
    this.process = new VirtualProcess("office", timeline, 0)
    this.sellers = new Sellers(
      {
        timeline,
        deliver: (lead, machine, event, principal) => this.deliver(lead, machine, event, principal),
        show: (lead, text) => timeline.after(2000, "world", () => lead.read(text, true))
      },
      new Random(`${options.seed} sellers`)
    )
    const slot = {
      name: "office",
      process: this.process,
      node: undefined,
      owns: true,
      starts: 1,
      stop: () => {}
    }
    const calmable = { timeline, store: this.store, slots: [slot], wire: { isDown: false } }
    timeline.calm = { isCalm: () => isCalm(calmable), nextDue: () => nextDueIn(calmable) }
  }

  /** Lets all the days go by; `tell` hears how much of them has. */
  run(tell: (share: number) => void = () => {}) {
    const { timeline, options, random } = this
    Effect.runSync(this.store.events.createCompany(this.company.id, defaultLimits.partitionsPerCompany))
    this.start()
    timeline.stayAwakeUntil(options.from + minute)
    for (let n = 0; n < options.leads; n++) {
      const own = new Random(`${options.seed} lead ${n}`)
      const who = invent(n, own)
      const send = (text: string | undefined) => this.receive(lead, text)
      const lead = new Lead(who, { timeline, company: this.company, send }, own)
      this.byContact.set(who.contact, lead)
      timeline.at(Math.max(options.from + minute, arrival(options.from, options.days, random)), () =>
        lead.begin()
      )
    }
    for (let n = 1; n <= options.days; n++) {
      timeline.runUntil(options.from + n * day, () => this.trouble.length > 0)
      tell(n / options.days)
    }
    if (this.trouble.length > 0) throw new Error(`the history can't be made: ${this.trouble[0]}`)
  }

  private start() {
    const { process, timeline, options } = this
    startNode(
      {
        process,
        owner: "office",
        events: this.heardStore(),
        subjects: this.store.subjects,
        companies: [this.company],
        channels: (Object.keys(accounts) as Array<ChannelName>).map((name) => this.channel(name)),
        limits: defaultLimits,
        leaseMs,
        random: new Random(`${options.seed} engine`),
        log: () => {},
        broke: (why) => void this.trouble.push(why)
      },
      modelFor(process, timeline, new Random(`${options.seed} model`)),
      (node) => {
        this.node = node
      }
    )
  }

  /** The store, with an ear for what sellers go by. */
  private heardStore(): EventStore["Service"] {
    const { events } = this.store
    return {
      ...events,
      append: (batch) => Effect.tap(events.append(batch), () => Effect.sync(() => this.hear(batch)))
    }
  }

  private hear(batch: Batch) {
    each(batch.events, (row) => {
      const [stream, version, type] = [row[3] as string, row[4], row[6]]
      this.order.set(`${stream}@${version}`, this.order.size)
      const lead = this.known.get(stream)?.lead
      if (lead === undefined) return
      if (type === "DealOpened") this.sellers.dealOpened(lead)
      if (type !== "HandedOver" && type !== "LeadScored") return
      const { by, open, score, threshold } = JSON.parse(row[8] as string) as Heard
      if (type === "HandedOver" && by?.startsWith("person:") === false) this.sellers.handedOver(lead)
      if (type === "LeadScored" && open?.length === 0 && score! < threshold!) this.sellers.weighed(lead)
    })
  }

  /** The lead's message arrives at our webhook. */
  private receive(lead: Lead, text: string | undefined) {
    const { channel, contact, name } = lead.who
    const messageId = this.newId(channel)
    const reference = `voice-${messageId}`
    this.take(lead, {
      ...{ _tag: "message", instance: accounts[channel].instance, contact, messageId, at: this.timeline.now },
      ...(text === undefined ? { media: [{ kind: "audio", reference }] } : { text }),
      ...(lead.who.tellsName && { contactName: name }),
      fromUs: false
    })
  }

  private take(lead: Lead, inbound: Inbound) {
    const { channel, contact } = lead.who
    const { company, process, node } = this
    process.run(node!.inbox.take(channel, [inbound], company.id), (exit) => {
      if (Exit.isFailure(exit)) this.trouble.push(`an inbound message is not taken: ${exit.cause}`)
    })
    if (this.idsOf.has(lead)) return
    const of = { company: company.id, channel, instance: inbound.instance, contact }
    process.run(node!.contacts.take(of), (exit) => {
      if (Exit.isFailure(exit)) return void this.trouble.push(`a contact is not found: ${exit.cause}`)
      const { leadId } = exit.value
      if (!this.idsOf.has(lead)) this.meet({ lead, leadId, conversationId: conversationOf(leadId, of).id })
    })
  }

  private meet(known: Known) {
    this.idsOf.set(known.lead, known)
    for (const machine of ["lead", "deal", "contact"]) this.known.set(`${machine}/${known.leadId}`, known)
    this.known.set(`conversation/${known.conversationId}`, known)
  }

  private deliver(lead: Lead, machine: string, event: ActorEvent, principal: string) {
    const { conversationId, leadId } = this.idsOf.get(lead)!
    const id = machine === "conversation" ? conversationId : leadId
    const delivered = this.node!.engine.deliver({ company: this.company.id, machine, id }, event, {
      principal
    })
    this.process.run(delivered, (exit) => {
      if (Exit.isFailure(exit)) this.trouble.push(`${event.type} is not taken: ${exit.cause}`)
    })
  }

  private channel(name: ChannelName): Channel {
    return {
      name,
      idempotency: "key",
      receive: () => Effect.succeed([]),
      send: (outbound) => this.send(name, outbound),
      showTyping: () => Effect.void
    }
  }

  private send(channel: ChannelName, outbound: Outbound): Effect.Effect<Sent, JobRefused> {
    return Effect.callback<Sent, JobRefused>((resume) => {
      const { timeline, random, process } = this
      const lead = this.byContact.get(outbound.contact)!
      const refused = accounts[channel].tells && random.chance(chances.refused)
      timeline.after(random.whole(80, 700), "world", () => {
        const sent = { messageId: this.newId(channel), at: timeline.now }
        const message = "the provider can't reach this contact"
        const answer = refused
          ? Effect.fail(new JobRefused({ reason: "invalidContact", message }))
          : Effect.succeed(sent)
        process.dispatch(() => resume(answer))
        if (!refused) this.arrive(lead, outbound, sent)
      })
    })
  }

  /** What becomes of a message that the provider took, and what it tells us of that. */
  private arrive(lead: Lead, { instance, contact, text }: Outbound, { messageId }: Sent) {
    const { timeline, random } = this
    const { tells } = accounts[lead.who.channel]
    const tell = (afterMs: number, status: DeliveryStatus) =>
      timeline.after(afterMs, "world", () =>
        this.take(lead, { _tag: "status", instance, contact, messageId, status, at: timeline.now })
      )
    if (tells && random.chance(chances.lost)) return void tell(random.spread(3000, minute), "failed")
    const arrivesMs = random.spread(300, 4000)
    timeline.after(arrivesMs, "world", () => lead.read(text, false))
    if (!tells) return
    if (random.chance(chances.delivered)) tell(arrivesMs, "delivered")
    if (random.chance(chances.read)) tell(arrivesMs + random.spread(3000, 60 * minute), "read")
  }

  private newId(channel: ChannelName): string {
    return `${channel}-${String(++this.messages).padStart(6, "0")}`
  }
}
