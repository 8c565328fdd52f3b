import type { Figure } from "./figure.ts"
import type { ScratchDatabase } from "./scratch-database.ts"

/** What a measurement is given. */
export interface BenchWorld {
  /** A database of its own, migrated, gone afterwards. */
  readonly database: ScratchDatabase
  /** The server's own address, for a measurement that needs more than one database. */
  readonly server: string
  /** How long one round of a measurement takes. */
  readonly seconds: number
  /** The sizes asked for with `--sizes`; undefined takes the measurement's own. */
  readonly sizes: ReadonlyArray<number> | undefined
  readonly report: (figure: Figure) => void
}

/** One measurement; one file of this folder and one line in its list. */
export interface Bench {
  readonly name: string
  /** What it measures, in one line for people. */
  readonly about: string
  readonly run: (world: BenchWorld) => Promise<void>
}
