import type { Random } from "../time/random.ts"
import type { Timeline } from "../time/timeline.ts"

/** The places where something may go wrong, in words. */
export const faultPlaces = {
  crashBeforeCommit: "the process dies with a commit unsent",
  crashAfterCommit: "the process dies before it hears that its commit stands",
  commitUnknown: "the connection breaks during a commit, which stands, does not, or lands later",
  storeSlow: "the database takes seconds for an answer",
  storeDown: "the database is away for a while",
  crashBeforeSend: "the process dies between the committed attempt and the send",
  crashAfterSend: "the process dies between the send and its result",
  sendAnswerLost: "the provider takes a message, and its answer is lost",
  sendSlow: "the provider takes a message long after we gave up waiting",
  sendSilent: "the provider never answers, and takes nothing",
  sendError: "the provider answers 500, with or without having taken the message",
  sendGarbage: "the provider takes a message and answers nonsense",
  sendRefused: "the provider refuses a message for good",
  sendLimited: "the provider asks us to wait",
  providerDown: "the provider is away for a while",
  receiptLost: "the provider can't tell what it took, for a while",
  notDelivered: "the provider tells later that a message did not arrive",
  modelRefuses: "the model refuses",
  modelGarbage: "the model writes nothing, or bytes that nobody can store",
  modelSilent: "the model never answers",
  modelDown: "the model is overloaded",
  webhookAgain: "a webhook comes several times, also at once and at two engines",
  webhookLate: "webhooks overtake one another",
  webhookAnswerLost: "our answer to a webhook is lost",
  clockSkew: "the engines' clocks differ",
  clockJump: "a clock jumps by up to an hour, ahead or back",
  freeze: "an engine is frozen for longer than its lease, and wakes up",
  snapshotLost: "snapshots are deleted",
  smallCache: "actors are let go at once",
  stop: "an engine is stopped in order and started again",
  restartAll: "everything is killed at once and started again",
  longDown: "no engine runs for hours"
} as const

export type FaultPlace = keyof typeof faultPlaces

export const allPlaces = Object.keys(faultPlaces) as ReadonlyArray<FaultPlace>

/** Which places are on: by name, or all, or none. Throws for a name that is none. */
export const faultsNamed = (text: string): ReadonlySet<FaultPlace> => {
  if (text === "all") return new Set(allPlaces)
  if (text === "none" || text === "") return new Set()
  const names = text.split(",").map((name) => name.trim())
  for (const name of names) {
    if (name in faultPlaces) continue
    throw new Error(`no fault is called "${name}"; there are ${allPlaces.join(", ")}, all and none`)
  }
  return new Set(names as ReadonlyArray<FaultPlace>)
}

/** What was done to a run, and when. */
export interface Injected {
  readonly at: number
  readonly place: FaultPlace
  readonly detail: string
}

/** How often each place breaks in a seed that has it: between these two, per chance. */
const rates: Partial<Record<FaultPlace, readonly [number, number]>> = {
  crashBeforeCommit: [0.001, 0.01],
  crashAfterCommit: [0.001, 0.01],
  commitUnknown: [0.002, 0.05],
  storeSlow: [0.001, 0.01],
  crashBeforeSend: [0.005, 0.05],
  crashAfterSend: [0.005, 0.05],
  sendRefused: [0.003, 0.03],
  notDelivered: [0.005, 0.05],
  modelRefuses: [0.005, 0.05],
  smallCache: [1, 1],
  clockSkew: [1, 1]
}
/** So often at most in one run, where each keeps time from jumping. */
const hitsMax: Partial<Record<FaultPlace, number>> = { storeSlow: 30, commitUnknown: 60 }
const usualRate = [0.01, 0.15] as const
/** Deaths of processes in one run. */
const deathsMax = 12
const lastMax = 12
const deaths: ReadonlySet<FaultPlace> = new Set([
  "crashBeforeCommit",
  "crashAfterCommit",
  "crashBeforeSend",
  "crashAfterSend",
  "freeze",
  "restartAll",
  "longDown",
  "stop"
])

/** Draws, by the seed, what goes wrong and where. */
export class Faults {
  readonly counts = new Map<FaultPlace, number>()
  readonly last: Array<Injected> = []
  active = true
  private readonly rate = new Map<FaultPlace, number>()
  private readonly random: Random
  private readonly timeline: Timeline
  private died = 0

  constructor(on: ReadonlySet<FaultPlace>, random: Random, timeline: Timeline) {
    this.random = random
    this.timeline = timeline
    // Not all at once in every seed: what hides one fault is often another.
    const share = on.size <= 3 ? 1 : random.pick([0.15, 0.35, 0.6, 1])
    for (const place of allPlaces) {
      const [min, max] = rates[place] ?? usualRate
      const drawn = random.chance(share)
      const rate = random.spread(min * 10_000, max * 10_000) / 10_000
      if (drawn && on.has(place)) this.rate.set(place, rate)
    }
  }

  has(place: FaultPlace): boolean {
    return this.rate.has(place)
  }

  /** Whether it happens here and now; told to `counts` and `last`. */
  hit(place: FaultPlace, detail = ""): boolean {
    const rate = this.rate.get(place)
    if (rate === undefined || !this.active || !this.random.chance(rate)) return false
    if ((this.counts.get(place) ?? 0) >= (hitsMax[place] ?? Number.POSITIVE_INFINITY)) return false
    return this.tell(place, detail)
  }

  /** Notes that it happens; false when too many processes have died already. */
  tell(place: FaultPlace, detail = ""): boolean {
    if (deaths.has(place) && ++this.died > deathsMax) return false
    this.counts.set(place, (this.counts.get(place) ?? 0) + 1)
    this.last.push({ at: this.timeline.now, place, detail })
    if (this.last.length > lastMax) this.last.shift()
    return true
  }
}
