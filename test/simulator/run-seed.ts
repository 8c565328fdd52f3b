import { hash } from "node:crypto"
import * as Exit from "effect/Exit"
import { addressOf } from "../../actors/address.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import { checkRun, foldAll } from "./checks/check-run.ts"
import type { Finding } from "./checks/finding.ts"
import type { FoldedStream } from "./checks/folded-stream.ts"
import type { FaultPlace, Injected } from "./world/faults.ts"
import { leaseMs, type Plant, World } from "./world/world.ts"

export interface SeedOptions {
  readonly seed: number
  readonly leads: number
  readonly days: number
  readonly faults: ReadonlySet<FaultPlace>
  readonly company?: string
  readonly plant?: Plant
}

/** What one seed came to. */
export interface SeedResult {
  readonly seed: number
  readonly findings: ReadonlyArray<Finding>
  readonly lastFaults: ReadonlyArray<Injected>
  readonly faults: Readonly<Record<string, number>>
  /** SHA-256 over everything that is stored and everything that was sent: the same for the same seed. */
  readonly hash: string
  readonly virtualMs: number
  readonly leads: number
  readonly inbound: number
  readonly outbound: number
  readonly events: number
}

/** Monday, 08:00 in São Paulo. */
const startAt = Date.UTC(2026, 0, 5, 11)
const day = 86_400_000
/** What a world of so many leads may do at most in an eighth of a day: more, and it turns in circles. */
const stepsMax = (leads: number) => 100_000 + 5000 * leads
const slicesPerDay = 8
const restMaxMs = 3 * day

/** Runs one seed to its end, lets it come to rest, and looks at what is left. */
export const runSeed = (options: SeedOptions): SeedResult => {
  const world = runWorld(options)
  const streams = foldAll(world)
  const findings = [...compareLive(world, streams, "live"), ...checkRun(world, streams)]
  const before = eventsOf(world)
  restartAll(world)
  // A timer may have become due while the engines started.
  const now = eventsOf(world) === before ? streams : foldAll(world)
  findings.push(...compareLive(world, now, "loaded"))
  return resultOf(options, world, findings)
}

/** Runs a world until its leads have written all that they write and nothing is under way any more. */
export const runWorld = (options: SeedOptions, tell: (share: number) => void = () => {}): World => {
  const world = new World({ ...options, seed: String(options.seed), startAt })
  const { timeline } = world
  world.begin()
  const isBroken = () => world.trouble.length > 0
  const slices = Math.ceil(options.days * slicesPerDay)
  for (let slice = 1; slice <= slices && !isBroken(); slice++) {
    const until = startAt + ((world.endsAt - startAt) * slice) / slices
    timeline.runUntil(until, isBroken, stepsMax(options.leads))
    if (timeline.now < until && !isBroken()) world.trouble.push("the engines turn in circles")
    tell(slice / slices)
  }
  comeToRest(world)
  return world
}

/** No more faults: what was broken is whole again, and goes on until nothing is under way. */
const comeToRest = (world: World) => {
  const { timeline, faults } = world
  faults.active = false
  for (const slot of world.slots) {
    slot.process.thaw()
    world.start(slot)
  }
  for (const provider of world.providers) provider.comeBack()
  world.wire.comeBack()
  timeline.stayAwakeUntil(timeline.now + 4 * leaseMs)
  // Dead processes start by and by, and one that is frozen no more may find that it has lost everything.
  timeline.runUntil(timeline.now + 4 * leaseMs)
  const isOver = () => world.trouble.length > 0 || isAtRest(world)
  timeline.runUntil(timeline.now + restMaxMs, isOver, 10 * stepsMax(world.leads.length))
}

const isAtRest = ({ webhooks, people, leads, store, timeline, slots }: World): boolean => {
  if (webhooks.open > 0 || people.open > 0 || slots.some(({ process }) => process.atWork > 0)) return false
  if (leads.some((lead) => lead.isWriting)) return false
  const { tables } = store
  for (const { messages } of tables.partitions.values()) if (messages.size > 0) return false
  for (const { state } of tables.jobs.values()) if (state !== "failed") return false
  // Follow-ups and pauses of a few seconds end by themselves; a conversation that closes in days may wait.
  for (const { timer, dueAt } of tables.timers.values()) {
    if (dueAt <= timeline.now || timer === "typing" || timer === "turnClosure" || timer === "repair")
      return false
  }
  return true
}

/** Ends all engines and starts new ones, which know nothing but what is stored. */
const restartAll = (world: World) => {
  const { timeline } = world
  for (const slot of world.slots) world.crash(slot.process, false)
  for (const slot of world.slots) world.start(slot)
  timeline.runUntil(timeline.now + 4 * leaseMs)
}

/** P5: what the engines have in memory, or load, is what the stored inputs make of the machines. */
const compareLive = (
  world: World,
  streams: ReadonlyArray<FoldedStream>,
  how: "live" | "loaded"
): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  let open = 0
  world.look()
  for (const { company, stream, state } of streams) {
    const where = `${company}/${stream}`
    const find = (what: string) => findings.push({ promise: "P5", what, where })
    const slot = world.slots.find((each) => each.owns && each.node !== undefined)
    if (slot === undefined) {
      find("no engine owns it in the end")
      continue
    }
    open++
    slot.process.run(slot.node!.engine.view(addressOf(company, stream)), (exit) => {
      open--
      if (Exit.isFailure(exit)) return void find(`can't be viewed: ${exit.cause}`)
      const seen = exit.value
      const drawn = state === undefined ? "nothing" : partsOf(state.snapshot, state.timers, state.jobs)
      const found = seen === undefined ? "nothing" : partsOf(seen, seen.timers, seen.jobs)
      if (drawn !== found) find(`${how} it is ${found}, and its history makes ${drawn}`)
    })
  }
  world.timeline.runUntil(world.timeline.now + 2 * leaseMs, () => open === 0)
  if (open > 0) findings.push({ promise: "rest", what: `${open} views were never answered`, where: how })
  return findings
}

const partsOf = (
  { value, context }: { readonly value: unknown; readonly context: unknown },
  timers: ReadonlyArray<{ readonly timer: string; readonly dueAt: number }>,
  jobs: ReadonlyArray<{ readonly job: string; readonly name: string }>
): string =>
  canonicalJson({
    value: value as Json,
    context: context as Json,
    timers: timers.map(({ timer, dueAt }) => [timer, dueAt]),
    jobs: jobs.map(({ job, name }) => [job, name])
  })

const eventsOf = ({ store }: World): number =>
  [...store.tables.partitions.values()].reduce((sum, { position }) => sum + position, 0)

const resultOf = (options: SeedOptions, world: World, findings: ReadonlyArray<Finding>): SeedResult => {
  const { tables } = world.store
  const partitions = [...tables.partitions.values()]
  const sent = world.providers.flatMap(({ accepted }) => accepted)
  const all = [
    ...partitions.map(
      (row) => `${row.company}/${row.partition}@${row.position} ${Buffer.from(row.head).toString("hex")}`
    ),
    ...sent.map(({ key, at, messageId }) => `${key} ${at} ${messageId}`)
  ]
  return {
    seed: options.seed,
    findings,
    lastFaults: world.faults.last,
    faults: Object.fromEntries(world.faults.counts),
    hash: hash("sha256", all.join("\n")),
    virtualMs: world.timeline.now - startAt,
    leads: world.leads.length,
    inbound: world.leads.reduce((sum, { written }) => sum + written.length, 0),
    outbound: sent.length,
    events: eventsOf(world)
  }
}
