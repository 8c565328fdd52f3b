import { grouped, showsProgress } from "../terminal.ts"

const progressEveryMs = 200
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

/** Writes one line over and over on a terminal, and takes it away at the end; elsewhere it does nothing. */
export const tellProgress = (noun: string, isWanted = true): ((at: Progress) => void) => {
  if (!isWanted || !showsProgress()) return () => {}
  const began = performance.now()
  let told = began
  let isShown = false
  return (at) => {
    const now = performance.now()
    const isEnd = at.done >= at.total
    if (isEnd ? !isShown : now - told < progressEveryMs) return
    told = now
    isShown = true
    process.stderr.write(`\r\u001b[2K${isEnd ? "" : progressLine(at, (now - began) / 1000, noun)}`)
  }
}
