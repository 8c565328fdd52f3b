import type { Difference } from "../../../actors/backtest/backtest-difference.ts"
import type { Divergence } from "../../../actors/backtest/backtest-plan.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { canonicalJson } from "../../../eventstore/proof/hash.ts"
import { cut, plain, timeOf } from "../terminal.ts"

const textMax = 160
const signs: Partial<Record<Difference["change"], string>> = { gained: "+", lost: "-" }

/** One divergence for people: where, what both did, why, and how to look closer. */
export const divergenceLines = (divergence: Divergence, columns: number): ReadonlyArray<string> => {
  const { address, version, at, input, before, differences, missing, because } = divergence
  const place = `${plain(address)}@${version}`
  const what = input === null ? "after the last event," : plain(input)
  return [
    `${place}  ${timeOf(at)}  ${what}${before === null ? "" : ` in ${stateText(before)}`}`,
    ...differences.map((each) => `  ${differenceText(each)}`),
    ...(because === null ? [] : [`  ${plain(because)}`]),
    ...missing.map((job) => `  missing answer: ${plain(job)} at version ${version}`),
    `  centurion why ${place}   centurion replay ${plain(address)} --to ${version}`
  ].map((line) => cut(line, columns))
}

/** A state value as people write it: `personOwned.forAWhile`. */
export const stateText = (state: Json): string => {
  if (typeof state !== "object" || state === null) return plain(String(state))
  const entries = Object.entries(state)
  const [first] = entries
  return entries.length === 1 && first !== undefined
    ? `${plain(first[0])}.${stateText(first[1])}`
    : plain(JSON.stringify(state))
}

const differenceText = ({ kind, name, change, old, new: now }: Difference): string => {
  if (kind === "state") return `state ${stateText(old)} -> ${stateText(now)}`
  if (kind === "timer") return timerText(name, change, old, now)
  if (kind === "error") return `the new machine throws: ${dataText(now)}`
  const label = kind === "emitted" ? plain(name) : `${kind} ${plain(name)}`
  const sign = signs[change]
  if (sign !== undefined) return `${sign} ${label} ${dataText(change === "gained" ? now : old)}`
  return change === "changed"
    ? `~ ${label}\n      old ${dataText(old)}\n      new ${dataText(now)}`
    : `~ ${label} is ${change}`
}

const timerText = (name: string, change: Difference["change"], old: Json, now: Json): string => {
  const moment = (value: Json) => (typeof value === "number" ? timeOf(value) : "no time")
  if (change === "lost") return `- timer ${plain(name)}`
  if (change === "gained") return `+ timer ${plain(name)} at ${moment(now)}`
  return `timer ${plain(name)} ${change}: ${old === null ? "" : `${moment(old)} -> `}${moment(now)}`
}

const dataText = (data: Json): string => (data === null ? "" : plain(cut(canonicalJson(data), textMax)))
