import * as Effect from "effect/Effect"
import { grouped, statusLine } from "../terminal.ts"

const barColumns = 24

/** How far something long is. */
export interface Progress {
  readonly done: number
  readonly total: number
}

/** `[#####···················] 12,000 of 48,000 events (25%), 60,000/s, 1 s left`. */
export const progressLine = ({ done, total }: Progress, seconds: number, noun: string): string => {
  const rate = seconds > 0 ? done / seconds : 0
  const left = rate > 0 ? `, ${Math.ceil((total - done) / rate)} s left` : ""
  const share = total > 0 ? Math.min(1, done / total) : 1
  const filled = Math.floor(share * barColumns)
  const bar = `[${"#".repeat(filled)}${"·".repeat(barColumns - filled)}]`
  const percent = Math.floor(100 * share)
  return `${bar} ${grouped(done)} of ${grouped(total)} ${noun} (${percent}%), ${grouped(Math.round(rate))}/s${left}`
}

/** Tells on a terminal how far it is; the line is gone at the end. */
export const tellProgress = (noun: string, isWanted = true): Effect.Effect<(at: Progress) => void> =>
  Effect.map(statusLine(isWanted), (line) => {
    const began = performance.now()
    return (at) => {
      if (at.done >= at.total) return line.clear()
      line.tell(() => progressLine(at, (performance.now() - began) / 1000, noun))
    }
  })
