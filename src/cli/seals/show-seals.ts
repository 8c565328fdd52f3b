import * as Effect from "effect/Effect"
import { verifierKeyText } from "../../../eventstore/proof/checkpoint-note.ts"
import { SealStore, type StoredSeal } from "../../../eventstore/proof/seal-store.ts"
import { Settings } from "../../config.ts"
import { ownVerifierKey } from "../../seals/seal-key.ts"
import { wrongUse } from "../cli-failure.ts"
import { withStore } from "../open-store.ts"
import { print, printJson, printTable, timeOf } from "../terminal.ts"

const limitMax = 500

/** What is known of the seals. */
const readSeals = Effect.fnUntraced(function* (limit: number) {
  const store = yield* SealStore
  const { seal, now } = yield* store.lastSeal
  const anchors = yield* store.anchors
  const last = seal?.number ?? 0
  const seals = last === 0 ? [] : yield* store.seals(Math.max(0, last - limit), limit)
  const partitions = yield* store.sealedPartitions(Math.max(0, last - limit), last)
  return { seals, partitions, anchors, now, last }
})

/** Shows the public key, the last seals, the latest first, and which places outside have them. */
export const showSeals = Effect.fnUntraced(function* (asked: {
  readonly limit: number
  readonly json: boolean
}) {
  if (asked.limit < 1 || asked.limit > limitMax) return yield* wrongUse(`--limit is 1 to ${limitMax}`)
  const key = yield* ownVerifierKey(yield* Settings)
  const publicKey = key === undefined ? null : verifierKeyText(key)
  const { seals, partitions, anchors, last } = yield* withStore(readSeals(asked.limit))
  const shown = seals.toReversed().map((seal) => ({
    seal: seal.number,
    sealedAt: timeOf(seal.sealedAt),
    partitions: partitions
      .filter((each) => each.seal === seal.number)
      .map(({ company, partition, position }) => ({ company, partition, position })),
    anchored: anchors.filter((each) => each.seal >= seal.number).map(({ anchor }) => anchor),
    note: seal.note
  }))
  if (asked.json) return yield* printJson({ publicKey, seals: shown, anchors: anchors.map(lagOf(last)) })
  yield* print(`public key  ${publicKey ?? "none here: the server that seals has it"}`)
  if (shown.length === 0) return yield* print("no seals yet")
  yield* print("")
  yield* printTable([["seal", "sealed at", "reaches", "anchored in"], ...shown.map(rowOf)])
  const behind = anchors.map(lagOf(last)).filter(({ missing }) => missing > 0)
  for (const { anchor, missing } of behind)
    yield* print(`${anchor} lacks the last ${missing}; it is tried again`)
  if (anchors.length === 0) yield* print("nothing is anchored outside the database yet")
}, Effect.provide(Settings.layer))

const lagOf =
  (last: number) =>
  ({
    anchor,
    seal,
    anchoredAt
  }: {
    readonly anchor: string
    readonly seal: number
    readonly anchoredAt: number
  }) => ({
    anchor,
    seal,
    anchoredAt: timeOf(anchoredAt),
    missing: last - seal
  })

const placesMax = 3

const rowOf = (each: {
  readonly seal: StoredSeal["number"]
  readonly sealedAt: string
  readonly partitions: ReadonlyArray<{
    readonly company: string
    readonly partition: number
    readonly position: number
  }>
  readonly anchored: ReadonlyArray<string>
}): ReadonlyArray<string> => {
  const places = each.partitions.map(
    ({ company, partition, position }) => `${company}/${partition} to ${position}`
  )
  const more = places.length > placesMax ? `, and ${places.length - placesMax} more` : ""
  return [
    String(each.seal),
    each.sealedAt,
    `${places.slice(0, placesMax).join(", ")}${more}`,
    each.anchored.length === 0 ? "nowhere yet" : each.anchored.join(", ")
  ]
}
