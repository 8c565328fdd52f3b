import { writeFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { parseAddress, streamOf } from "../../../actors/address.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { proveEvent } from "../../../eventstore/proof/event-proof.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { explainEmptyStream } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { print, printJson } from "../terminal.ts"

/** What `centurion prove` was asked. */
export interface ProveAsked {
  readonly event: string
  readonly out: Option.Option<string>
  readonly withData: boolean
  readonly json: boolean
}

const findEvent = Effect.fnUntraced(function* (place: string) {
  const [, text = "", version] = /^(.+)@([1-9]\d{0,14})$/.exec(place) ?? []
  if (version === undefined) {
    return yield* wrongUse(
      `"${place}" is no event: write company/machine/id@version, such as demo/deal/7f3@12`
    )
  }
  const address = yield* parseAddress(text)
  const store = yield* EventStore
  const [event] = yield* store.readStream(address.company, streamOf(address), Number(version) - 1, 1)
  if (event?.version === Number(version)) return event
  const [first] = yield* store.readStream(address.company, streamOf(address), 0, 1)
  return yield* first === undefined
    ? explainEmptyStream(address)
    : failed("UnknownEvent", `${text} has no version ${version}`)
})

/** Proves the event and writes the proof into a file, or to stdout. */
export const writeProof = Effect.fnUntraced(function* (asked: ProveAsked) {
  const proof = yield* withStore(
    Effect.flatMap(findEvent(asked.event), (event) => proveEvent(event, asked.withData))
  )
  const out = Option.getOrUndefined(asked.out)
  if (out === undefined) return yield* print(JSON.stringify(proof, null, 2))
  yield* Effect.try({
    try: () => writeFileSync(out, `${JSON.stringify(proof, null, 2)}\n`),
    catch: (cause) => failed("NotWritten", `${out} can't be written: ${(cause as Error).message}`)
  })
  const seal = proof.steps[3].size
  if (asked.json) return yield* printJson({ event: asked.event, seal, file: out })
  yield* print(
    `${out} proves ${asked.event} by seal ${seal}; check it with: node docs/check-proof.mjs ${out} <public key>`
  )
})
