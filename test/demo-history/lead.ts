import type { Company } from "../../src/companies/company.ts"
import type { Random } from "../simulator/time/random.ts"
import type { Timeline } from "../simulator/time/timeline.ts"
import type { Invented } from "./invented-people.ts"
import { type Occasion, sayOn } from "./lead-words.ts"
import { hour, minute, whenAwake } from "./office-hours.ts"

/** How a lead is. Chances are per message of ours that it reads. */
interface Temper {
  readonly answers: number
  readonly fallsSilent: number
  /** Writes again when it was reminded. */
  readonly comesBack: number
  readonly optsOut: number
  readonly asksForPerson: number
  readonly asksBack: number
  readonly pauseMaxMs: number
}

const tempers: Readonly<Record<string, Temper>> = {
  keen: {
    ...{ answers: 0.97, fallsSilent: 0.02, comesBack: 0.9, optsOut: 0, asksForPerson: 0.03, asksBack: 0.15 },
    pauseMaxMs: 6 * minute
  },
  busy: {
    ...{ answers: 0.9, fallsSilent: 0.14, comesBack: 0.55, optsOut: 0.01, asksForPerson: 0.06 },
    ...{ asksBack: 0.15, pauseMaxMs: 5 * hour }
  },
  curious: {
    ...{ answers: 0.6, fallsSilent: 0.12, comesBack: 0.4, optsOut: 0.01, asksForPerson: 0.07, asksBack: 0.3 },
    pauseMaxMs: 30 * minute
  },
  cold: {
    ...{ answers: 0.35, fallsSilent: 0.6, comesBack: 0.12, optsOut: 0.09, asksForPerson: 0.02 },
    ...{ asksBack: 0.2, pauseMaxMs: 8 * hour }
  }
}

/** What some write at once after something else. */
const bursts: { readonly [occasion in Occasion]?: { readonly next: Occasion; readonly chance: number } } = {
  hello: { next: "question", chance: 0.15 },
  need: { next: "all", chance: 0.5 },
  person: { next: "chat", chance: 0.2 }
}

/** Messages that a lead writes in its whole life, to the AI and to people. */
const messagesMax = 14

/** What a lead needs of the world around it. */
export interface LeadWorld {
  readonly timeline: Timeline
  readonly company: Company
  /** Writes to the company; without a text it is a voice message. */
  readonly send: (text: string | undefined) => void
}

/** Somebody invented who writes with the company, and reads what comes back. */
export class Lead {
  readonly who: Invented
  private readonly world: LeadWorld
  private readonly random: Random
  private readonly temper: Temper
  private written = 0
  private silent = false
  private out = false
  private withPerson = false
  private planned: (() => void) | undefined

  constructor(who: Invented, world: LeadWorld, random: Random) {
    this.who = who
    this.world = world
    this.random = random
    this.temper = tempers[random.weighted({ keen: 15, busy: 22, curious: 23, cold: 40 })]!
  }

  begin() {
    this.say("hello")
    if (this.random.chance(0.25)) this.plan(this.random.spread(2000, 20_000), "need")
  }

  /** A message of ours is on its screen; `byPerson` when one of our people wrote it. */
  read(text: string, byPerson: boolean) {
    const { random, temper } = this
    this.withPerson = this.withPerson || byPerson
    if (this.out) return
    if (this.withPerson) {
      if (byPerson && random.chance(0.6)) this.plan(random.spread(minute, 5 * hour), "toSeller")
      return
    }
    if (random.chance(temper.optsOut)) return this.plan(random.spread(minute, 2 * hour), "stop")
    if (this.silent) {
      if (!random.chance(temper.comesBack)) return
      this.silent = false
      this.plan(random.spread(minute, 3 * hour), "late")
    }
    this.silent = random.chance(temper.fallsSilent)
    if (this.silent) return
    if (random.chance(temper.asksForPerson)) return this.plan(this.pause(), "person")
    const asked = this.askedKind(text)
    if (asked !== undefined && random.chance(temper.answers)) return this.plan(this.pause(), asked)
    if (random.chance(temper.asksBack)) return this.plan(this.pause(), "question")
    if (asked !== undefined && random.chance(0.3)) this.plan(this.pause(), "chat")
  }

  /** The kind of the criterion that the text asks for. */
  private askedKind(text: string): Occasion | undefined {
    const { criteria } = this.world.company.qualification
    const kind = criteria.find(({ question, again }) =>
      [question, again].some((texts) =>
        Object.values(texts ?? {}).some((each) => text.includes(String(each)))
      )
    )?.kind
    if (kind === "text") return "need"
    return kind === "count" && this.random.chance(0.7) ? "all" : kind
  }

  private pause(): number {
    const { random, temper } = this
    const { now } = this.world.timeline
    return whenAwake(now + random.spread(4000, temper.pauseMaxMs), random) - now
  }

  /** What it is about to say; a later thought takes its place. */
  private plan(afterMs: number, occasion: Occasion) {
    this.planned?.()
    this.planned = this.world.timeline.after(afterMs, "world", () => {
      this.planned = undefined
      this.say(occasion)
    })
  }

  private say(occasion: Occasion) {
    const { random, world } = this
    if (this.written >= messagesMax) return
    this.written++
    if (occasion === "stop") this.out = true
    const isSpoken = this.who.channel !== "web-chat" && occasion === "need" && random.chance(0.12)
    world.send(isSpoken ? undefined : sayOn(this.who.language, occasion, random))
    // A burst: both are one turn.
    const next = random.chance(bursts[occasion]?.chance ?? 0) ? bursts[occasion]!.next : undefined
    if (next === undefined) return
    const text = sayOn(this.who.language, next, random)
    world.timeline.after(random.spread(1500, 6000), "world", () => world.send(text))
  }
}
