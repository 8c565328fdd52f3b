import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { StoreUnavailable } from "../log/event-store.ts"
import { type FindVersion, StreamVersions } from "../log/stream-versions.ts"
import { ChainCheck, type PartitionEnd } from "./chain-check.ts"
import type { ChainEvent } from "./chain-event.ts"
import { type Damage, damageAt } from "./damage.ts"
import { Frontier } from "./merkle.ts"

/** That the links of a partition up to a position have this root, and the seal that says so. */
export interface Claim {
  readonly seal: number
  readonly position: number
  readonly root: Uint8Array
}

/** Where the events of a partition are read. */
export interface ChainReader {
  /** Positions above `after`, at most `most`, in order. */
  readonly page: (after: number, most: number) => Effect.Effect<ReadonlyArray<ChainEvent>, StoreUnavailable>
  readonly find: FindVersion
}

export interface VerifyLimits {
  /** Events of one read. */
  readonly pageEvents: number
  /** Streams whose version is kept in memory, twice at most; of older ones the event before is read from the store. */
  readonly streamsMax: number
}

/** Pages on their way while one is checked, each on a connection of its own if there are as many. */
const pagesAhead = 3

/** The checks of one partition, event by event: its chain, the versions of its streams, and what was claimed of it. */
export class PartitionCheck {
  readonly end: PartitionEnd
  private readonly chain: ChainCheck
  private readonly versions: StreamVersions
  private readonly claims: ReadonlyArray<Claim>
  private readonly tree = new Frontier()
  private kept = 0

  /** The claims in order of their positions. */
  constructor(end: PartitionEnd, claims: ReadonlyArray<Claim>, find: FindVersion, streamsMax: number) {
    this.end = end
    this.claims = claims
    this.chain = new ChainCheck(end)
    this.versions = new StreamVersions(end, find, streamsMax)
  }

  /** The first damage that shows at these events, if any. */
  take = Effect.fnUntraced(function* (this: PartitionCheck, events: ReadonlyArray<ChainEvent>) {
    for (const event of events) {
      const broken = this.chain.take(event)
      if (broken !== undefined) return broken
      const looked = this.versions.take(event)
      const damage = Effect.isEffect(looked) ? yield* looked : looked
      if (damage !== undefined) return damage
      const unkept = this.keep(event)
      if (unkept !== undefined) return unkept
    }
    return undefined
  })

  /** The damage that shows when the last event has been taken, if any. */
  finish(): Damage | undefined {
    return this.chain.finish() ?? this.unreached()
  }

  /** The damage when a claim goes further than the events did. */
  unreached(): Damage | undefined {
    const left = this.claims[this.kept]
    return left && this.unkept(left, `the partition ends at position ${this.tree.size}`)
  }

  private keep({ link }: ChainEvent): Damage | undefined {
    if (this.claims.length === 0) return undefined
    this.tree.append(link)
    for (
      let claim = this.claims[this.kept];
      claim?.position === this.tree.size;
      claim = this.claims[this.kept]
    ) {
      if (!this.tree.root().equals(claim.root))
        return this.unkept(claim, "what stands there is something else")
      this.kept += 1
    }
    return undefined
  }

  /** Up to the claim before, all is as it was sealed; what comes after it can't be told apart. */
  private unkept(claim: Claim, but: string): Damage {
    const { company, partition } = this.end
    const { seal, position: until } = claim
    const position = (this.claims[this.kept - 1]?.position ?? 0) + 1
    const message = `seal ${seal} covers positions ${position} to ${until}, and ${but}`
    return { company, partition, position, until, stream: null, version: null, seal, kind: "seal", message }
  }
}

/** Reads a partition page by page up to its end and checks it; `passed` is told of every page that is whole. */
export const checkPartition = Effect.fnUntraced(function* (
  reader: ChainReader,
  end: PartitionEnd,
  claims: ReadonlyArray<Claim>,
  { pageEvents, streamsMax }: VerifyLimits,
  passed: (events: number) => void
) {
  const check = new PartitionCheck(end, claims, reader.find, streamsMax)
  // Positions are dense, so every page is known beforehand; a hole shows before the pages after it are looked at.
  const reading: Array<Fiber.Fiber<ReadonlyArray<ChainEvent>, StoreUnavailable>> = []
  for (let asked = 0; asked < end.position || reading.length > 0; ) {
    while (asked < end.position && reading.length < pagesAhead) {
      const read = reader.page(asked, Math.min(pageEvents, end.position - asked))
      reading.push(yield* Effect.forkChild(read, { startImmediately: true }))
      asked += pageEvents
    }
    const page = yield* Fiber.join(reading.shift()!)
    const damage = yield* check.take(page)
    if (damage !== undefined) {
      yield* Fiber.interruptAll(reading)
      return damage
    }
    passed(page.length)
  }
  const [beyond] = yield* reader.page(end.position, 1)
  return check.finish() ?? (beyond && afterTheEnd(end, beyond))
})

const afterTheEnd = (end: PartitionEnd, event: ChainEvent): Damage =>
  damageAt(end, event, "head", `the partition's row ends at ${end.position}, and an event stands after it`)
