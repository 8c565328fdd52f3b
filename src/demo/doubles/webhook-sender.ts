/** How a double's webhooks go out. Headers come last, when the bytes are known: a signature is over the bytes. */
export interface WebhookSettings {
  url: string | undefined
  headers: (body: string) => Readonly<Record<string, string>>
  /** Pause before the second try, doubled after each until `retryMaxMs`. */
  readonly retryMs: number
  readonly retryMaxMs: number
  readonly attemptsMax: number
  /** Answers after which the provider does not try again. */
  readonly giveUpOn: ReadonlySet<number>
}

/** Sends webhooks until they are answered with 2xx; those of one contact in order, contacts beside each other. */
export class WebhookSender {
  readonly settings: WebhookSettings
  readonly #lanes = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()
  #pending = 0
  #delivered = 0
  #gaveUp = 0

  constructor(settings: WebhookSettings) {
    this.settings = settings
  }

  /** Queues one webhook for a contact, `delayMs` after the one before it is through. */
  post(contact: string, body: unknown, delayMs = 0): void {
    this.#pending++
    const before = this.#lanes.get(contact) ?? Promise.resolve()
    const after = before.then(() => this.#deliver(JSON.stringify(body), delayMs))
    this.#lanes.set(contact, after)
  }

  counts() {
    return { pending: this.#pending, delivered: this.#delivered, gaveUp: this.#gaveUp }
  }

  /** Resolves when every webhook queued so far was answered or given up. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes.values())
  }

  stop(): void {
    this.#stop.abort()
  }

  async #deliver(body: string, delayMs: number): Promise<void> {
    if (delayMs > 0) await this.#pause(delayMs)
    let pauseMs = this.settings.retryMs
    for (let attempt = 1; attempt <= this.settings.attemptsMax && !this.#stop.signal.aborted; attempt++) {
      const status = await this.#attempt(body)
      if (status >= 200 && status < 300) {
        this.#pending--
        this.#delivered++
        return
      }
      if (this.settings.giveUpOn.has(status)) break
      await this.#pause(pauseMs)
      pauseMs = Math.min(pauseMs * 2, this.settings.retryMaxMs)
    }
    this.#pending--
    this.#gaveUp++
  }

  /** The status of the answer; 0 if there was none. */
  async #attempt(body: string): Promise<number> {
    const { url, headers } = this.settings
    if (url === undefined) return 204
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...headers(body) },
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(30_000)])
      })
      await answer.arrayBuffer()
      return answer.status
    } catch {
      return 0
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#stop.signal.removeEventListener("abort", done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#stop.signal.addEventListener("abort", done)
      if (this.#stop.signal.aborted) done()
    })
  }
}
