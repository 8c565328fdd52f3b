import type { Language } from "../../../machines/conversation/events.ts"
import type { Inbound } from "../../../src/channels/channel.ts"
import type { Company } from "../../../src/companies/company.ts"
import type { Random } from "../time/random.ts"
import type { Timeline } from "../time/timeline.ts"
import { askedKind, type Occasion, sayOn } from "./lead-words.ts"
import type { Accepted, Provider } from "./provider.ts"
import type { Webhooks } from "./webhooks.ts"

const minute = 60_000
const hour = 60 * minute

/** How a lead is: what it does when nothing makes it do otherwise. Chances are per message of ours. */
interface Temper {
  /** Answers the questions it is asked. */
  readonly answers: number
  /** Falls silent, and writes again only when reminded. */
  readonly fallsSilent: number
  readonly comesBack: number
  readonly optsOut: number
  readonly optsIn: number
  readonly asksForPerson: number
  /** Longest pause before it answers, ms. */
  readonly pauseMaxMs: number
  readonly sleepsAtNight: boolean
}

const tempers: Readonly<Record<string, Temper>> = {
  keen: {
    ...{ answers: 0.95, fallsSilent: 0.02, comesBack: 0.9, optsOut: 0.005, optsIn: 0.5, asksForPerson: 0.02 },
    ...{ pauseMaxMs: 5 * minute, sleepsAtNight: false }
  },
  busy: {
    ...{ answers: 0.8, fallsSilent: 0.15, comesBack: 0.6, optsOut: 0.01, optsIn: 0.3, asksForPerson: 0.05 },
    ...{ pauseMaxMs: 6 * hour, sleepsAtNight: true }
  },
  chatty: {
    ...{ answers: 0.4, fallsSilent: 0.08, comesBack: 0.8, optsOut: 0.01, optsIn: 0.5, asksForPerson: 0.08 },
    ...{ pauseMaxMs: 20 * minute, sleepsAtNight: true }
  },
  cold: {
    ...{ answers: 0.5, fallsSilent: 0.4, comesBack: 0.25, optsOut: 0.08, optsIn: 0.3, asksForPerson: 0.02 },
    ...{ pauseMaxMs: 12 * hour, sleepsAtNight: true }
  }
}

export interface LeadOptions {
  readonly contact: string
  readonly name: string
  readonly company: Company
  readonly provider: Provider
  readonly webhooks: Webhooks
  readonly timeline: Timeline
  readonly random: Random
  /** After then it writes nothing more. */
  readonly until: number
}

/** Messages that a lead writes in its whole life. */
const messagesMax = 40

/** One person who writes with a company, and reads what comes back. */
export class Lead {
  readonly contact: string
  readonly company: Company
  readonly provider: Provider
  /** Ids of what it has written, in order. */
  readonly written: Array<string> = []
  private readonly options: LeadOptions
  private readonly language: Language
  private readonly temper: Temper
  private silent = false
  private out = false
  private planned: (() => void) | undefined

  constructor(options: LeadOptions) {
    this.options = options
    this.contact = options.contact
    this.company = options.company
    this.provider = options.provider
    const { random } = options
    this.language = random.weighted({ pt: 6, en: 2, es: 2 })
    this.temper = tempers[random.weighted({ keen: 3, busy: 3, chatty: 2, cold: 2 })]!
  }

  /** Something that it is about to say. */
  get isWriting(): boolean {
    return this.planned !== undefined && this.options.timeline.now <= this.options.until
  }

  /** Writes for the first time, after so long. */
  begin(afterMs: number) {
    this.options.timeline.after(afterMs, "world", () => {
      this.say("hello")
      if (this.options.random.chance(0.4)) this.plan(this.options.random.spread(1000, 20_000), "need")
    })
  }

  /** A message of ours is on its phone. */
  read(message: Accepted) {
    const { random } = this.options
    const { temper } = this
    if (this.out) {
      if (random.chance(0.02)) this.plan(random.spread(minute, 24 * hour), "start")
      return
    }
    if (random.chance(temper.optsOut)) return this.plan(random.spread(1000, 30 * minute), "stop")
    if (this.silent && !random.chance(temper.comesBack)) return
    this.silent = random.chance(temper.fallsSilent)
    if (this.silent) return
    if (random.chance(temper.asksForPerson)) return this.plan(this.pause(), "person")
    const asked = askedKind(message.text, this.company)
    if (asked !== undefined && random.chance(temper.answers)) return this.plan(this.pause(), asked)
    if (random.chance(0.5)) this.plan(this.pause(), "chat")
  }

  private pause(): number {
    const { random, timeline } = this.options
    const pauseMs = random.spread(2000, this.temper.pauseMaxMs)
    if (!this.temper.sleepsAtNight) return pauseMs
    // From 2 to 10 o'clock UTC it is night in São Paulo.
    const hourThen = new Date(timeline.now + pauseMs).getUTCHours()
    return hourThen >= 2 && hourThen < 10 ? pauseMs + (10 - hourThen) * hour : pauseMs
  }

  /** What it is about to say; a later thought takes its place. */
  private plan(afterMs: number, occasion: Occasion) {
    this.planned?.()
    this.planned = this.options.timeline.after(afterMs, "world", () => {
      this.planned = undefined
      this.say(occasion)
    })
  }

  private say(occasion: Occasion) {
    const { random, timeline, until } = this.options
    if (timeline.now > until || this.written.length >= messagesMax) return
    if (occasion === "stop") this.out = true
    if (occasion === "start") this.out = false
    this.write(sayOn(this.language, occasion, random))
    if (occasion === "stop" || !random.chance(0.35)) return
    let afterMs = 0
    for (let more = random.whole(1, 3); more > 0; more--) {
      afterMs += random.spread(300, 15_000)
      timeline.after(afterMs, "world", () => this.write(sayOn(this.language, "more", random)))
    }
    // It takes up to 8 s of silence until a turn is over; what is written later belongs to the next.
    if (random.chance(this.temper.optsIn * 0.1)) this.plan(afterMs + random.spread(2000, minute), "chat")
  }

  private write(text: string) {
    const { random, timeline, webhooks, name, company } = this.options
    const messageId = `${this.provider.channel}-${this.contact}-${this.written.length + 1}`
    this.written.push(messageId)
    const withMedia = random.chance(0.06)
    const inbound: Inbound = {
      _tag: "message",
      instance: "main",
      contact: this.contact,
      messageId,
      at: timeline.now,
      ...(withMedia ? { media: [{ kind: "audio", reference: `file-${messageId}` }] } : { text }),
      ...(random.chance(0.8) ? { contactName: name } : {}),
      fromUs: false
    }
    webhooks.send(this.provider.channel, company.id, [inbound])
  }
}
