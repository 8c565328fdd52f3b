import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { defaultLimits, type EngineLimits } from "../../../actors/engine/engine-limits.ts"
import type { JobHandler } from "../../../actors/jobs/job-handler.ts"
import type { EventStore } from "../../../eventstore/log/event-store.ts"
import type { Company } from "../../../src/companies/company.ts"
import { completeCompany } from "../../../src/companies/complete-company.ts"
import { demoCompany } from "../../../src/companies/demo.ts"
import { type MemoryStore, makeMemoryStore } from "../store/memory-store.ts"
import { Random } from "../time/random.ts"
import { Timeline } from "../time/timeline.ts"
import { VirtualProcess } from "../time/virtual-process.ts"
import { isCalm, nextDueIn } from "./calm.ts"
import { type FaultPlace, Faults } from "./faults.ts"
import { Lead } from "./lead.ts"
import { modelIn } from "./model.ts"
import { startNode } from "./node.ts"
import { People } from "./people.ts"
import { deliverToLead } from "./phone.ts"
import { type ChannelKind, Provider } from "./provider.ts"
import type { Slot } from "./slot.ts"
import { planTroubles } from "./troubles.ts"
import { Webhooks } from "./webhooks.ts"
import { StoreWire } from "./wire.ts"

const hour = 3_600_000
const day = 24 * hour

export interface WorldOptions {
  readonly seed: string
  readonly leads: number
  readonly days: number
  readonly faults: ReadonlySet<FaultPlace>
  /** When it begins, epoch ms. */
  readonly startAt: number
  /** One company of this id, as the demo company's file has it, with the usual partitions; default drawn companies. */
  readonly company?: string
  readonly plant?: Plant
}

/** A fault that a test puts into the engine's seams, to see that it is found. */
export interface Plant {
  readonly store?: (store: EventStore["Service"], world: World) => EventStore["Service"]
  readonly handler?: (handler: JobHandler) => JobHandler
  readonly provider?: (provider: Provider) => void
}

const fewLeads = 20

export const leaseMs = 10_000

/** Everything of one run: time, the database, engines, providers, leads and people, all drawn from one seed. */
export class World {
  readonly options: WorldOptions
  readonly timeline: Timeline
  readonly faults: Faults
  readonly store: MemoryStore
  readonly wire: StoreWire
  readonly slots: ReadonlyArray<Slot>
  readonly providers: ReadonlyArray<Provider>
  readonly webhooks: Webhooks
  readonly people: People
  readonly leads: Array<Lead> = []
  readonly companies: ReadonlyArray<Company>
  readonly limits: EngineLimits
  readonly endsAt: number
  /** What must not be, as it was seen during the run. */
  readonly trouble: Array<string> = []
  readonly logged: Array<string> = []
  private readonly random: Random
  private readonly byContact = new Map<string, Lead>()

  constructor(options: WorldOptions) {
    this.options = options
    const { seed } = options
    this.random = new Random(`${seed} world`)
    this.timeline = new Timeline(options.startAt)
    const { timeline } = this
    this.endsAt = options.startAt + options.days * day
    this.faults = new Faults(options.faults, new Random(`${seed} faults`), timeline)
    this.store = makeMemoryStore({ now: () => Math.floor(timeline.now), lease: () => timeline.awake })
    const crash = (process: VirtualProcess) => this.crash(process)
    this.wire = new StoreWire(timeline, this.faults, new Random(`${seed} wire`), crash)
    this.slots = ["one", "two"].map((name) => this.newSlot(name))
    this.providers = (["key", "receipt", "none"] as const).map((kind) => this.newProvider(kind, crash))
    this.webhooks = new Webhooks(timeline, this.faults, new Random(`${seed} webhooks`), this.slots)
    this.people = new People(timeline, new Random(`${seed} people`), this.slots, this.webhooks)
    this.companies =
      options.company === undefined
        ? companiesOf(new Random(`${seed} companies`))
        : [completeCompany({ ...demoCompany, id: options.company, instances: [] })]
    this.limits = limitsOf(this.random, this.faults, options.leads)
    timeline.calm = { isCalm: () => isCalm(this), nextDue: () => nextDueIn(this) }
  }

  /** Starts the engines and lets the leads come. */
  begin() {
    const { timeline, random, options } = this
    for (const { id } of this.companies) {
      const drawn = random.whole(1, 4)
      const partitions = options.company === undefined ? drawn : defaultLimits.partitionsPerCompany
      Effect.runSync(this.store.events.createCompany(id, partitions))
    }
    for (const slot of this.slots) timeline.after(random.whole(0, 2000), "world", () => this.start(slot))
    for (let n = 0; n < options.leads; n++) this.addLead(n)
    planTroubles(this, new Random(`${options.seed} troubles`))
  }

