import * as Effect from "effect/Effect"
import type { Engine } from "../actors/engine/engine.ts"
import type { JobHandler } from "../actors/jobs/job-handler.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { type Costs, startCosts, storedBytes } from "./costs.ts"
import { rounded, type Target } from "./figure.ts"
import { type Load, median, percentile, runLoad, spread } from "./load.ts"
import { engineApplication, openEngine } from "./open-engine.ts"
import { type Floor, floorApplication, openFloor } from "./turn-floor.ts"
import { inbound, turnMachine } from "./turn-machine.ts"

/** Stored and never run here, as the floor's outbox is. */
export const sendChunk: JobHandler = {
  name: "sendChunk",
  idempotency: "key",
  run: () => Effect.succeed(null)
}

/** The turn through the engine's door. */
export const engineTurn = (engine: Engine["Service"], machine = "turn") => {
  let n = 0
  return (conversation: number) =>
    Effect.runPromise(
      engine.deliver({ company: "bench", machine, id: String(conversation) }, inbound(++n, Date.now()), {
        principal: "channel:evolution"
      })
    )
}

const conversationsDefault = 2000
const rounds = 3
/** The floor has one connection a turn in flight; more than this helps it no more. */
const floorConnections = 64

const targets: Readonly<Record<number, ReadonlyArray<Target>>> = {
  1: [{ of: "ratio", is: ">=", than: 0.9 }],
  64: [
    { of: "ratio", is: ">=", than: 2.5 },
    { of: "p99Ms", is: "<=", than: 30 }
  ],
  256: [{ of: "ratio", is: ">=", than: 3 }]
}

interface Round extends Load {
  readonly costs: Costs
}

interface Side {
  readonly application: string
  readonly schema: string
  readonly turn: (conversation: number) => Promise<unknown>
  /** Takes away the jobs that pile up since nobody does them. */
  readonly tidy: string
}

/** One round of one side, with what it cost. */
const measure = async (
  world: BenchWorld,
  side: Side,
  inFlight: number,
  conversations: number
): Promise<Round> => {
  await world.database.admin.query(side.tidy)
  const spent = await startCosts(world.database.admin, side.application)
  const load = await runLoad(inFlight, world.seconds, conversations, side.turn)
  return { ...load, costs: await spent() }
}

const merged = (all: ReadonlyArray<Round>) => {
  const latencies = Float64Array.from(all.flatMap((round) => [...round.latencies])).sort()
  return {
    perSecond: median(all.map((round) => round.perSecond)),
    cpuMs: median(all.map((round) => round.costs.cpuMs / round.count)),
    walBytes: median(all.map((round) => round.costs.walBytes / round.count)),
    latencies
  }
}

/** Ours and the floor in alternation, so that a noisy moment of the machine meets both. */
const compare = async (
  world: BenchWorld,
  sides: { readonly ours: Side; readonly floor: Side },
  inFlight: number,
  conversations: number
) => {
  const ours: Array<Round> = []
  const floor: Array<Round> = []
  for (let round = 0; round < rounds; round++) {
    ours.push(await measure(world, sides.ours, inFlight, conversations))
    floor.push(await measure(world, sides.floor, Math.min(inFlight, floorConnections), conversations))
  }
  report(world, inFlight, merged(ours), merged(floor))
}

const report = (
  world: BenchWorld,
  inFlight: number,
  ours: ReturnType<typeof merged>,
  floor: ReturnType<typeof merged>
) => {
  const bench = "turn"
  const compared = (value: number, against: number) => ({
    value: rounded(value),
    floor: rounded(against),
    ratio: rounded(value / against)
  })
  world.report({
    bench,
    case: `c=${inFlight}`,
    unit: "turns/s",
    ...compared(ours.perSecond, floor.perSecond),
    ...spread(ours.latencies),
    floorP50Ms: rounded(percentile(floor.latencies, 0.5)),
    floorP99Ms: rounded(percentile(floor.latencies, 0.99)),
    ...(targets[inFlight] && { targets: targets[inFlight] })
  })
  const atMost = (than: number): { targets?: ReadonlyArray<Target> } =>
    inFlight === 64 ? { targets: [{ of: "ratio", is: "<=", than }] } : {}
  const cpu = compared(ours.cpuMs, floor.cpuMs)
  world.report({ bench, case: `c=${inFlight} CPU`, unit: "ms/turn", ...cpu, ...atMost(1) })
  const wal = compared(ours.walBytes, floor.walBytes)
  world.report({ bench, case: `c=${inFlight} WAL`, unit: "bytes/turn", ...wal, ...atMost(1.5) })
}

/** What a turn leaves on disk, from tables that hold nothing but turns. */
const reportStored = async (world: BenchWorld, sides: { readonly ours: Side; readonly floor: Side }) => {
  const { admin } = world.database
  const perTurn = async (side: Side) => {
    const { rows } = await admin.query(`select count(*)::float8 / 4 as turns from ${side.schema}.event`)
    return (await storedBytes(admin, side.schema)) / rows[0].turns
  }
  const [value, floor] = [await perTurn(sides.ours), await perTurn(sides.floor)]
  world.report({
    bench: "turn",
    case: "stored",
    unit: "bytes/turn",
    value: rounded(value),
    floor: rounded(floor),
    ratio: rounded(value / floor),
    targets: [{ of: "ratio", is: "<=", than: 1.5 }]
  })
}

/** Lets every conversation exist, 64 at a time. */
export const warm = async (conversations: number, turn: (conversation: number) => Promise<unknown>) => {
  let next = 0
  const work = async () => {
    while (next < conversations) await turn(next++)
  }
  await Promise.all(Array.from({ length: Math.min(64, conversations) }, work))
}

const run = async (world: BenchWorld): Promise<void> => {
  const { url, adminUrl } = world.database
  const [conversations = conversationsDefault] = world.sizes ?? []
  const floor: Floor = await openFloor(adminUrl, floorConnections)
  const opened = await openEngine(url, { machines: [turnMachine], handlers: [sendChunk], runJobs: false })
  const sides = {
    ours: {
      application: engineApplication,
      schema: "es",
      turn: engineTurn(opened.engine),
      tidy: "truncate es.job"
    },
    floor: { application: floorApplication, schema: "floor", turn: floor.turn, tidy: "truncate floor.outbox" }
  }
  await warm(conversations, sides.ours.turn)
  await warm(conversations, sides.floor.turn)
  await world.database.admin.query("vacuum analyze")
  for (const inFlight of [1, 16, 64, 256]) await compare(world, sides, inFlight, conversations)
  await reportStored(world, sides)
  await opened.close()
  await floor.close()
}

export const turn: Bench = {
  name: "turn",
  about:
    "one message to one of many conversations: 4 events, 1 job, 1 commit; the floor is one plain SQL statement",
  run
}
