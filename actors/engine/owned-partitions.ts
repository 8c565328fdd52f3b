import * as Effect from "effect/Effect"
import type { EventStore, Places } from "../../eventstore/log/event-store.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import { type Lane, refuseLost } from "./lane.ts"
import { type OwnedPartition, partitionKey, partitionOf } from "./partition.ts"

/** The partitions of this process, and how streams find theirs. */
export interface OwnedPartitions {
  /** The stream's partition; `notOwner` when another process has it, `unknownCompany` when nobody does. */
  readonly of: (company: string, stream: string) => OwnedPartition | "notOwner" | "unknownCompany"
  readonly at: (company: string, partition: number) => OwnedPartition | undefined
  readonly places: () => Places
  readonly count: () => number
  readonly gain: (gained: ReadonlyArray<Partition>) => Effect.Effect<void>
  /** Drops one, and tells all who wait for it. */
  readonly lose: (partition: OwnedPartition) => void
  readonly all: () => ReadonlyArray<OwnedPartition>
  /** Reads the companies again; true when something new was found. */
  readonly refresh: Effect.Effect<boolean>
}

export const makeOwnedPartitions = (
  store: EventStore["Service"],
  lanes: ReadonlyArray<Lane>,
  onLost: (partition: OwnedPartition) => void
): OwnedPartitions => {
  const owned = new Map<string, OwnedPartition>()
  const partitionsOf = new Map<string, number>()
  let places: Places = { companies: [], partitions: [] }
  let nextLane = 0

  const remember = () => {
    const all = [...owned.values()]
    places = { companies: all.map((each) => each.company), partitions: all.map((each) => each.partition) }
  }

  const refresh = Effect.gen(function* () {
    const rows = yield* Effect.result(store.partitions())
    if (rows._tag === "Failure") return false
    const before = partitionsOf.size
    for (const { company, partition } of rows.success) {
      partitionsOf.set(company, Math.max(partition, partitionsOf.get(company) ?? 0))
    }
    return partitionsOf.size > before
  })

  const lose = (partition: OwnedPartition) => {
    if (partition.lost) return
    partition.lost = true
    owned.delete(partitionKey(partition.company, partition.partition))
    for (const lane of lanes) lane.partitions.delete(partition)
    remember()
    onLost(partition)
    for (const waiting of partition.waiting.splice(0)) refuseLost(waiting)
  }

  return {
    refresh,
    lose,
    of: (company, stream) => {
      const partitions = partitionsOf.get(company)
      if (partitions === undefined) return "unknownCompany"
      return owned.get(partitionKey(company, partitionOf(stream, partitions))) ?? "notOwner"
    },
    at: (company, partition) => owned.get(partitionKey(company, partition)),
    places: () => places,
    count: () => owned.size,
    all: () => [...owned.values()],
    gain: Effect.fnUntraced(function* (gained) {
      yield* refresh
      for (const { company, partition, epoch, position, head, recordedAt } of gained) {
        const known = owned.get(partitionKey(company, partition))
        if (known?.epoch === epoch) continue
        if (known !== undefined) lose(known)
        const lane = lanes[nextLane++ % lanes.length]!
        const own = { company, partition, epoch, position, head, recordedAt, waiting: [], lane, lost: false }
        owned.set(partitionKey(company, partition), own)
        lane.partitions.add(own)
      }
      remember()
    })
  }
}
