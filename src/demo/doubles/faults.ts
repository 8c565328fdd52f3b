/** What should go wrong with the sends that follow. Each POST replaces all of it; an empty one makes all well. */
export interface FaultSettings {
  /** Refuses the next `times` sends (default 1) with this HTTP status; they are not accepted. */
  readonly status?: number
  readonly times?: number
  /** Accepts, and answers so much later. */
  readonly delayMs?: number
  /** Accepts and cuts the connection without an answer: a whole number is the next n, a fraction a probability. */
  readonly loseAnswer?: number
  /** Cuts the connection before accepting; as `loseAnswer`. */
  readonly loseRequest?: number
  /** Answers the next n with 429. */
  readonly rateLimitNext?: number
  /** What the 429 asks for; default 1. */
  readonly retryAfterSeconds?: number
  /** The words of a refusal (WhatsApp only); default those of its status. */
  readonly says?: string
  /** The order of delivery updates; default `ordered`. */
  readonly statuses?: "ordered" | "shuffled" | "none"
}

/** What happens to one send. */
export interface Fate {
  readonly status: number | undefined
  readonly says: string | undefined
  readonly retryAfterSeconds: number
  readonly loseRequest: boolean
  readonly loseAnswer: boolean
  readonly delayMs: number
}

/** Decides, send by send; the same seed and settings decide the same. */
export class Faults {
  #settings: FaultSettings = {}
  readonly #left = new Map<keyof FaultSettings, number>()
  readonly #random: () => number

  constructor(seed = 1) {
    this.#random = randomFrom(seed)
  }

  set(settings: FaultSettings): void {
    this.#settings = settings
    this.#left.clear()
    if (settings.status !== undefined) this.#left.set("status", settings.times ?? 1)
    for (const name of ["loseAnswer", "loseRequest", "rateLimitNext"] as const) {
      const value = settings[name] ?? 0
      if (Number.isInteger(value)) this.#left.set(name, value)
    }
  }

  nextSend(): Fate {
    const limited = this.#take("rateLimitNext")
    const refused = !limited && this.#take("status")
    const loseRequest = !limited && !refused && this.#happens("loseRequest")
    return {
      status: limited ? 429 : refused ? this.#settings.status : undefined,
      says: this.#settings.says,
      retryAfterSeconds: this.#settings.retryAfterSeconds ?? 1,
      loseRequest,
      loseAnswer: !limited && !refused && !loseRequest && this.#happens("loseAnswer"),
      delayMs: this.#settings.delayMs ?? 0
    }
  }

  /** The delivery updates to send, as the settings want them. */
  arrange<T>(updates: ReadonlyArray<T>): ReadonlyArray<T> {
    if (this.#settings.statuses === "none") return []
    if (this.#settings.statuses !== "shuffled") return updates
    return updates
      .map((update) => ({ update, order: this.#random() }))
      .sort((one, other) => one.order - other.order)
      .map(({ update }) => update)
  }

  #take(name: keyof FaultSettings): boolean {
    const left = this.#left.get(name) ?? 0
    if (left > 0) this.#left.set(name, left - 1)
    return left > 0
  }

  #happens(name: "loseAnswer" | "loseRequest"): boolean {
    const value = this.#settings[name] ?? 0
    return Number.isInteger(value) ? this.#take(name) : this.#random() < value
  }
}

/** Numbers in [0, 1) by the mulberry32 generator. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
