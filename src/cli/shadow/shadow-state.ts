import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BacktestPlan } from "../../../actors/backtest/backtest-plan.ts"
import { formatSetting } from "../../../actors/backtest/backtest-setting.ts"
import type { ShadowStart } from "../../../actors/backtest/shadow.ts"
import { failed } from "../cli-failure.ts"

/** Where a shadow began and with what: enough to come to the same report again. */
const ShadowState = Schema.Struct({
  format: Schema.Literal(1),
  machine: Schema.String,
  candidate: Schema.String,
  settings: Schema.Array(Schema.String),
  beganAt: Schema.String,
  start: Schema.Array(Schema.Struct({ company: Schema.String, partition: Schema.Int, position: Schema.Int }))
})
type ShadowState = typeof ShadowState.Type

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(ShadowState))

/** The start that the file holds; undefined when there is no file. Fails when it is of another shadow, or no such file. */
export const readShadowState = Effect.fnUntraced(function* (file: string, plan: BacktestPlan) {
  if (!existsSync(file)) return undefined
  const read = decode(readFileSync(file, "utf8"))
  if (read._tag === "Failure") {
    return yield* failed("WrongState", `${file} is no state of a shadow: ${read.failure.message}`)
  }
  const ours = identityOf(plan)
  const { machine, candidate, settings } = read.success
  const theirs = { machine, candidate, settings }
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return read.success as ShadowState
  return yield* failed(
    "OtherShadow",
    `${file} is of ${inWords(theirs)}, and this is ${inWords(ours)}: name another file, or remove it to begin anew`
  )
})

/** Writes the start; a file that is there whole or not at all. */
export const writeShadowState = (
  file: string,
  plan: BacktestPlan,
  beganAt: string,
  start: ReadonlyArray<ShadowStart>
): Effect.Effect<void> =>
  Effect.sync(() => {
    const state: ShadowState = {
      format: 1,
      ...identityOf(plan),
      beganAt,
      start: start.map(({ company, partition, position }) => ({ company, partition, position }))
    }
    writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`)
    renameSync(`${file}.new`, file)
  })

const identityOf = ({ registered, candidate, settings }: BacktestPlan) => ({
  machine: registered.listed.machine.id,
  candidate: candidate.version,
  settings: settings.map(formatSetting)
})

const inWords = ({
  machine,
  candidate,
  settings
}: Pick<ShadowState, "machine" | "candidate" | "settings">): string =>
  [`${machine} against ${candidate}`, ...settings].join(", ")
