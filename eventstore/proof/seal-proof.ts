import * as Effect from "effect/Effect"
import { type OpenedNote, openNote, parseCheckpoint, type VerifierKey } from "./checkpoint-note.ts"
import { Frontier, inclusionRanges, rangeRoots, rootByInclusion } from "./merkle.ts"
import { companyLeaf, partitionLeaf, reachOf, type SealedReach, SealLog, sealLeaf } from "./seal-log.ts"
import { SealStore } from "./seal-store.ts"

/** That a leaf is in a tree: its place, and the hashes that lead from it to the root, as hex. */
export interface ProofStep {
  readonly leaf: string
  readonly index: number
  readonly size: number
  readonly path: ReadonlyArray<string>
}

/** What a company's partitions are in the last seal, with the way from the company to the signed note. */
export interface CompanySeal {
  readonly note: string
  /** Partition, position, root as hex: the leaves of the company's tree. */
  readonly partitions: ReadonlyArray<readonly [partition: number, position: number, root: string]>
  /** The company among all companies. */
  readonly history: ProofStep
  /** The seal in the log of seals. */
  readonly log: ProofStep
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
const bytesOf = (hex: string): Buffer => Buffer.from(hex, "hex")

/** The step that proves one of these leaves. */
export const stepOf = (index: number, leaves: ReadonlyArray<Uint8Array>): ProofStep => ({
  leaf: Buffer.from(leaves[index]!).toString(),
  index,
  size: leaves.length,
  path: rangeRoots(inclusionRanges(index, leaves.length), leaves).map(hexOf)
})

/** The root that a step leads to, as hex; undefined when it is none. */
export const rootOfStep = ({ leaf, index, size, path }: ProofStep): string | undefined => {
  const root = rootByInclusion(Buffer.from(leaf), index, size, path.map(bytesOf))
  return root?.toString("hex")
}

/** The last seal as far as it concerns the company; undefined when nothing of it is sealed. */
export const companySeal = Effect.fnUntraced(function* (company: string) {
  const store = yield* SealStore
  const { seal } = yield* store.lastSeal
  if (seal === undefined) return undefined
  const reaches = (yield* store.sealedBy(seal.number)).flatMap((row) => reachOf(row) ?? [])
  const sealed = new SealLog(undefined, reaches)
  const companies = sealed.companyLeaves()
  const index = companies.findIndex(([name]) => name === company)
  if (index < 0) return undefined
  const before = (yield* store.seals(Math.max(0, seal.number - 2), 1)).find(
    ({ number }) => number === seal.number - 1
  )
  const history = stepOf(
    index,
    companies.map(([, leaf]) => leaf)
  )
  return {
    note: seal.note,
    partitions: sealed
      .reachesOf(company)
      .map(({ partition, position, root }) => [partition, position, hexOf(root)] as const),
    history,
    log: {
      leaf: sealLeaf(seal.number, seal.sealedAt, sealed.root()).toString(),
      index: seal.number - 1,
      size: seal.number,
      path: pathOfLast(before?.frontier ?? new Uint8Array())
    }
  } satisfies CompanySeal
})

/** What proves the last leaf of a tree is the right edge of the tree before it, the narrowest first. */
const pathOfLast = (frontier: Uint8Array): ReadonlyArray<string> => {
  const path: Array<string> = []
  for (let at = frontier.length - 32; at >= 0; at -= 32) path.push(hexOf(frontier.subarray(at, at + 32)))
  return path
}

/** A company's sealed partitions that were found to follow from a note. */
export interface OpenedCompanySeal {
  readonly number: number
  readonly reaches: ReadonlyArray<SealedReach>
  readonly opened: OpenedNote
}

/** Follows the company's partitions to the note; gives why that does not work. Whose note it is, is left to look at. */
export const openCompanySeal = (
  company: string,
  { note, partitions, history, log }: CompanySeal,
  keys: ReadonlyArray<VerifierKey>
): OpenedCompanySeal | string => {
  const opened = openNote(note, keys)
  if (opened.state === "wrong") return opened.why
  const head = parseCheckpoint(opened.text)
  if (head === undefined) return "its note is no checkpoint"
  const reaches = partitions.map(([partition, position, root]) => ({
    company,
    partition,
    position,
    root: bytesOf(root)
  }))
  const tree = new Frontier()
  for (const reach of reaches) tree.append(partitionLeaf(reach))
  if (history.leaf !== companyLeaf(company, tree.root()).toString()) {
    return "the company's root does not follow from its partitions"
  }
  const [number, , root] = JSON.parse(log.leaf)
  if (number !== head.size || log.size !== head.size || log.index !== head.size - 1) {
    return "it is another seal than its note says"
  }
  if (rootOfStep(history) !== root) return "the root of all companies does not follow from the company's"
  if (rootOfStep(log) !== hexOf(head.root)) return "the note's root does not follow from the seal"
  return { number, reaches, opened }
}
