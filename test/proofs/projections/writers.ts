import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Batch } from "../../../eventstore/log/batch.ts"
import type { EventStore } from "../../../eventstore/log/event-store.ts"
import type { PartitionOwner } from "../../eventstore/owner.ts"
import { type GoldenEvent, readGoldens } from "../../golden/golden-files.ts"

/**
 * Recorded histories of the machines of which a company has many actors, which real read models know how to fold. Of
 * the machine `company` it has one, so its tables have no place for more.
 */
const histories = readGoldens(join(import.meta.dirname, "../../golden"))
  .filter(({ machine }) => machine !== "company")
  .flatMap(({ machine, histories }) => histories.map(({ events }) => ({ machine, events })))

/** One writer, with a partition of its own: streams side by side, a few events of each at a time. */
export class Writer {
  readonly owner: PartitionOwner
  written = 0
  private readonly random: () => number
  private open: Array<{ stream: string; rest: ReadonlyArray<GoldenEvent> }> = []
  private streams = 0

  constructor(owner: PartitionOwner, random: () => number) {
    this.owner = owner
    this.random = random
  }

  /** Appends one batch; now and then one that the store refuses whole, as of an owner that is out of date. */
  async write(store: EventStore["Service"]): Promise<void> {
    while (this.open.length < streamsAtOnce) this.begin()
    const said = this.open.flatMap(({ stream, rest }) => {
      const now = rest.slice(0, 1 + Math.floor(this.random() * eventsAtOnceMax))
      return now.map(({ kind, type, data, at }) => [stream, { kind, type, data, recordedAt: at }] as const)
    })
    if (this.random() < refusedShare) await this.refused(store, said)
    const batch = new Batch()
    this.owner.write(batch, ...said)
    await Effect.runPromise(store.append(batch))
    this.written += said.length
    this.open = this.open.flatMap(({ stream, rest }) => {
      const left = rest.slice(said.filter(([of]) => of === stream).length)
      return left.length === 0 ? [] : [{ stream, rest: left }]
    })
  }

  /** What is rolled back must leave no trace in any read model. */
  private async refused(store: EventStore["Service"], said: Parameters<PartitionOwner["write"]>[1][]) {
    const late = this.owner.copy()
    late.epoch--
    const batch = new Batch()
    late.write(batch, ...said)
    await Effect.runPromise(Effect.flip(store.append(batch)))
  }

  private begin() {
    const { machine, events } = histories[Math.floor(this.random() * histories.length)]!
    const stream = `${machine}/w${this.owner.partition}-${this.streams++}`
    this.open.push({ stream, rest: events })
  }
}

const streamsAtOnce = 5
const eventsAtOnceMax = 4
const refusedShare = 0.1
