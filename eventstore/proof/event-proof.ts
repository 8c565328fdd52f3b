import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { StoredEvent } from "../log/stored-event.ts"
import { type ChainEvent, chainEvents } from "./chain-event.ts"
import { firstLink } from "./hash.ts"
import { inclusionRanges, RangeRoots, rootByInclusion } from "./merkle.ts"
import { companySeal, openCompanySeal, type ProofStep, stepOf } from "./seal-proof.ts"
import { SealStore } from "./seal-store.ts"

/** An event can't be proved; the message says why, and whether waiting helps. */
export class NotProvable extends Schema.TaggedError<NotProvable>()("NotProvable", {
  message: Schema.String
}) {}

/** What a stranger checks with `check-proof.mjs`: the event, four steps from its link to a root, the signed note. */
export interface EventProof {
  readonly centurion: "proof"
  readonly version: 1
  readonly event: {
    /** The text that is hashed into the chain. */
    readonly leaf: string
    readonly previousLink: string
    readonly link: string
    /** Only when it was asked for: the canonical text of the clear data, which the payload hash is over. */
    readonly data?: string
    readonly sealedHash?: string | null
  }
  /** The link in its partition, the partition in its company, the company among all, the seal in the log of seals. */
  readonly steps: readonly [ProofStep, ProofStep, ProofStep, ProofStep]
  readonly note: string
}

const linksMax = 20_000
const linkBytes = 32
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

/** The proof of an event by the last seal; `withData` puts the event's clear data in. */
export const proveEvent = Effect.fnUntraced(function* (
  { company, partition, position, stream, version }: StoredEvent,
  withData: boolean
) {
  const store = yield* SealStore
  const sealed = yield* companySeal(company)
  const at = sealed?.partitions.findIndex(([number]) => number === partition) ?? -1
  const reach = sealed?.partitions[at]?.[1] ?? 0
  if (sealed === undefined || position > reach) {
    return yield* new NotProvable({
      message: `${company}/${stream}@${version} is not sealed yet; a running server seals within seconds, so try again`
    })
  }
  const leaves = sealed.partitions.map((each) => Buffer.from(JSON.stringify([company, ...each])))
  const page = chainEvents(company, partition, yield* store.readChain(company, partition, position - 1, 1))
  const event = page[0]!
  const path = yield* linkPath(store, company, partition, position, reach)
  const proof: EventProof = {
    centurion: "proof",
    version: 1,
    event: {
      leaf: event.leaf.toString(),
      previousLink: hexOf(path.previous),
      link: hexOf(event.link),
      ...(withData && dataOf(event))
    },
    steps: [
      { leaf: hexOf(event.link), index: position - 1, size: reach, path: path.roots.map(hexOf) },
      stepOf(at, leaves),
      sealed.history,
      sealed.log
    ],
    note: sealed.note
  }
  const root = rootByInclusion(event.link, position - 1, reach, path.roots)
  const wrong = openCompanySeal(company, sealed, [])
  if (root?.toString("hex") !== sealed.partitions[at]![2] || typeof wrong === "string") {
    return yield* new NotProvable({
      message: `history is not what the last seal says, so nothing can be proved by it: run \`centurion verify ${company}\``
    })
  }
  return proof
})

const dataOf = ({ data, sealedHash }: ChainEvent) => ({
  data: data.toString(),
  sealedHash: sealedHash && hexOf(sealedHash)
})

/** Reads all links up to the seal, and keeps of them what proves one. */
const linkPath = Effect.fnUntraced(function* (
  store: SealStore["Service"],
  company: string,
  partition: number,
  position: number,
  size: number
) {
  const roots = new RangeRoots(inclusionRanges(position - 1, size))
  let previous: Uint8Array = firstLink
  for (let after = 0; after < size; after += linksMax) {
    const links = yield* store.readLinks(company, partition, after, Math.min(linksMax, size - after))
    for (let at = 0, n = after + 1; at < links.length; at += linkBytes, n++) {
      const link = links.subarray(at, at + linkBytes)
      if (n === position - 1) previous = link
      roots.take(link)
    }
  }
  return { roots: roots.roots(), previous }
})
