/** What one test file cost: seconds of a processor, with its child processes, and seconds by the clock. */
export interface FileCost {
  readonly file: string
  readonly cpuSeconds: number
  readonly wallSeconds: number
}

/** `dear-files.json`: what the whole suite took where it was measured, and why some files may cost more than others. */
export interface DearFiles {
  /** Of the machine on which the reasons were written; another machine's limits grow by the ratio. */
  readonly suiteCpuSeconds: number
  readonly reasons: Readonly<Record<string, string>>
}

/** What a file may cost without a reason, on the machine that `suiteCpuSeconds` was measured on. */
export const limitSeconds = 20
/** A file waits beside others, and on a busy machine for a processor: what it waits for counts a third. */
const waitingShare = 1 / 3
/** The same file costs now more, now less: only what is clearly above the limit ends a run. */
const noiseShare = 1.25
/** A listed file that costs less than this share of the limit has no need of its reason. */
const staleShare = 1 / 4

/** Seconds that a file takes away from the others: of a processor, or of the worker that it holds. */
export const costOf = ({ cpuSeconds, wallSeconds }: FileCost): number =>
  Math.max(cpuSeconds, wallSeconds * waitingShare)

/** How much slower this machine is than the one that was measured: the suite is its own yardstick. */
export const slownessOf = (costs: ReadonlyArray<FileCost>, { suiteCpuSeconds }: DearFiles): number =>
  costs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / suiteCpuSeconds

/** Sentences about files that cost too much without a reason, and about reasons that nobody needs. Of a whole run. */
export const judgeCosts = (costs: ReadonlyArray<FileCost>, dear: DearFiles): ReadonlyArray<string> => {
  const limit = limitSeconds * slownessOf(costs, dear)
  const known = new Map(costs.map((cost) => [cost.file, costOf(cost)]))
  const tooDear = [...known].filter(
    ([file, cost]) => cost > limit * noiseShare && dear.reasons[file] === undefined
  )
  const stale = Object.keys(dear.reasons).filter((file) => !((known.get(file) ?? 0) >= limit * staleShare))
  return [
    ...tooDear.map(
      ([file, cost]) => `${file} costs ${cost.toFixed(0)} s, ${limit.toFixed(0)} is the most without a reason`
    ),
    ...stale.map((file) =>
      known.has(file)
        ? `${file} is cheap by now: take it off the list`
        : `${file} is on the list and not there`
    )
  ]
}
