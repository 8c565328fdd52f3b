import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { checkpointText, signNote } from "../../../eventstore/proof/checkpoint-note.ts"
import { firstLink, nextLink, payloadHash } from "../../../eventstore/proof/hash.ts"
import { Frontier } from "../../../eventstore/proof/merkle.ts"
import { type SealedReach, SealLog } from "../../../eventstore/proof/seal-log.ts"
import { newSealKeyPem, readSealKey } from "../../../eventstore/proof/seal-signer.ts"
import { sealName } from "../sealed-history.ts"
import type { TamperWorld } from "./tamper-world.ts"

/** Which partition. */
export interface Place {
  readonly company: string
  readonly partition: number
}

export const isIn =
  ({ company, partition }: Place) =>
  (each: Place): boolean =>
    each.company === company && each.partition === partition

/** Positions, versions, hashes and links made anew, as if these events had been written so. */
export const rechained = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<StoredEvent> => {
  let link: Uint8Array = firstLink
  const versions = new Map<string, number>()
  return events.map((event, n) => {
    const version = (versions.get(event.stream) ?? 0) + 1
    versions.set(event.stream, version)
    const sealedHash = event.sealed === null ? event.sealedHash : hash("sha256", event.sealed, "buffer")
    const payload = payloadHash(event.dataText, sealedHash)
    const leaf = { ...event, position: n + 1, version, sealedHash, payloadHash: payload }
    link = nextLink(link, leaf)
    return { ...leaf, link }
  })
}

/** Makes these the partition's events, with a row that fits. */
export const putEvents = Effect.fnUntraced(function* (
  { sql, seals }: TamperWorld,
  place: Place,
  events: ReadonlyArray<StoredEvent>
) {
  const { company, partition } = place
  yield* sql("delete from es.event where company = $1 and partition = $2", [company, partition])
  yield* seals.stageEvents(events)
  yield* sql("insert into es.event select * from es.staged_event")
  yield* sql("delete from es.staged_event")
  const last = events.at(-1)
  yield* sql(
    "update es.partition set position = $3, head = $4, recorded_at = es.at($5) where company = $1 and partition = $2",
    [company, partition, last?.position ?? 0, last?.link ?? firstLink, last?.recordedAt ?? 0]
  )
})

/** Makes the sealed rows of the partition fit the events that stand there now; those beyond the end go. */
export const refitRows = Effect.fnUntraced(function* (
  { sql, was }: TamperWorld,
  place: Place,
  events: ReadonlyArray<StoredEvent>
) {
  const tree = new Frontier()
  const rows = was.sealed.filter(isIn(place))
  for (const event of events) {
    tree.append(event.link)
    for (const { seal } of rows.filter(({ position }) => position === tree.size)) {
      yield* sql(
        "update es.sealed_partition set frontier = $4 where company = $1 and partition = $2 and seal = $3",
        [place.company, place.partition, seal, tree.toBytes()]
      )
    }
  }
  yield* sql("delete from es.sealed_partition where company = $1 and partition = $2 and position > $3", [
    place.company,
    place.partition,
    events.length
  ])
})

/** A key of one's own, under the signer's name. */
const forgersKey = readSealKey(newSealKeyPem())!

/** Writes all seals anew so that they follow from the sealed rows, signed by a key that is not the signer's. */
export const forgeSeals = Effect.fnUntraced(function* ({ sql, seals, was }: TamperWorld) {
  const log = new SealLog()
  const rows = yield* seals.sealedPartitions(0, was.seals.length)
  yield* sql("delete from es.seal")
  yield* sql("delete from es.sealed_partition")
  for (const { number, sealedAt } of was.seals) {
    const own = rows.filter(({ seal }) => seal === number)
    if (own.length === 0) continue
    const reaches = own.map(
      ({ company, partition, position, frontier }): SealedReach => ({
        company,
        partition,
        position,
        root: Frontier.from(position, frontier)!.root()
      })
    )
    const root = log.advance(sealedAt, reaches)
    const note = signNote(checkpointText({ origin: sealName, size: log.number, root }), sealName, forgersKey)
    const seal = { number: log.number, sealedAt, frontier: log.log.toBytes(), note }
    yield* seals.writeSeal(
      seal,
      own.map((row) => ({ ...row, seal: log.number }))
    )
  }
})
