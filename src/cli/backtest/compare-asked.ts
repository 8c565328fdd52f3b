import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Setting } from "../../../actors/backtest/backtest-setting.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { wrongUse } from "../cli-failure.ts"

/** What `backtest` and `shadow` were asked alike. */
export interface CompareAsked {
  readonly machine: string
  readonly against: string
  readonly set: ReadonlyArray<string>
  readonly recordedBy: Option.Option<string>
  readonly ignore: ReadonlyArray<string>
  readonly company: Option.Option<string>
  readonly having: ReadonlyArray<string>
  readonly where: ReadonlyArray<string>
  readonly show: number
  readonly failAbove: Option.Option<string>
  readonly json: boolean
}

/** When a report fails: above a share (0-1) of the compared streams, or above a count. */
export type FailAbove = { readonly share: number } | { readonly count: number }

/** Reads `settings.turnClosureMs=12000`: the value is JSON, or else the text itself. */
export const parseSetting = Effect.fnUntraced(function* (flag: string, text: string) {
  const equals = text.indexOf("=")
  const path = text.slice(0, Math.max(0, equals)).split(".")
  if (equals < 1 || path.includes("")) {
    return yield* wrongUse(`--${flag} is path=value, as settings.turnClosureMs=12000; "${text}" is not`)
  }
  return { path, value: parsed(text.slice(equals + 1)) } satisfies Setting
})

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** Reads `5%` or `12`. */
export const parseFailAbove = Effect.fnUntraced(function* (asked: Option.Option<string>) {
  if (Option.isNone(asked)) return undefined
  const found = /^(\d+(?:\.\d+)?)(%?)$/.exec(asked.value)
  const number = Number(found?.[1])
  if (found === null || (found[2] === "%" ? number > 100 : !Number.isInteger(number))) {
    return yield* wrongUse(`--fail-above is a share, as 5%, or a count, as 12; "${asked.value}" is neither`)
  }
  return (found[2] === "%" ? { share: number / 100 } : { count: number }) satisfies FailAbove as FailAbove
})

/** Reads an ISO time as epoch ms. */
export const parseTime = Effect.fnUntraced(function* (flag: string, asked: Option.Option<string>) {
  if (Option.isNone(asked)) return undefined
  const time = /^\d{4}-\d\d-\d\d/.test(asked.value) ? Date.parse(asked.value) : Number.NaN
  if (!Number.isNaN(time)) return time
  return yield* wrongUse(`--${flag} is an ISO time, as 2026-06-01T13:00:05Z; "${asked.value}" is none`)
})

/** True when more diverged than was allowed. */
export const isAbove = (
  failAbove: FailAbove | undefined,
  { same, diverged }: { readonly same: number; readonly diverged: number }
): boolean => {
  if (failAbove === undefined) return false
  return "count" in failAbove ? diverged > failAbove.count : diverged > failAbove.share * (same + diverged)
}
