import { inspect } from "node:util"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Address, formatAddress, parseAddress } from "../../../actors/address.ts"
import { registerMachines } from "../../../actors/machine/machine-registry.ts"
import { replayStream, type SeenEvent } from "../../../actors/replay/replay.ts"
import type { ReplayDifference, Replayed, ReplayTo } from "../../../actors/replay/replayed.ts"
import { canonicalJson } from "../../../eventstore/proof/hash.ts"
import { machines } from "../../../machines/index.ts"
import { AlreadyTold, failed, wrongUse } from "../cli-failure.ts"
import { eventLine } from "../event-line.ts"
import { explainEmptyStream, partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { counted, grouped, note, plain, print, printJson, timeOf, width } from "../terminal.ts"

/** What `centurion replay` was asked. */
export interface ReplayAsked {
  readonly address: string
  readonly to: Option.Option<string>
  readonly json: boolean
}

/** Prints the timeline, the state and the check; fails when emitted events do not follow from the inputs. */
export const showReplay = Effect.fnUntraced(function* (asked: ReplayAsked) {
  const address = yield* parseAddress(asked.address)
  const to = yield* parseTo(Option.getOrUndefined(asked.to))
  const replayed = yield* withStore(
    Effect.gen(function* () {
      const registered = yield* findMachine(address)
      const timeline = asked.json ? () => Effect.void : printTimeline(yield* width)
      const replayed = yield* replayStream(registered, address, to, timeline)
      if (replayed.version === 0) yield* explainNothing(address, to)
      return replayed
    })
  )
  yield* asked.json ? printJson(asJson(address, replayed)) : printResult(replayed, to)
  if (!follows(replayed)) return yield* new AlreadyTold({ exitCode: 1 })
})

const follows = ({ differing, stopped }: Replayed) => differing === 0 && stopped === undefined

const parseTo = Effect.fnUntraced(function* (text: string | undefined) {
  if (text === undefined) return {} satisfies ReplayTo as ReplayTo
  if (/^\d{1,15}$/.test(text)) return { toVersion: Number(text) } satisfies ReplayTo as ReplayTo
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) {
    return yield* wrongUse(
      `--to is a version, as 17, or an ISO time, as 2026-06-01T13:00:05Z; "${text}" is neither`
    )
  }
  return { toTime: time } satisfies ReplayTo as ReplayTo
})

const findMachine = Effect.fnUntraced(function* (address: Address) {
  // No job runs in a replay, so every job that is asked for counts as one that has its handler.
  const handlers = machines.flatMap(({ jobs }) => Object.keys(jobs ?? {}))
  const registry = yield* Effect.fromResult(registerMachines(machines, handlers, () => {}))
  const registered = registry.get(address.machine)
  if (registered !== undefined) return registered
  yield* partitionsOf(address.company)
  return yield* failed(
    "UnknownMachine",
    `no machine is called "${address.machine}"; there are ${[...registry.keys()].join(", ")}`
  )
})

const explainNothing = Effect.fnUntraced(function* (address: Address, to: ReplayTo) {
  if (to.toVersion !== undefined || to.toTime !== undefined) {
    return yield* failed("UnknownStream", `${formatAddress(address)} has no event up to then`)
  }
  return yield* explainEmptyStream(address)
})

/** One line an event, and the state's value under it where it has changed. */
const printTimeline = (columns: number) => {
  let value = ""
  return (seen: ReadonlyArray<SeenEvent>) =>
    print(
      seen
        .flatMap(({ event, state }) => {
          const line = eventLine(event, String(event.version).padStart(4), columns)
          const now = JSON.stringify(state?.value)
          if (event.kind === "emitted" || now === value || now === undefined) return [line]
          value = now
          return [line, `${" ".repeat(26)}${" ".repeat(6)}= ${plain(now)}`]
        })
        .join("\n")
    )
}

const printResult = Effect.fnUntraced(function* (replayed: Replayed, to: ReplayTo) {
  const { state, version, at, machineVersion, notes, stopped } = replayed
  if (to.toVersion !== undefined && to.toVersion > version && stopped === undefined) {
    yield* note(`the stream ends at version ${version}`)
  }
  yield* print(
    `\nat version ${version}, ${at === undefined ? "" : timeOf(at)}, by ${machineVersion ?? "no machine"}`
  )
  if (state !== undefined) {
    yield* print(`state    ${plain(JSON.stringify(state.value))} (${state.status})`)
    if (state.error !== null) yield* print(`error    ${plain(JSON.stringify(state.error))}`)
    for (const { timer, dueAt } of state.timers)
      yield* print(`timer    ${plain(timer)}, due ${timeOf(dueAt)}`)
    for (const { job, name } of state.jobs) yield* print(`job      ${plain(job)}, ${plain(name)}`)
    yield* print(
      `context  ${inspect(state.context, contextStyle(yield* width)).replaceAll("\n", "\n         ")}`
    )
  }
  for (const each of notes) yield* note(each)
  yield* print(`\n${verdict(replayed)}`)
})

/** Control characters come out escaped. */
const contextStyle = (columns: number) => ({ depth: null, breakLength: Math.min(columns, 120) - 10 })

const verdict = ({ emitted, agreed, differences, differing, stopped, version }: Replayed): string => {
  if (stopped !== undefined) {
    return `emitted events follow from inputs: unknown, the replay had to stop at version ${stopped.version}: ${plain(stopped.message)}`
  }
  if (differing === 0) {
    return `emitted events follow from inputs: yes (${grouped(agreed)} of ${grouped(emitted)}, up to version ${version})`
  }
  return [
    `emitted events follow from inputs: no (${counted(differing, "difference")})`,
    ...differences.slice(0, differencesShown).map(inWords),
    ...(differing > differencesShown
      ? [`  and ${grouped(differing - differencesShown)} more; --json lists them`]
      : [])
  ].join("\n")
}

const differencesShown = 3

const inWords = ({ version, expected, found }: ReplayDifference): string => {
  const fact = (it: ReplayDifference["found"]) =>
    it === null ? "nothing" : plain(`${it.type} ${canonicalJson(it.data)}`)
  return `  version ${version}\n    the machine says  ${fact(expected)}\n    stored is         ${fact(found)}`
}

const asJson = (address: Address, replayed: Replayed) => ({
  address: formatAddress(address),
  follows: follows(replayed),
  ...replayed,
  at: replayed.at === undefined ? null : timeOf(replayed.at),
  stopped: replayed.stopped ?? null
})
