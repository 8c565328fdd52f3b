import * as Effect from "effect/Effect"
import { streamOf } from "../../../actors/address.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { explainEmptyStream, type Place, partitionsOf } from "../find-place.ts"
import { plain } from "../terminal.ts"

/** Events of one read. */
const pageEvents = 500

/** Events of a place in order, a page at a time; an empty page means that there are no more for now. */
export interface EventSource {
  readonly next: Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable>
  /** Where an event stands, as this place counts. */
  readonly placeOf: (event: StoredEvent) => string
}

const streamColumns = 36

const streamPlace = (stream: string, version: number) => plain(`${stream}@${version}`).padEnd(streamColumns)

/** Opens the place; fails when it is not there, unless one waits for it. */
export const openSource = Effect.fnUntraced(function* (place: Place, after: number, waits: boolean) {
  const history = yield* History
  switch (place.kind) {
    case "stream": {
      const { company } = place.address
      const stream = streamOf(place.address)
      const isThere = (yield* history.readStream(company, stream, 0, 1)).length > 0
      if (!isThere && !waits) return yield* explainEmptyStream(place.address)
      if (!isThere) yield* partitionsOf(company)
      return pages(
        (last) => history.readStream(company, stream, last, pageEvents),
        after,
        ({ version }) => version,
        ({ version }) => String(version).padStart(4)
      )
    }
    case "partition": {
      const { company, partition } = place
      const there = yield* partitionsOf(company)
      if (!there.some((each) => each.partition === partition)) {
        return yield* failed(
          "UnknownPartition",
          `${company} has partitions 1 to ${there.length}, not ${partition}`
        )
      }
      return pages(
        (last) => history.readPartition(company, partition, last, pageEvents),
        after,
        ({ position }) => position,
        ({ position, stream, version }) => `${String(position).padStart(5)}  ${streamPlace(stream, version)}`
      )
    }
    case "company": {
      if (after > 0)
        return yield* wrongUse("--after needs a stream or a partition: a company has several orders")
      const partitions = (yield* partitionsOf(place.company)).map((each) => each.partition)
      return merged(history, place.company, partitions)
    }
  }
})

const pages = (
  read: (after: number) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable>,
  after: number,
  placeIn: (event: StoredEvent) => number,
  placeOf: EventSource["placeOf"]
): EventSource => {
  let last = after
  const next = Effect.map(
    Effect.suspend(() => read(last)),
    (page) => {
      if (page.length > 0) last = placeIn(page.at(-1)!)
      return page
    }
  )
  return { next, placeOf }
}

/** Partitions side by side, the oldest event first; within a partition its own order. */
const merged = (
  history: History["Service"],
  company: string,
  partitions: ReadonlyArray<number>
): EventSource => {
  const lists = partitions.map((partition) => ({
    partition,
    last: 0,
    waiting: [] as ReadonlyArray<StoredEvent>,
    isEnd: false
  }))
  const fill = (list: (typeof lists)[number]) =>
    list.waiting.length > 0
      ? Effect.void
      : Effect.map(history.readPartition(company, list.partition, list.last, pageEvents), (page) => {
          list.waiting = page
          list.last = page.at(-1)?.position ?? list.last
          list.isEnd = page.length < pageEvents
        })
  const next = Effect.gen(function* () {
    yield* Effect.forEach(lists, fill, { discard: true })
    const all: Array<StoredEvent> = []
    while (true) {
      const oldest = lists
        .filter(({ waiting }) => waiting.length > 0)
        .toSorted(
          (a, b) => a.waiting[0]!.recordedAt - b.waiting[0]!.recordedAt || a.partition - b.partition
        )[0]
      if (oldest === undefined) return all
      all.push(oldest.waiting[0]!)
      oldest.waiting = oldest.waiting.slice(1)
      // What comes next in this partition may be older than what others have.
      if (oldest.waiting.length === 0 && !oldest.isEnd) return all
    }
  })
  return {
    next,
    placeOf: ({ partition, position, stream, version }) =>
      `${`${partition}/${position}`.padStart(7)}  ${streamPlace(stream, version)}`
  }
}
