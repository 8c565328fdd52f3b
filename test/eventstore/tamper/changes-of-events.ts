import * as Effect from "effect/Effect"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import type { Chance } from "./chance.ts"
import type { Change, TamperWorld, Trace } from "./tamper-world.ts"

const at = ({ company, partition, position }: StoredEvent) =>
  `company = '${company}' and partition = ${partition} and position = ${position}`

const placeOf = ({ company, partition, position }: StoredEvent) => ({ company, partition, position })

const oneBit = (column: string, chance: Chance, bytes: number) => {
  const [byte, bit] = [chance.below(bytes), chance.below(8)]
  return `set_byte(${column}, ${byte}, get_byte(${column}, ${byte}) # ${1 << bit})`
}

/** One letter more, less or another. */
const otherText = (column: string, chance: Chance) =>
  chance.of([
    `${column} || 'x'`,
    `left(${column}, -1)`,
    `overlay(${column} placing '~' from 1 for 1)`,
    `upper(${column}) || '.'`
  ])

const orNull = (column: string, chance: Chance) =>
  chance.of([`coalesce(${column}, '') || 'x'`, `coalesce(${column} || '~', 'y')`])

const otherTime = (column: string, chance: Chance) =>
  `${column} ${chance.of(["+", "-"])} interval '${chance.of(["1 microsecond", "1 millisecond", "1 day"])}'`

/** For each column how one value of it becomes another. */
const columns: Record<string, (chance: Chance, event: StoredEvent) => string> = {
  company: () => "company || 'x'",
  partition: () => "partition + 100",
  position: () => "position + 100000",
  schema_version: () => "schema_version + 1",
  version: () => "version + 1000",
  occurred_at: (chance) => otherTime("occurred_at", chance),
  recorded_at: (chance) => otherTime("recorded_at", chance),
  stream: (chance) => otherText("stream", chance),
  kind: () => "case kind when 'input' then 'emitted' else 'input' end",
  type: (chance) => otherText("type", chance),
  data: (chance) =>
    chance.of([
      `replace(data::text, 'olá', 'ola')::json`,
      `replace(data::text, '{', '{ ')::json`,
      `(data::jsonb || '{"n": -1}')::json`
    ]),
  key_id: (chance) => orNull("key_id", chance),
  causation: (chance) => orNull("causation", chance),
  correlation: (chance) => orNull("correlation", chance),
  principal: (chance) => otherText("principal", chance),
  machine_version: (chance) => otherText("machine_version", chance),
  payload_hash: (chance) => oneBit("payload_hash", chance, 32),
  link: (chance) => oneBit("link", chance, 32),
  sealed_hash: (chance, { sealedHash }) =>
    sealedHash === null ? "'\\x00'" : oneBit("sealed_hash", chance, 32),
  sealed: (chance, { sealed }) => (sealed === null ? "'\\x00'" : oneBit("sealed", chance, sealed.length))
}

const changeOfColumn = (column: string): Change => ({
  name: `a byte of ${column}`,
  make: Effect.fnUntraced(function* ({ sql, chance, was }: TamperWorld) {
    const withSealed = was.events.filter(({ sealed }) => sealed !== null)
    const isSealed = column.startsWith("sealed") && chance.below(3) > 0
    const event = chance.of(isSealed ? withSealed : was.events)
    // The table itself refuses sealed data without a key, and a key without sealed data.
    yield* sql("alter table es.event drop constraint event_check")
    yield* sql(`update es.event set ${column} = ${columns[column]!(chance, event)} where ${at(event)}`)
    return { what: `${column} of ${at(event)}`, place: placeOf(event) } satisfies Trace
  })
})

const rows: ReadonlyArray<Change> = [
  {
    name: "a deleted row",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const event = chance.of(was.events)
      yield* sql(`delete from es.event where ${at(event)}`)
      return { what: `no row ${at(event)}`, place: placeOf(event) } satisfies Trace
    })
  },
  {
    name: "two rows that changed places",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const one = chance.of(was.events)
      const others = was.events.filter(
        ({ company, partition, position }) =>
          company === one.company && partition === one.partition && position !== one.position
      )
      const other = chance.of(others)
      yield* sql(`update es.event set position = -1 where ${at(one)}`)
      yield* sql(`update es.event set position = ${one.position} where ${at(other)}`)
      yield* sql(`update es.event set position = ${other.position} where ${at({ ...one, position: -1 })}`)
      const first = one.position < other.position ? one : other
      return { what: `${at(one)} and ${other.position}`, place: placeOf(first) } satisfies Trace
    })
  },
  {
    name: "a row that stands twice",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const event = chance.of(was.events)
      const last = was.events.findLast(
        ({ company, partition }) => company === event.company && partition === event.partition
      )!
      const place = { ...placeOf(event), position: last.position + 1 }
      yield* sql(
        `insert into es.event select (jsonb_populate_record(e, '{"position": ${place.position}, "version": 100000}')).* from es.event e where ${at(event)}`
      )
      return { what: `${at(event)} again at ${place.position}`, place } satisfies Trace
    })
  },
  {
    name: "a deleted tail",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const event = chance.of(was.events)
      yield* sql(`delete from es.event where company = $1 and partition = $2 and position >= $3`, [
        event.company,
        event.partition,
        event.position
      ])
      return { what: `nothing from ${at(event)} on`, place: placeOf(event) } satisfies Trace
    })
  },
  {
    name: "a deleted stream",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { company, stream } = chance.of(was.events)
      const first = was.events.find((each) => each.company === company && each.stream === stream)!
      yield* sql("delete from es.event where company = $1 and stream = $2", [company, stream])
      return { what: `no ${company}/${stream}`, place: placeOf(first) } satisfies Trace
    })
  },
  {
    name: "a changed partition row",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { company, partition } = chance.of(was.events)
      const last = was.events.findLast((each) => each.company === company && each.partition === partition)!
      const change = chance.of([
        { set: oneBit("head", chance, 32), column: "head", position: last.position },
        { set: "position + 3", column: "position", position: last.position + 1 },
        { set: "position - 1", column: "position", position: last.position - 1 },
        { set: "'epoch'", column: "recorded_at", position: last.position }
      ])
      yield* sql(
        `update es.partition set ${change.column} = ${change.set} where company = $1 and partition = $2`,
        [company, partition]
      )
      return {
        what: `${change.column} of the row of ${company}/${partition}`,
        place: { company, partition, position: change.position }
      } satisfies Trace
    })
  },
  {
    name: "a deleted partition row",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { company, partition } = chance.of(was.events)
      yield* sql("delete from es.partition where company = $1 and partition = $2", [company, partition])
      if (chance.below(2) === 0) {
        yield* sql("delete from es.event where company = $1 and partition = $2", [company, partition])
      }
      return {
        what: `no row of ${company}/${partition}`,
        place: { company, partition, position: 0 }
      } satisfies Trace
    })
  }
]

/** Changes to events and partitions that leave everything else as it was. */
export const changesOfEvents: ReadonlyArray<Change> = [...Object.keys(columns).map(changeOfColumn), ...rows]
