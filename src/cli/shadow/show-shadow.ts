import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Shadow, type ShadowScope, shadowStart } from "../../../actors/backtest/shadow.ts"
import { type CompareAsked, parseTime } from "../backtest/compare-asked.ts"
import { type Comparison, prepareCompare, printReport } from "../backtest/prepare-compare.ts"
import { exitCode, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { counted, endsByCtrlC, grouped, note, timeOf } from "../terminal.ts"
import { readShadowState, writeShadowState } from "./shadow-state.ts"

/** What `centurion shadow` was asked. */
export interface ShadowAsked extends CompareAsked {
  readonly since: Option.Option<string>
  readonly during: Option.Option<string>
  readonly state: Option.Option<string>
}

const pollEveryMs = 500
const retryEveryMs = 2000
const tellEveryMs = 2000

/** Follows what happens with the candidate beside the live version, until Ctrl-C or the end asked for; then reports. */
export const showShadow = Effect.fnUntraced(function* (asked: ShadowAsked) {
  const comparison = yield* prepareCompare(asked)
  const since = yield* parseTime("since", asked.since)
  const during = yield* parseSpan(asked.during)
  const began = performance.now()
  const company = Option.getOrUndefined(asked.company)
  return yield* withStore(
    Effect.gen(function* () {
      if (company !== undefined) yield* partitionsOf(company)
      const scope = { ...comparison.filter, ...(company === undefined ? {} : { company }) }
      const shadow = yield* openShadow(asked, comparison, scope, since)
      const end = report(asked, comparison, shadow, began)
      const following = follow(shadow)
      if (during === undefined) {
        return yield* Effect.onInterrupt(following, () =>
          Effect.matchEffect(end, {
            onFailure: (failure) => endsByCtrlC(failure.exitCode),
            onSuccess: () => endsByCtrlC(exitCode.ok)
          })
        )
      }
      yield* Effect.raceFirst(following, Effect.sleep(during))
      // What came while we slept belongs to the time asked for.
      yield* shadow.advance()
      return yield* end
    })
  )
})

const report = (asked: ShadowAsked, { failAbove }: Comparison, shadow: Shadow, began: number) =>
  Effect.suspend(() => printReport(asked, failAbove, shadow.finish(), (performance.now() - began) / 1000))

const openShadow = Effect.fnUntraced(function* (
  asked: ShadowAsked,
  { plan }: Comparison,
  scope: ShadowScope,
  since: number | undefined
) {
  const file = Option.getOrUndefined(asked.state)
  const known = file === undefined ? undefined : yield* readShadowState(file, plan)
  const start = known?.start ?? (yield* shadowStart(scope.company, since))
  const from = known?.beganAt ?? timeOf(since ?? Date.now())
  if (file !== undefined && known === undefined) yield* writeShadowState(file, plan, from, start)
  const shadow = new Shadow(plan, scope, start)
  yield* note(`${asked.machine} in the shadow of ${plan.candidate.version} since ${from}; Ctrl-C ends it`)
  return shadow
})

/** Reads what is new for ever; a store that does not answer is waited for. */
const follow = (shadow: Shadow) =>
  Effect.gen(function* () {
    let isDown = false
    const tell = tellTotals(shadow)
    while (true) {
      const read = yield* Effect.result(shadow.advance())
      if (read._tag === "Failure") {
        if (!isDown) yield* note(`${read.failure.message}; trying on`)
        isDown = true
        yield* Effect.sleep(retryEveryMs)
        continue
      }
      isDown = false
      yield* tell
      yield* Effect.sleep(pollEveryMs)
    }
  })

/** One line each time something has changed, not more often than one can read. */
const tellTotals = (shadow: Shadow) => {
  let printedAt = 0
  let last = ""
  return Effect.suspend(() => {
    const now = performance.now()
    const { tracked, seen, diverged } = shadow.streams
    const line = `${counted(tracked.size, "actor")}, ${counted(seen, "event")}, ${grouped(diverged)} diverged`
    if (line === last || now - printedAt < tellEveryMs) return Effect.void
    printedAt = now
    last = line
    return note(line)
  })
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const parseSpan = Effect.fnUntraced(function* (asked: Option.Option<string>) {
  if (Option.isNone(asked)) return undefined
  const found = /^(\d+(?:\.\d+)?)([smhd])$/.exec(asked.value)
  if (found !== null) return Number(found[1]) * units[found[2]!]!
  return yield* wrongUse(`--for is a time span, as 30s, 10m, 8h or 2d; "${asked.value}" is none`)
})
