import type { Answer } from "../conversation/events.ts"
import type { Criterion } from "./events.ts"

/** An answer as a lead keeps it: with the lead's words, and when they came (epoch ms). */
export type KeptAnswer = Answer & { readonly at: number }

/** How a lead stands against the criteria. `score` is 0-100; the lists hold names of criteria, in their order. */
export interface Assessment {
  readonly score: number
  readonly met: ReadonlyArray<string>
  readonly unmet: ReadonlyArray<string>
  readonly open: ReadonlyArray<string>
  /** Why the lead can't be qualified: the reason of the first required criterion that is not met. */
  readonly failed: string | null
}

const dayMs = 86_400_000

/** The score is the weight met out of all weight, times 100, rounded; 0 when nothing has weight. */
export const assess = (
  criteria: ReadonlyArray<Criterion>,
  answers: ReadonlyArray<KeptAnswer>
): Assessment => {
  const met: Array<string> = []
  const unmet: Array<string> = []
  const open: Array<string> = []
  let failed: string | null = null
  let weightMet = 0
  let weightAll = 0
  for (const criterion of criteria) {
    const weight = Math.max(0, criterion.weight)
    weightAll += weight
    const answer = answers.find((each) => each.criterion === criterion.name)
    if (answer === undefined) open.push(criterion.name)
    else if (meets(criterion, answer)) {
      met.push(criterion.name)
      weightMet += weight
    } else {
      unmet.push(criterion.name)
      failed ??= criterion.required ?? null
    }
  }
  const score = weightAll === 0 ? 0 : Math.round((weightMet / weightAll) * 100)
  return { score, met, unmet, open, failed }
}

/** Whether an answer meets its criterion; a value of the wrong kind does not. */
export const meets = (criterion: Criterion, answer: KeptAnswer): boolean => {
  const { value } = answer
  switch (criterion.kind) {
    case "money":
    case "count":
      return typeof value === "number" && value >= (criterion.atLeast ?? 0)
    case "date":
      return meetsDate(criterion, value, answer.at)
    case "yesNo":
      return value === (criterion.meets ?? true)
    case "text":
      return typeof value === "string" && value.trim() !== ""
  }
}

/** A date counts from the day before the answer, because the lead's today may still be our yesterday. */
const meetsDate = (criterion: Criterion, value: Answer["value"], at: number): boolean => {
  const then = typeof value === "string" ? Date.parse(value) : Number.NaN
  if (Number.isNaN(then)) return false
  return then >= at - dayMs && then <= at + (criterion.withinDays ?? Number.POSITIVE_INFINITY) * dayMs
}
