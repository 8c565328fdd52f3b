import { readFileSync, rmSync, writeFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { Chance } from "./chance.ts"
import { type Change, copyAnchor, type Trace } from "./tamper-world.ts"

const flipped = (bytes: Uint8Array, chance: Chance): Buffer => {
  const changed = Buffer.from(bytes)
  const at = chance.below(changed.length)
  changed[at] = changed[at]! ^ (1 << chance.below(8))
  return changed
}

/** One letter of a text becomes another. */
const otherLetter = (text: string, chance: Chance): string => {
  const at = chance.below(text.length)
  const letter = text[at] === "A" ? "B" : "A"
  return text.slice(0, at) + letter + text.slice(at + 1)
}

const ofTheDatabase: ReadonlyArray<Change> = [
  {
    name: "a letter of a seal's note",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { number, note } = chance.of(was.seals)
      yield* sql("update es.seal set note = $2 where number = $1", [number, otherLetter(note, chance)])
      return { what: `the note of seal ${number}`, seal: number } satisfies Trace
    })
  },
  {
    name: "another time of a seal",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { number } = chance.of(was.seals)
      yield* sql("update es.seal set sealed_at = sealed_at + interval '1 ms' where number = $1", [number])
      return { what: `the time of seal ${number}`, seal: number } satisfies Trace
    })
  },
  {
    name: "a bit of a seal's right edge",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { number, frontier } = chance.of(was.seals)
      yield* sql("update es.seal set frontier = $2 where number = $1", [number, flipped(frontier, chance)])
      return { what: `the right edge of seal ${number}`, seal: number } satisfies Trace
    })
  },
  {
    name: "a deleted seal",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { number } = chance.of(was.seals)
      yield* sql("delete from es.seal where number = $1", [number])
      const isLast = number === was.seals.length
      return { what: `no seal ${number}`, seal: number, needsAnchor: isLast } satisfies Trace
    })
  },
  {
    name: "two seals that changed places",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const number = 1 + chance.below(was.seals.length - 1)
      yield* sql("update es.seal set number = 100000 where number = $1", [number])
      yield* sql("update es.seal set number = $1 where number = $2", [number, number + 1])
      yield* sql("update es.seal set number = $1 where number = 100000", [number + 1])
      return { what: `seals ${number} and ${number + 1}`, seal: number } satisfies Trace
    })
  },
  {
    name: "a bit of what a seal says of a partition",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { company, partition, seal, frontier } = chance.of(was.sealed)
      yield* sql(
        "update es.sealed_partition set frontier = $4 where company = $1 and partition = $2 and seal = $3",
        [company, partition, seal, flipped(frontier, chance)]
      )
      return { what: `${company}/${partition} in seal ${seal}`, seal } satisfies Trace
    })
  },
  {
    name: "another position that a seal reaches",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { company, partition, seal } = chance.of(was.sealed)
      yield* sql(
        `update es.sealed_partition set position = position ${chance.of(["+", "-"])} 1 where company = $1 and partition = $2 and seal = $3`,
        [company, partition, seal]
      )
      return { what: `how far seal ${seal} reaches in ${company}/${partition}`, seal } satisfies Trace
    })
  },
  {
    name: "a partition that a seal says nothing of any more",
    make: Effect.fnUntraced(function* ({ sql, chance, was }) {
      const { company, partition, seal } = chance.of(was.sealed)
      yield* sql("delete from es.sealed_partition where company = $1 and partition = $2 and seal = $3", [
        company,
        partition,
        seal
      ])
      return { what: `no ${company}/${partition} in seal ${seal}`, seal } satisfies Trace
    })
  }
]

const ofTheAnchors: ReadonlyArray<Change> = [
  {
    name: "a bit of an anchored seal",
    make: ({ chance, was, anchorFile }) =>
      Effect.sync(() => {
        const { number } = chance.of(was.seals)
        const changed = flipped(readFileSync(anchorFile(number)), chance)
        rmSync(anchorFile(number))
        writeFileSync(anchorFile(number), changed)
        return { what: `the anchored seal ${number}`, seal: number, needsAnchor: true } satisfies Trace
      })
  },
  {
    name: "a deleted anchored seal",
    make: Effect.fnUntraced(function* ({ sql, chance, was, anchorFile }) {
      const { number } = chance.of(was.seals)
      rmSync(anchorFile(number))
      // The last file may only be missed because the database knows that it was written.
      if (number < was.seals.length) yield* sql("delete from es.anchored")
      return { what: `no anchored seal ${number}`, seal: number, needsAnchor: true } satisfies Trace
    })
  },
  {
    name: "an anchored seal in another's place",
    make: ({ chance, was, ...world }) =>
      Effect.sync(() => {
        const { number } = chance.of(was.seals)
        const from = chance.of(was.seals.filter((each) => each.number !== number)).number
        copyAnchor({ ...world, chance, was }, from, number)
        return { what: `anchored seal ${from} as ${number}`, seal: number, needsAnchor: true } satisfies Trace
      })
  }
]

/** Changes to seals and to what is kept of them outside. */
export const changesOfSeals: ReadonlyArray<Change> = [...ofTheDatabase, ...ofTheAnchors]
