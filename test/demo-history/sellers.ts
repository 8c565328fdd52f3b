import type { ActorEvent } from "../../actors/engine/engine.ts"
import { machines } from "../../machines/index.ts"
import type { Random } from "../simulator/time/random.ts"
import type { Timeline } from "../simulator/time/timeline.ts"
import type { Lead } from "./lead.ts"
import { disqualifiedReasons, lostReasons, notes, sellerWords, tags } from "./lead-words.ts"
import { day, hour, minute, whenWorking } from "./office-hours.ts"

/** Who sells for the demo company: how they are called in events, and by leads. */
export const sellers = [
  { id: "ana", name: "Ana" },
  { id: "bruno", name: "Bruno" },
  { id: "carla", name: "Carla" }
] as const
type Seller = (typeof sellers)[number]

/** What sellers need of the world around them. */
export interface SellerWorld {
  readonly timeline: Timeline
  /** Says it to one of the lead's actors. */
  readonly deliver: (lead: Lead, machine: string, event: ActorEvent, principal: string) => void
  /** What a seller wrote is on the lead's screen. */
  readonly show: (lead: Lead, text: string) => void
}

const hasContacts = machines.some(({ machine }) => machine.id === "contact")
const stages = ["discovery", "proposal", "negotiation"] as const

/** The people of the company: they take over, talk, move deals, and take notes, in office hours. */
export class Sellers {
  private readonly world: SellerWorld
  private readonly random: Random
  private readonly sellerFor = new Map<Lead, Seller>()
  private readonly takenOver = new Set<Lead>()
  private replies = 0

  constructor(world: SellerWorld, random: Random) {
    this.world = world
    this.random = random
  }

  /** A conversation waits for a person. */
  handedOver(lead: Lead) {
    const { random } = this
    // Some are overlooked, and closed by their silence.
    if (this.takenOver.has(lead) || random.chance(0.12)) return
    this.takenOver.add(lead)
    const seller = this.sellerOf(lead)
    let at = this.plan(this.world.timeline.now + random.spread(8 * minute, 5 * hour), () => {
      this.ask(lead, seller, "conversation", { type: "PersonTookOver", reason: "next in line" })
      this.ask(lead, seller, "contact", {
        type: "OwnerAssignAsked",
        owner: seller.id,
        reason: "took the conversation"
      })
      const { name, email, language } = lead.who
      this.ask(lead, seller, "contact", {
        type: "ContactDescribeAsked",
        name,
        email,
        language,
        reason: "asked"
      })
    })
    at = this.plan(at + random.spread(minute, 20 * minute), () => this.write(lead, seller, "hello"))
    for (let more = random.whole(0, 2); more > 0; more--) {
      at = this.plan(at + random.spread(3 * hour, 3 * day), () => this.write(lead, seller, "next"))
    }
    if (random.chance(0.5)) this.plan(at + random.spread(hour, day), () => this.note(lead, seller))
    if (random.chance(0.55)) {
      const type = random.chance(0.85) ? "ConversationCloseAsked" : "ReturnedToAi"
      const event = {
        type,
        reason: type === "ReturnedToAi" ? "answers questions again" : "goes on by e-mail"
      }
      this.plan(at + random.spread(day, 4 * day), () => this.ask(lead, seller, "conversation", event))
    }
  }

  /** The lead has answered everything, and its score is too low for the engine to decide. */
  weighed(lead: Lead) {
    const { random } = this
    if (this.takenOver.has(lead) || random.chance(0.25)) return
    this.takenOver.add(lead)
    const seller = this.sellerOf(lead)
    const isGood = random.chance(0.15)
    const event = isGood
      ? { type: "LeadQualifyAsked", reason: "small today, and growing" }
      : { type: "LeadDisqualifyAsked", reason: random.pick(disqualifiedReasons) }
    const at = this.plan(this.world.timeline.now + random.spread(hour, day), () =>
      this.ask(lead, seller, "lead", event)
    )
    const close = { type: "ConversationCloseAsked", reason: "not a customer for now" }
    if (!isGood) this.plan(at + minute, () => this.ask(lead, seller, "conversation", close))
  }

  /** A lead came to be a deal. */
  dealOpened(lead: Lead) {
    const { random } = this
    const seller = this.sellerOf(lead)
    let at: number = this.world.timeline.now
    for (const to of stages) {
      if (random.chance(0.12)) return
      at = this.plan(at + random.spread(3 * hour, 4 * day), () =>
        this.ask(lead, seller, "deal", { type: "DealMoveAsked", to, reason: "agreed with the lead" })
      )
      if (random.chance(0.12)) return this.end(lead, seller, at, false)
    }
    if (random.chance(0.85)) this.end(lead, seller, at, random.chance(0.68))
  }

  private end(lead: Lead, seller: Seller, after: number, isWon: boolean) {
    const { random } = this
    const valueCents = 100 * random.pick([1490, 2900, 4800, 7500, 12_000, 18_000, 36_000])
    const event = isWon
      ? { type: "DealWinAsked", reason: "signed", valueCents }
      : { type: "DealLoseAsked", reason: random.pick(lostReasons) }
    this.plan(after + random.spread(6 * hour, 4 * day), () => {
      this.ask(lead, seller, "deal", event)
      if (isWon) this.ask(lead, seller, "contact", { type: "TagAddAsked", tag: "cliente" })
    })
  }

  private note(lead: Lead, seller: Seller) {
    const { random } = this
    const about = random.pick(["contact", "lead"])
    this.ask(lead, seller, "contact", { type: "NoteWriteAsked", text: random.pick(notes), about })
    if (random.chance(0.6)) this.ask(lead, seller, "contact", { type: "TagAddAsked", tag: random.pick(tags) })
    if (!random.chance(0.5)) return
    const durationMinutes = 5 * random.whole(2, 9)
    const event = { type: "ActivityLogAsked", kind: "call", title: "Primeira conversa", durationMinutes }
    this.ask(lead, seller, "contact", event)
  }

  private write(lead: Lead, seller: Seller, occasion: "hello" | "next") {
    const { random, world } = this
    const name = lead.who.name.split(" ")[0]!
    const text = random
      .pick(sellerWords[lead.who.language][occasion])
      .replace("{name}", `, ${name}`)
      .replace("{seller}", seller.name)
    const source = random.chance(0.7) ? "console" : "phone"
    const messageId = `seller-${++this.replies}`
    this.ask(lead, seller, "conversation", { type: "PersonReplied", text, source, messageId })
    world.show(lead, text)
  }

  private sellerOf(lead: Lead): Seller {
    const seller = this.sellerFor.get(lead) ?? this.random.pick(sellers)
    this.sellerFor.set(lead, seller)
    return seller
  }

  /** Does it then, or when the office is open next; gives when that is. */
  private plan(wanted: number, run: () => void): number {
    const at = whenWorking(wanted, this.random)
    this.world.timeline.at(at, run)
    return at
  }

  private ask(lead: Lead, seller: Seller, machine: string, event: ActorEvent) {
    if (machine === "contact" && !hasContacts) return
    const by = `person:${seller.id}`
    this.world.deliver(lead, machine, { ...event, by, at: this.world.timeline.now }, by)
  }
}
