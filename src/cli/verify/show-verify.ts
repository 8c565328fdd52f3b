import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Damage } from "../../../eventstore/damage.ts"
import { type Verified, type VerifyProgress, verify } from "../../../eventstore/verify.ts"
import { AlreadyTold, failed, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { counted, plain, print, printJson, showsProgress } from "../terminal.ts"
import { progressLine } from "./progress-line.ts"

/** What `centurion verify` was asked. */
export interface VerifyAsked {
  readonly company: Option.Option<string>
  readonly partition: Option.Option<number>
  readonly json: boolean
}

const progressEveryMs = 200

/** Checks the chains and names the first damage of each partition; fails when there is any. */
export const showVerify = Effect.fnUntraced(function* (asked: VerifyAsked) {
  const company = Option.getOrUndefined(asked.company)
  const partition = Option.getOrUndefined(asked.partition)
  if (partition !== undefined && company === undefined) {
    return yield* wrongUse("--partition needs a company: centurion verify <company> --partition <n>")
  }
  const began = performance.now()
  const verified = yield* withStore(
    Effect.gen(function* () {
      if (company !== undefined) {
        const there = yield* partitionsOf(company)
        if (partition !== undefined && !there.some((each) => each.partition === partition)) {
          return yield* failed(
            "UnknownPartition",
            `${company} has partitions 1 to ${there.length}, not ${partition}`
          )
        }
      }
      const scope = {
        ...(company === undefined ? {} : { company }),
        ...(partition === undefined ? {} : { partition })
      }
      return yield* verify(scope, asked.json || !showsProgress() ? undefined : tellProgress(began))
    })
  )
  const seconds = (performance.now() - began) / 1000
  if (asked.json) yield* printJson({ ...verified, seconds: Number(seconds.toFixed(3)) })
  else yield* print(resultLines(verified, seconds).join("\n"))
  if (!verified.ok) return yield* new AlreadyTold({ exitCode: 1 })
})

/** Writes one line over and over, and takes it away at the end. */
const tellProgress = (began: number) => {
  let told = began
  let isShown = false
  return (at: VerifyProgress) => {
    const now = performance.now()
    const isEnd = at.checked === at.total
    if (isEnd ? !isShown : now - told < progressEveryMs) return
    told = now
    isShown = true
    process.stderr.write(`\r\u001b[2K${isEnd ? "" : progressLine(at, (now - began) / 1000)}`)
  }
}

const resultLines = (
  { ok, partitions, events, damages }: Verified,
  seconds: number
): ReadonlyArray<string> => {
  const checked = `${counted(events, "event")} in ${counted(partitions, "partition")}, ${seconds.toFixed(1)} s`
  return ok
    ? [`ok: ${checked}`]
    : [...damages.map(damageLine), `damaged: ${counted(damages.length, "partition")}; ${checked}`]
}

const damageLine = ({ company, partition, position, stream, version, kind, message }: Damage): string => {
  const event = stream === null ? "" : ` (${plain(stream)}, version ${version})`
  return `${kind} damage in ${company}, partition ${partition}, position ${position}${event}: ${plain(message)}`
}
