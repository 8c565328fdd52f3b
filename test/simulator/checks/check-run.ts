import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { sealingLayer } from "../../../eventstore/database/store-layers.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { brokenLaw } from "../../machines/laws.ts"
import { masterKeys } from "../world/node.ts"
import type { World } from "../world/world.ts"
import { checkInbound, checkSends } from "./check-messages.ts"
import { checkChains, checkTold, checkWaiting } from "./check-store.ts"
import type { Finding } from "./finding.ts"
import { type FoldedStream, foldStream } from "./folded-stream.ts"

/** Everything that is stored, opened and drawn again, by company and stream. */
export const foldAll = (world: World): ReadonlyArray<FoldedStream> => {
  const read = Effect.gen(function* () {
    const history = yield* History
    const all: Array<StoredEvent> = []
    for (const { company, partition } of world.store.tables.partitions.values()) {
      all.push(...(yield* history.readPartition(company, partition, 0, Number.MAX_SAFE_INTEGER)))
    }
    return all
  })
  const layer = sealingLayer().pipe(Layer.provideMerge(masterKeys), Layer.provideMerge(world.store.layer))
  const events = Effect.runSync(Effect.provide(read, layer))
  const streams = new Map<string, Array<StoredEvent>>()
  for (const event of events) {
    const id = `${event.company}/${event.stream}`
    const stream = streams.get(id)
    if (stream === undefined) streams.set(id, [event])
    else stream.push(event)
  }
  return [...streams.values()].map(foldStream)
}

/** Everything that must hold when the world has come to rest. */
export const checkRun = (world: World, streams: ReadonlyArray<FoldedStream>): ReadonlyArray<Finding> => [
  ...world.trouble.map((what): Finding => ({ promise: "rest", what, where: "engine" })),
  ...checkRest(world),
  ...checkChains(world),
  ...streams.flatMap(({ findings }) => findings),
  ...checkWaiting(world, streams),
  ...checkTold(streams),
  ...checkInbound(world, streams),
  ...checkSends(world, streams),
  ...streams.flatMap(checkLaws),
  ...checkTimeliness(world, streams)
]

const checkLaws = ({ company, stream, steps }: FoldedStream): ReadonlyArray<Finding> => {
  if (!stream.startsWith("conversation/")) return []
  const broken = brokenLaw(steps)
  return broken === undefined
    ? []
    : [{ promise: "law", what: `${broken.law}: ${broken.at}`, where: `${company}/${stream}` }]
}

const checkRest = ({ webhooks, people, logged }: World): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const find = (what: string) => findings.push({ promise: "rest", what, where: "world" })
  if (webhooks.open > 0) find(`${webhooks.open} webhooks were never acknowledged`)
  if (people.open > 0) find(`${people.open} acts of people were never taken`)
  for (const line of logged)
    if (/ error: .* is refused: \w+$|broke off/.test(line)) find(`an engine logged: ${line}`)
  return findings
}

/** Breaks of these kinds make others wait; without any of them, a send that hangs must hold back nobody else. */
const holdsUp = /^(crash|store|commit|freeze|stop|restartAll|longDown|smallCache|snapshotLost)/
const lateMaxMs = 10_000

const checkTimeliness = (world: World, streams: ReadonlyArray<FoldedStream>): ReadonlyArray<Finding> => {
  if ([...world.faults.counts.keys()].some((place) => holdsUp.test(place))) return []
  const findings: Array<Finding> = []
  for (const { company, stream, events, lateness } of streams) {
    for (const { version, lateMs } of lateness) {
      if (lateMs <= lateMaxMs) continue
      const { type } = events[version - 1]!
      findings.push({
        promise: "P4",
        what: `${type} came ${lateMs} ms late`,
        where: `${company}/${stream}@${version}`
      })
    }
  }
  return findings
}
