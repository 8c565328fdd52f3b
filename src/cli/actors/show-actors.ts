import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { addressOf, formatAddress, parseAddress, streamOf } from "../../../actors/address.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { StoppedActor, StoppedOrder, StoppedStatus } from "../../../eventstore/log/stored-rows.ts"
import { rowsMax } from "../../control/contract/call.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { confirm } from "../jobs/confirm.ts"
import { withStore } from "../open-store.ts"
import { canAsk, counted, note, plain, print, printJson, printTable, timeOf } from "../terminal.ts"

export interface StoppedAsked {
  readonly status: Option.Option<StoppedStatus>
  readonly company: Option.Option<string>
  readonly limit: number
  readonly json: boolean
}

/** Prints the actors that do not go on, the last that stopped first. */
export const listStopped = Effect.fnUntraced(function* ({ status, company, limit, json }: StoppedAsked) {
  if (limit < 1 || limit > rowsMax) return yield* wrongUse(`--limit is from 1 to ${rowsMax}`)
  const stopped = yield* withStore(
    Effect.gen(function* () {
      const store = yield* EventStore
      if (Option.isSome(company)) yield* partitionsOf(company.value)
      return yield* store.listStopped(Option.getOrNull(company), Option.getOrNull(status), limit)
    })
  )
  if (json) return yield* Effect.forEach(stopped, (each) => printJson(asJson(each)), { discard: true })
  if (stopped.length === 0) return yield* print("all actors go on")
  yield* printTable([heading, ...stopped.map(rowOf)])
  if (stopped.length === limit) yield* note(`${counted(limit, "actor")} shown; --limit shows more`)
})

/** What an operator asks for one actor. */
export interface OrderAsked {
  readonly address: string
  readonly why: string
  readonly as: string
  readonly yes: boolean
  readonly json: boolean
}

/** Asks the engine that owns the actor to see to it. */
export const seeTo = Effect.fnUntraced(function* (
  order: StoppedOrder,
  { address: text, why, as, yes, json }: OrderAsked
) {
  const address = yield* parseAddress(text)
  const name = formatAddress(address)
  if (order === "close" && !yes) {
    if (!(yield* canAsk))
      return yield* wrongUse("close asks first, and there is no terminal to ask on: add --yes")
    if (!(yield* confirm(`End ${plain(name)} for good? [y/N] `))) return yield* print("nothing was asked for")
  }
  yield* withStore(
    Effect.gen(function* () {
      const store = yield* EventStore
      if (yield* store.askStopped(address.company, streamOf(address), order, as, why)) return
      yield* partitionsOf(address.company)
      return yield* failed("NotStopped", `${name} is not stopped; \`centurion actors list\` tells which are`)
    })
  )
  const words = `asked to ${order} ${plain(name)}: the engine that owns it does it, within seconds while it runs`
  yield* json ? printJson({ address: name, order, asked: true }) : print(words)
})

const heading = ["STATUS", "ACTOR", "VERSION", "SINCE", "MACHINE", "WHY"]

const rowOf = (stopped: StoppedActor): ReadonlyArray<string> => [
  stopped.status,
  plain(addressIn(stopped)),
  String(stopped.version),
  timeOf(stopped.since),
  plain(stopped.machineVersion),
  plain(whyOf(stopped))
]

const addressIn = ({ company, stream }: StoppedActor) => formatAddress(addressOf(company, stream))

const whyOf = ({ reason, message }: StoppedActor) =>
  message === null ? `${reason}; replay it to see what it says` : `${reason}: ${message}`

const asJson = ({ partition: _, ...stopped }: StoppedActor) => ({
  address: addressIn(stopped as StoppedActor),
  ...stopped,
  since: timeOf(stopped.since)
})
