import { join } from "node:path"
import type { OwnPostgres } from "../actors/engine/world/own-postgres.ts"
import type { Plant } from "./app/plants.ts"
import { type Outcome, sendFaults } from "./checks/check-all.ts"
import { type Stage, type StageOptions, setStage } from "./world/stage.ts"

/** `short` is for every commit, `full` shows the figure that the promise names. */
export type Size = "full" | "short"

/** One figure of a result. */
export interface Figure {
  readonly what: string
  readonly wanted: string
  readonly seen: string
  readonly ok: boolean
}

/** What a scenario did and what it saw. */
export interface Played {
  /** `200 kills of the app, 15 of the database`. */
  readonly did: string
  readonly figures: ReadonlyArray<Figure>
}

/** What a scenario gets. */
export interface Given {
  readonly size: Size
  readonly seed: number
  readonly plants: ReadonlyArray<Plant>
  readonly postgres: OwnPostgres
  /** A scratch directory of the run. */
  readonly directory: string
  /** Tells how far it is, in [0, 1], and what goes on. */
  readonly progress: (share: number, what: string) => void
}

/** The proof of one promise. */
export interface Scenario {
  readonly promise: string
  readonly about: string
  /** About how long it takes, for the estimate. */
  readonly seconds: Readonly<Record<Size, number>>
  readonly run: (given: Given) => Promise<Played>
}

/** It must be 0. */
export const none = (what: string, seen: number): Figure => ({
  what,
  wanted: "0",
  seen: `${seen}`,
  ok: seen === 0
})

/** A run in which little happened shows little. */
export const atLeast = (what: string, least: number, seen: number): Figure => ({
  what,
  wanted: `>= ${least}`,
  seen: `${seen}`,
  ok: seen >= least
})

/** It must not pass the limit. */
export const atMost = (what: string, most: number, seen: number, unit = ""): Figure => ({
  what,
  wanted: `<= ${most}${unit}`,
  seen: `${seen}${unit}`,
  ok: seen <= most
})

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${what}: ${count}`)
    .join(", ")

/** Every chunk arrived once and in order and is told of; on a channel of rule `none` it may be in doubt instead. */
export const sendsWell = (outcome: Outcome): Figure => {
  const faults = sendFaults(outcome)
  const wrong = Object.keys(faults).length
  return {
    what: "chunks sent twice, lost, untold or out of order",
    wanted: "0",
    seen: wrong === 0 ? "0" : counted(faults),
    ok: wrong === 0
  }
}

/** The history verifies and replays to the live state, and nothing is left lying: in one line. */
export const allElse = ({ mustBeNone, events }: Outcome): Figure => {
  const wrong = Object.entries(mustBeNone).filter(([, count]) => count !== 0)
  const seen = wrong.length === 0 ? `ok, ${events} events` : counted(Object.fromEntries(wrong))
  return {
    what: "history verifies, replay = live, nothing left",
    wanted: "ok",
    seen,
    ok: wrong.length === 0
  }
}

/** Plays on a stage of the scenario's own, which is taken down whatever happens. */
export const onStage = async <A>(
  given: Given,
  promise: string,
  options: Pick<StageOptions, "servers"> & Partial<StageOptions>,
  play: (stage: Stage) => Promise<A>
): Promise<A> => {
  const name = promise.toLowerCase()
  const { postgres, seed, plants } = given
  given.progress(0, "sets the stage")
  const stage = await setStage({
    name: `rig_${name}`,
    directory: join(given.directory, name),
    compiled: join(given.directory, "compiled"),
    postgres,
    seed,
    plants,
    ...options
  })
  try {
    return await play(stage)
  } finally {
    await stage.close()
  }
}
