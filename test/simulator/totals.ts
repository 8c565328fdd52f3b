import { createHash } from "node:crypto"
import { counted, grouped, table } from "../../src/cli/terminal.ts"
import type { SeedResult } from "./run-seed.ts"
import type { SimulateArguments } from "./simulate-arguments.ts"

/** How many lines of what is wrong are shown of one seed, and of how many seeds. */
const findingsShown = 5
const seedsShown = 10
const dayMs = 86_400_000

/** What all seeds came to. */
export class Totals {
  readonly asked: SimulateArguments
  readonly broken: Array<SeedResult> = []
  readonly faults = new Map<string, number>()
  /** When the first fault was found: after how many seeds and seconds. */
  found: { readonly seeds: number; readonly seconds: number } | undefined
  seeds = 0
  virtualMs = 0
  leads = 0
  inbound = 0
  outbound = 0
  events = 0
  private readonly hashes = new Map<number, string>()
  private readonly began = performance.now()

  constructor(asked: SimulateArguments) {
    this.asked = asked
  }

  get seconds(): number {
    return (performance.now() - this.began) / 1000
  }

  add(result: SeedResult) {
    this.seeds++
    this.virtualMs += result.virtualMs
    this.leads += result.leads
    this.inbound += result.inbound
    this.outbound += result.outbound
    this.events += result.events
    this.hashes.set(result.seed, result.hash)
    for (const [place, count] of Object.entries(result.faults)) {
      this.faults.set(place, (this.faults.get(place) ?? 0) + count)
    }
    if (result.findings.length === 0) return
    this.found ??= { seeds: this.seeds, seconds: this.seconds }
    this.broken.push(result)
    this.broken.sort((one, other) => one.seed - other.seed)
  }

  /** Over the hashes of all seeds, in their order. */
  get hash(): string {
    const all = createHash("sha256")
    for (const [seed, hash] of [...this.hashes].sort(([one], [other]) => one - other))
      all.update(`${seed} ${hash}\n`)
    return all.digest("hex")
  }

  json() {
    const { seeds, virtualMs, leads, inbound, outbound, events, hash, found } = this
    const seconds = Number(this.seconds.toFixed(1))
    const faults = Object.fromEntries([...this.faults].sort())
    const violations = this.broken.map(({ seed, findings, lastFaults }) => ({ seed, findings, lastFaults }))
    return {
      seeds,
      seconds,
      virtualDays: Math.round(virtualMs / dayMs),
      leads,
      inbound,
      outbound,
      events,
      faults,
      hash,
      found,
      violations
    }
  }

  /** For people. */
  lines(): ReadonlyArray<string> {
    const { seeds, seconds, broken } = this
    const injected = [...this.faults].sort(([, one], [, other]) => other - one)
    const sum = injected.reduce((all, [, count]) => all + count, 0)
    const rows = [
      ["seeds", grouped(seeds)],
      ["seeds/s", (seeds / seconds).toFixed(1)],
      ["seconds", seconds.toFixed(1)],
      ["virtual time", `${grouped(Math.round(this.virtualMs / dayMs))} days`],
      ["leads", grouped(this.leads)],
      ["messages from leads", grouped(this.inbound)],
      ["messages to leads", grouped(this.outbound)],
      ["events", grouped(this.events)],
      ["faults injected", grouped(sum)],
      ...injected.map(([place, count]) => [`  ${place}`, grouped(count)]),
      ["seeds that break a promise", grouped(broken.length)]
    ]
    return [
      ...broken.slice(0, seedsShown).flatMap((result) => this.brokenLines(result)),
      ...table(rows),
      this.verdict()
    ]
  }

  private verdict(): string {
    const { broken, found, seeds, hash } = this
    if (found === undefined)
      return `every promise held in ${counted(seeds, "seed")}, hash ${hash.slice(0, 16)}`
    const first = `the first fault was found after ${counted(found.seeds, "seed")} and ${found.seconds.toFixed(1)} s`
    return `${first}; seeds: ${broken.map(({ seed }) => seed).join(", ")}`
  }

  private brokenLines({ seed, findings, lastFaults }: SeedResult): ReadonlyArray<string> {
    const { leads, days, plant, faults } = this.asked
    const shown = findings.slice(0, findingsShown)
    const again = `--seed ${seed} --runs 1 --leads ${leads} --days ${days} --faults ${faults.join(",") || "none"}`
    return [
      `seed ${seed}: ${counted(findings.length, "violation")}`,
      ...shown.map(({ promise, what, where }) => `  ${promise}  ${where}: ${what}`),
      ...lastFaults.map(({ at, place, detail }) => `    ${new Date(at).toISOString()} ${place} ${detail}`),
      `  again: npm run simulate -- ${faults.length > 5 ? again.replace(/--faults .*/, "--faults all") : again}${plant === undefined ? "" : ` --plant ${plant}`}`
    ]
  }
}
