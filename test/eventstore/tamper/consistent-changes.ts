import * as Effect from "effect/Effect"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { forgeSeals, isIn, type Place, putEvents, rechained, refitRows } from "./rewrite-history.ts"
import type { Change, TamperWorld, Trace } from "./tamper-world.ts"

/** How far the forger goes beyond the events: their rows, the seals' rows, the seals themselves. */
const efforts = ["events", "rows", "seals"] as const

/** Puts other events in place of a partition's, with everything made to fit that the forger thinks of. */
const rewrite = Effect.fnUntraced(function* (
  world: TamperWorld,
  place: Place,
  events: ReadonlyArray<StoredEvent>,
  effort: (typeof efforts)[number]
) {
  const fitting = rechained(events)
  yield* putEvents(world, place, fitting)
  if (effort === "events") return
  yield* refitRows(world, place, fitting)
  if (effort === "seals") yield* forgeSeals(world)
})

const placeOf = ({ company, partition, position }: StoredEvent) => ({ company, partition, position })

/** The first seal that covers the position. */
const sealOver = ({ was }: TamperWorld, { company, partition, position }: StoredEvent): number =>
  was.sealed.find((row) => isIn({ company, partition })(row) && row.position >= position)!.seal

/** Where a rewritten history shows: with forged rows or seals the place is known from the anchors, else the seal. */
const traceOf = (
  world: TamperWorld,
  event: StoredEvent,
  effort: (typeof efforts)[number],
  what: string
): Trace => ({
  what: `${what}, ${effort} made to fit`,
  place: placeOf(event),
  // All seals are signed anew by a stranger: the first one shows it.
  ...(effort === "events" ? {} : { seal: effort === "seals" ? 1 : sealOver(world, event) })
})

const changed = (event: StoredEvent): StoredEvent => ({
  ...event,
  dataText: event.dataText.replace("olá", "adeus"),
  principal: "person:eve"
})

const rewritten = (effort: (typeof efforts)[number]): ReadonlyArray<Change> => [
  {
    name: `an event changed, ${effort} made to fit`,
    make: Effect.fnUntraced(function* (world) {
      const event = world.chance.of(world.was.events)
      const events = world.was.events
        .filter(isIn(event))
        .map((each) => (each === event ? changed(each) : each))
      yield* rewrite(world, event, events, effort)
      return traceOf(world, event, effort, `an event of ${event.stream} at ${event.position}`)
    })
  },
  {
    name: `an event taken out, ${effort} made to fit`,
    make: Effect.fnUntraced(function* (world) {
      const event = world.chance.of(world.was.events)
      yield* rewrite(
        world,
        event,
        world.was.events.filter(isIn(event)).filter((each) => each !== event),
        effort
      )
      return traceOf(world, event, effort, `${event.stream} without position ${event.position}`)
    })
  },
  {
    name: `an event put in, ${effort} made to fit`,
    make: Effect.fnUntraced(function* (world) {
      const event = world.chance.of(world.was.events)
      const events = world.was.events
        .filter(isIn(event))
        .flatMap((each) => (each === event ? [changed(each), each] : [each]))
      yield* rewrite(world, event, events, effort)
      return traceOf(world, event, effort, `one more before position ${event.position}`)
    })
  },
  {
    name: `a stream taken out, ${effort} made to fit`,
    make: Effect.fnUntraced(function* (world) {
      const some = world.chance.of(world.was.events)
      const own = world.was.events.filter(isIn(some))
      const first = own.find(({ stream }) => stream === some.stream)!
      yield* rewrite(
        world,
        some,
        own.filter(({ stream }) => stream !== some.stream),
        effort
      )
      return traceOf(world, first, effort, `no ${some.stream}`)
    })
  },
  {
    name: `a tail taken out, ${effort} made to fit`,
    make: Effect.fnUntraced(function* (world) {
      const event = world.chance.of(world.was.events)
      const events = world.was.events.filter(isIn(event)).filter(({ position }) => position < event.position)
      yield* rewrite(world, event, events, effort)
      return traceOf(
        world,
        event,
        effort,
        `nothing from ${event.company}/${event.partition} ${event.position} on`
      )
    })
  }
]

/** The last seals taken back with all that they cover, as if it had never been: only the anchors know. */
const takenBack: Change = {
  name: "a tail deleted with its partition rows and seals",
  make: Effect.fnUntraced(function* (world) {
    const { sql, was, chance } = world
    const from = 1 + chance.below(was.seals.length)
    yield* sql("delete from es.seal where number >= $1", [from])
    yield* sql("delete from es.sealed_partition where seal >= $1", [from])
    yield* sql("delete from es.anchored where seal >= $1", [from])
    const gone = was.sealed.find(({ seal }) => seal === from)!
    const last = (place: Place) =>
      was.sealed.findLast((row) => isIn(place)(row) && row.seal < from)?.position ?? 0
    for (const place of placesOf(was.sealed)) {
      const events = was.events.filter(isIn(place)).filter(({ position }) => position <= last(place))
      yield* putEvents(world, place, events)
      const isEmpty = events.length === 0 && chance.below(2) === 0
      if (isEmpty)
        yield* sql("delete from es.partition where company = $1 and partition = $2", [
          place.company,
          place.partition
        ])
    }
    const place = { company: gone.company, partition: gone.partition, position: last(gone) + 1 }
    return { what: `nothing from seal ${from} on`, place, seal: from, needsAnchor: true } satisfies Trace
  })
}

/** All of it gone. */
const everything: Change = {
  name: "a company deleted with its partitions and all seals",
  make: Effect.fnUntraced(function* ({ sql, was, chance }) {
    const { company } = chance.of(was.events)
    for (const table of ["event", "partition", "sealed_partition", "company"]) {
      yield* sql(`delete from es.${table} where company = $1`, [company])
    }
    yield* sql("delete from es.seal")
    yield* sql("delete from es.anchored")
    const { partition } = was.sealed.find((row) => row.company === company)!
    return {
      what: `no ${company}`,
      place: { company, partition, position: 0 },
      needsAnchor: true
    } satisfies Trace
  })
}

const placesOf = (rows: ReadonlyArray<Place>): ReadonlyArray<Place> => [
  ...new Map(
    rows.map(({ company, partition }) => [`${company}/${partition}`, { company, partition }])
  ).values()
]

/** Changes by someone who computes hashes, rows and seals anew, and only lacks the signing key and the anchors. */
export const consistentChanges: ReadonlyArray<Change> = [...efforts.flatMap(rewritten), takenBack, everything]
