import { appendFileSync, existsSync, readFileSync } from "node:fs"

/** One message that passed through a double: `sent` by us, `incoming` from a lead, `phone` by our own person. */
export interface Passed {
  readonly kind: "sent" | "incoming" | "phone"
  readonly instance: string
  readonly contact: string
  /** As the channel names it. */
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  readonly text: string
}

/** What passed, in order: in memory, and in an append-only file of JSON lines so that a restarted double knows it too. */
export class AcceptedLog {
  readonly #file: string | undefined
  readonly #passed: Array<Passed>
  readonly #waiting: Array<{ readonly count: number; readonly resolve: () => void }> = []

  constructor(file?: string) {
    this.#file = file
    this.#passed = file !== undefined && existsSync(file) ? linesOf(readFileSync(file, "utf8")) : []
  }

  add(passed: Passed): void {
    // Synchronous: what was acknowledged must be in the file even if the double is killed at once.
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(passed)}\n`)
    this.#passed.push(passed)
    for (const waiting of [...this.#waiting]) {
      if (this.of("sent").length < waiting.count) continue
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      waiting.resolve()
    }
  }

  of(kind: Passed["kind"]): ReadonlyArray<Passed> {
    return this.#passed.filter((passed) => passed.kind === kind)
  }

  /** Resolves as soon as so many messages have been sent in all. */
  sent(count: number): Promise<void> {
    if (this.of("sent").length >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ count, resolve }))
  }
}

function linesOf(text: string): Array<Passed> {
  // A kill in the middle of a write leaves half a line at the end.
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as Passed]
    } catch {
      return []
    }
  })
}
