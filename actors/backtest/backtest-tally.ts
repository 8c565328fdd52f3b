import type { JsonObject } from "../../eventstore/database/json.ts"
import type { Answers, StreamTally } from "./backtest-plan.ts"

/** Nothing seen yet. */
export const newTally = (): StreamTally => ({
  inputs: 0,
  events: 0,
  factsOnly: 0,
  unlisted: new Set(),
  answers: new Map(),
  shifts: new Map()
})

/** As it is now: what is counted afterwards is not in it. */
export const copyOf = (tally: StreamTally): StreamTally => ({
  ...tally,
  unlisted: new Set(tally.unlisted),
  answers: new Map([...tally.answers].map(([name, each]) => [name, { ...each }])),
  shifts: new Map([...tally.shifts].map(([name, each]) => [name, { ...each }]))
})

/** One more moment of a timer that is not the recorded one. */
export const noteShift = ({ shifts }: StreamTally, timer: string, shiftMs: number) => {
  const shift = shifts.get(timer) ?? { earlier: 0, later: 0, shiftMs: 0 }
  shifts.set(timer, shift)
  if (shiftMs < 0) shift.earlier++
  else shift.later++
  shift.shiftMs += shiftMs
}

/** One more recorded answer of a job, with what it cost if it says so. */
export const noteAnswer = (answers: Map<string, Answers>, data: JsonObject) => {
  const name = String(data.name ?? "")
  const { costUsd } = (data.output ?? {}) as { readonly costUsd?: unknown }
  const each = answers.get(name) ?? { calls: 0, priced: 0, costUsd: 0 }
  answers.set(name, each)
  each.calls++
  if (typeof costUsd !== "number" || !Number.isFinite(costUsd)) return
  each.priced++
  each.costUsd += costUsd
}
