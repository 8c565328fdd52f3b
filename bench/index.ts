import type { Bench } from "./bench.ts"
import { turn } from "./turn.ts"

/** The measurements; a new one is a file and a line in this list. */
export const benches: ReadonlyArray<Bench> = [turn]
