import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { streamOf } from "../../../actors/address.ts"
import { registerMachines } from "../../../actors/machine/machine-registry.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { machines } from "../../../machines/index.ts"
import { explain } from "../../explain/explain.ts"
import type { Explanation } from "../../explain/explanation.ts"
import { type Asked, findAsked, parseAsked } from "../../explain/find-asked.ts"
import { wrongUse } from "../cli-failure.ts"
import { explainEmptyStream, partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { counted, cut, grouped, print, printJson, statusLine, width } from "../terminal.ts"
import { causeBranches, effectBranch } from "./event-branches.ts"
import { type Branch, treeLines } from "./tree-lines.ts"
import { turnBranch } from "./turn-branches.ts"

/** What `centurion why` was asked. */
export interface WhyAsked {
  readonly what: string
  readonly message: Option.Option<string>
  readonly company: Option.Option<string>
  readonly effects: boolean
  readonly json: boolean
}

/** Prints why a line was said or a decision taken, as a tree or as one JSON object. */
export const showWhy = Effect.fnUntraced(function* (asked: WhyAsked) {
  const question = yield* Effect.catchTag(
    parseAsked(asked.what, Option.getOrUndefined(asked.message), Option.getOrUndefined(asked.company)),
    "WrongQuestion",
    ({ message }) => wrongUse(message)
  )
  const line = yield* statusLine(!asked.json)
  const explanation = yield* withStore(
    Effect.gen(function* () {
      yield* mustExist(question)
      const registry = yield* registryOfAll
      const found = yield* findAsked(question, (looked, total) => line.tell(() => lookingAt(looked, total)))
      return yield* explain(registry, found, {
        effects: asked.effects,
        progress: (read) => line.tell(() => `taking its steps again: ${counted(read, "event")} read`)
      })
    }).pipe(Effect.ensuring(Effect.sync(line.clear)))
  )
  if (asked.json) return yield* printJson(explanation)
  const columns = yield* width
  const lines = treeLines(explanationBranch(explanation))
  yield* print(lines.map((each) => cut(each, columns)).join("\n"))
})

/** No job runs here, so every job that is asked for counts as one that has its handler. */
export const registryOfAll = Effect.suspend(() => {
  const handlers = machines.flatMap(({ jobs }) => Object.keys(jobs ?? {}))
  return Effect.fromResult(registerMachines(machines, handlers, () => {}))
})

const mustExist = Effect.fnUntraced(function* (asked: Asked) {
  if (asked.kind === "messageOf") return yield* Effect.asVoid(partitionsOf(asked.company))
  const store = yield* EventStore
  const { address } = asked
  if ((yield* store.readStream(address.company, streamOf(address), 0, 1)).length > 0) return
  yield* explainEmptyStream(address)
})

/** The whole of it as a tree. */
export const explanationBranch = ({ place, chunk, turns, event, effects }: Explanation): Branch => {
  const chain = causeBranches(event)
  return {
    text: `why ${place}`,
    branches: [
      ...turns.map((turn, n) => turnBranch(turn, n === 0 ? chunk : null)),
      { text: "causes, each caused by what stands below it", branches: chain },
      ...(effects === undefined ? [] : [{ text: "what it led to", branches: [effectBranch(effects)] }])
    ]
  }
}

const lookingAt = (looked: number, total: number) =>
  `looking for the message: ${grouped(looked)} of ${grouped(total)} events (${total === 0 ? 100 : Math.floor((100 * looked) / total)}%)`
