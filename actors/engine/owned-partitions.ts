import * as Effect from "effect/Effect"
import type { Batch, StreamPosition } from "../../eventstore/log/batch.ts"
import type { EventStore, Places } from "../../eventstore/log/event-store.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import { type Lane, refuseLost } from "./lane.ts"
import type { Note, OwnedPartition, Waiting } from "./partition.ts"

/** Until what the database did not take is written again. */
const noteAgainMs = 1000

/** `acme/2`, to find a partition by. */
const partitionKey = (company: string, partition: number): string => `${company}/${partition}`

/** The partition, 1-based, that a stream lives in for ever: FNV-1a over its name, by the company's fixed count. */
export const partitionOf = (stream: string, partitions: number): number => {
  let hash = 0x811c9dc5
  for (let n = 0; n < stream.length; n++) {
    hash = Math.imul(hash ^ stream.charCodeAt(n), 0x01000193)
  }
  return ((hash >>> 0) % partitions) + 1
}

/** Puts something into the partition's next commit. */
export const enqueue = (partition: OwnedPartition, waiting: Waiting): void => {
  partition.waiting.push(waiting)
  partition.lane.wake()
}

/** What owning partitions needs of the engine around it. */
export interface OwningParts {
  readonly store: EventStore["Service"]
  readonly lanes: ReadonlyArray<Lane>
  /** Called when one is lost. */
  readonly onLost: (partition: OwnedPartition) => void
}

/** The partitions of this process, and how streams find theirs. */
export class OwnedPartitions {
  private readonly parts: OwningParts
  private readonly owned = new Map<string, OwnedPartition>()
  /** How many a company has, of all companies that are known here. */
  private readonly partitionsOf = new Map<string, number>()
  private ours: Places = { companies: [], partitions: [] }
  private nextLane = 0

  constructor(parts: OwningParts) {
    this.parts = parts
  }

  get count(): number {
    return this.owned.size
  }

  get all(): ReadonlyArray<OwnedPartition> {
    return [...this.owned.values()]
  }

  /** The stream's partition; `notOwner` when another process has it, `unknownCompany` when nobody does. */
  of(company: string, stream: string): OwnedPartition | "notOwner" | "unknownCompany" {
    const partitions = this.partitionsOf.get(company)
    if (partitions === undefined) return "unknownCompany"
    return this.owned.get(partitionKey(company, partitionOf(stream, partitions))) ?? "notOwner"
  }

  at(company: string, partition: number): OwnedPartition | undefined {
    return this.owned.get(partitionKey(company, partition))
  }

  readonly places = (): Places => this.ours

  /** Writes into a partition's next commit; false when it is not ours, or no more when that commit is made. */
  readonly note = (place: StreamPosition, write: (batch: Batch) => void): Effect.Effect<boolean> =>
    Effect.callback<boolean>((resume) => {
      const partition = this.at(place.company, place.partition)
      if (partition === undefined) return resume(Effect.succeed(false))
      const later = Effect.andThen(
        Effect.sleep(noteAgainMs),
        Effect.suspend(() => this.note(place, write))
      )
      const settle: Note["settle"] = (outcome) =>
        resume(outcome === "later" ? later : Effect.succeed(outcome === "written"))
      enqueue(partition, { kind: "note", write, settle })
    })

  /** Reads the companies again; true when something new was found. */
  readonly refresh = Effect.gen({ self: this }, function* (this: OwnedPartitions) {
    const rows = yield* Effect.result(this.parts.store.partitions())
    if (rows._tag === "Failure") return false
    const before = this.partitionsOf.size
    for (const { company, partition } of rows.success) {
      this.partitionsOf.set(company, Math.max(partition, this.partitionsOf.get(company) ?? 0))
    }
    return this.partitionsOf.size > before
  })

  readonly gain = Effect.fnUntraced(
    { self: this },
    function* (this: OwnedPartitions, gained: ReadonlyArray<Partition>) {
      const { lanes } = this.parts
      yield* this.refresh
      for (const { company, partition, epoch, position, head, recordedAt } of gained) {
        const known = this.at(company, partition)
        if (known?.epoch === epoch) continue
        if (known !== undefined) this.lose(known)
        const lane = lanes[this.nextLane++ % lanes.length]!
        const own = { company, partition, epoch, position, head, recordedAt, waiting: [], lane, lost: false }
        this.owned.set(partitionKey(company, partition), own)
        lane.partitions.add(own)
      }
      this.rememberPlaces()
    }
  )

  /** Drops one, and tells all who wait for it. */
  lose(partition: OwnedPartition): void {
    if (partition.lost) return
    partition.lost = true
    this.owned.delete(partitionKey(partition.company, partition.partition))
    for (const lane of this.parts.lanes) lane.partitions.delete(partition)
    this.rememberPlaces()
    this.parts.onLost(partition)
    for (const waiting of partition.waiting.splice(0)) refuseLost(waiting)
  }

  private rememberPlaces() {
    const { all } = this
    this.ours = {
      companies: all.map((each) => each.company),
      partitions: all.map((each) => each.partition)
    }
  }
}