  private addLead(n: number) {
    const { options, timeline } = this
    const random = new Random(`${options.seed} lead ${n}`)
    const lead = new Lead({
      contact: `5511${String(900_000_000 + n)}`,
      name: `Lead ${n}`,
      company: random.pick(this.companies),
      provider: random.pick(this.providers),
      webhooks: this.webhooks,
      timeline,
      random,
      until: this.endsAt - day / 4
    })
    this.leads.push(lead)
    this.byContact.set(lead.contact, lead)
    const comesWithin = Math.max(hour, (this.endsAt - options.startAt) * 0.7)
    // A few come soon, so that they are there when the trouble comes; many come by and by.
    const afterMs =
      options.leads > fewLeads ? random.whole(1000, comesWithin) : random.spread(1000, comesWithin)
    lead.begin(afterMs)
    this.people.watch(lead, options.startAt + afterMs, this.endsAt - day / 4)
  }

  private newSlot(name: string): Slot {
    const process = new VirtualProcess(`${name}-0`, this.timeline, 0)
    process.kill()
    return { name, process, node: undefined, owns: false, starts: 0, stop: () => {} }
  }

  private newProvider(kind: ChannelKind, crash: (process: VirtualProcess) => void): Provider {
    const { seed, plant } = this.options
    const provider = new Provider(kind, this.timeline, this.faults, new Random(`${seed} ${kind}`), crash)
    const random = new Random(`${seed} phone ${kind}`)
    provider.deliver = (message) => {
      const lead = this.byContact.get(message.contact)!
      deliverToLead(lead, message, { ...this, random })
    }
    plant?.provider?.(provider)
    return provider
  }

  /** Starts an engine in the slot, as a new process. */
  start(slot: Slot) {
    if (slot.process.state !== "dead") return
    const { timeline, options, faults } = this
    const random = new Random(`${options.seed} ${slot.name} ${++slot.starts}`)
    const skewMs = faults.has("clockSkew") ? random.whole(-hour, hour) : random.whole(-50, 50)
    const process = new VirtualProcess(`${slot.name}-${slot.starts}`, timeline, skewMs)
    slot.process = process
    timeline.stayAwakeUntil(timeline.now + 2 * leaseMs)
    const events = this.wire.events(process, this.store.events)
    slot.stop = startNode(
      {
        process,
        owner: process.name,
        events: options.plant?.store?.(events, this) ?? events,
        subjects: this.wire.subjects(process, this.store.subjects),
        companies: this.companies,
        channels: this.providers.map((provider) => provider.channelIn(process)),
        limits: this.limits,
        leaseMs,
        random,
        log: (line) => {
          if (this.logged.length < 10_000) this.logged.push(`${process.name} ${line}`)
        },
        broke: (why) => void this.trouble.push(`the engine ${process.name} broke: ${why}`),
        ...(options.plant?.handler && { handler: options.plant.handler })
      },
      modelIn(process, timeline, faults, random),
      (node) => {
        if (slot.process === process) slot.node = node
      }
    )
  }

  /** `kill -9`; it is started again after a while. */
  crash(process: VirtualProcess, startAgain = true) {
    const slot = this.slots.find((each) => each.process === process)
    if (slot === undefined || process.state === "dead") return
    process.kill()
    slot.node = undefined
    slot.owns = false
    const { timeline, random } = this
    const pauseMs = random.spread(200, 40_000)
    timeline.stayAwakeUntil(timeline.now + pauseMs + 3 * leaseMs)
    if (startAgain) timeline.after(pauseMs, "world", () => this.start(slot))
  }

  /** Looks which engine owns partitions, as a load balancer does. */
  look() {
    const owners = new Set([...this.store.tables.partitions.values()].map(({ owner }) => owner))
    for (const slot of this.slots) slot.owns = owners.has(slot.process.name)
  }

  /** Something ended otherwise than it may. */
  note(exit: Exit.Exit<unknown, unknown>, what: string) {
    if (Exit.isFailure(exit)) this.trouble.push(`${what}: ${exit.cause}`)
  }
}

const limitsOf = (random: Random, faults: Faults, leads: number): EngineLimits => ({
  ...defaultLimits,
  lanes: random.whole(1, 2),
  batchMax: random.pick([4, 512]),
  snapshotEvery: random.pick([3, 8, 32]),
  actorsInMemory: faults.has("smallCache") ? Math.max(1, Math.floor(leads / 4)) : 5000,
  jobConcurrency: random.pick([4, 64])
})

const companiesOf = (random: Random): ReadonlyArray<Company> =>
  ["aurora", "boreal"].slice(0, random.whole(1, 2)).map((id) =>
    completeCompany({
      ...demoCompany,
      id,
      conversation: {
        ...demoCompany.conversation,
        approveFirstContact: random.chance(0.25),
        returnToAiAfterMs: random.chance(0.4) ? random.spread(10 * 60_000, day) : 0,
        closeAfterMs: random.spread(day, 7 * day)
      },
      instances: []
    })
  )
