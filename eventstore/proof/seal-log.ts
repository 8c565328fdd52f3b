import { openNote, parseCheckpoint, type VerifierKey } from "./checkpoint-note.ts"
import { Frontier, rootOf } from "./merkle.ts"
import type { SealedPartition, StoredSeal } from "./seal-store.ts"

/** How far a seal reaches in a partition, and the root of the tree over its links up to there. */
export interface SealedReach {
  readonly company: string
  readonly partition: number
  readonly position: number
  readonly root: Buffer
}

/** All that a seal says: how far it reaches in each partition that grew, and the signed head of the log of seals. */
export interface Seal {
  readonly number: number
  /** Epoch ms. */
  readonly sealedAt: number
  readonly note: string
  readonly reaches: ReadonlyArray<SealedReach>
}

/** A row of `es.sealed_partition` with its root; undefined when its frontier does not fit its position. */
export const reachOf = ({
  company,
  partition,
  position,
  frontier
}: SealedPartition): SealedReach | undefined => {
  const root = Frontier.from(position, frontier)?.root()
  return root && { company, partition, position, root }
}

const hex = (bytes: Buffer) => bytes.toString("hex")
const json = (value: unknown) => Buffer.from(JSON.stringify(value))

/** A leaf of a company's tree: `["acme",1,1200,"<root, hex>"]`. */
export const partitionLeaf = ({ company, partition, position, root }: SealedReach): Buffer =>
  json([company, partition, position, hex(root)])

/** A leaf of the tree over all companies: `["acme","<root, hex>"]`. */
export const companyLeaf = (company: string, root: Buffer): Buffer => json([company, hex(root)])

/** A leaf of the log of seals: `[12,1767607200000,"<root over all companies, hex>"]`. */
export const sealLeaf = (number: number, sealedAt: number, root: Buffer): Buffer =>
  json([number, sealedAt, hex(root)])

/** What is sealed after each seal: all companies with their partitions, and the log that the seals themselves are. */
export class SealLog {
  /** The tree over the seals. */
  log: Frontier
  private readonly companies = new Map<string, Map<number, SealedReach>>()
  private readonly leaves = new Map<string, Buffer>()

  constructor(log = new Frontier(), reaches: ReadonlyArray<SealedReach> = []) {
    this.log = log
    this.put(reaches)
  }

  /** The number of the last seal. */
  get number(): number {
    return this.log.size
  }

  /** How far the company's partitions are sealed, by number. */
  reachesOf(company: string): ReadonlyArray<SealedReach> {
    return [...(this.companies.get(company)?.values() ?? [])].toSorted((a, b) => a.partition - b.partition)
  }

  reach(company: string, partition: number): SealedReach | undefined {
    return this.companies.get(company)?.get(partition)
  }

  /** The leaves of the tree over all companies, by name. */
  companyLeaves(): ReadonlyArray<readonly [company: string, leaf: Buffer]> {
    // Names are of a-z, 0-9, _ and -: code units order them as bytes do.
    return [...this.leaves].toSorted(([a], [b]) => (a < b ? -1 : 1))
  }

  /** The root over all companies. */
  root(): Buffer {
    return rootOf(this.companyLeaves().map(([, leaf]) => leaf))
  }

  /** Goes on to the next seal; gives the new root of the log. */
  advance(sealedAt: number, reaches: ReadonlyArray<SealedReach>): Buffer {
    this.put(reaches)
    this.log.append(sealLeaf(this.number + 1, sealedAt, this.root()))
    return this.log.root()
  }

  /**
   * Goes on to the seal, if it is the next one and its note says what follows from it; else gives why not, and stays.
   * With `keys` it must be signed by one of them.
   */
  take(seal: Seal, keys: ReadonlyArray<VerifierKey> | undefined): WrongSeal | undefined {
    const opened = openNote(seal.note, keys ?? [])
    if (opened.state === "wrong") return { kind: "signature", why: opened.why }
    if (opened.state === "unknownKey" && keys !== undefined) {
      return {
        kind: "signature",
        why: `it is signed by ${opened.by.join(", ")}, a key that is not trusted here`
      }
    }
    const head = parseCheckpoint(opened.text)
    if (head === undefined) return { kind: "seal", why: "its note is no checkpoint" }
    if (opened.state === "signed" && head.origin !== opened.by.name) {
      return { kind: "signature", why: `it is of the log ${head.origin}, and signed by ${opened.by.name}` }
    }
    if (seal.number !== this.number + 1 || head.size !== seal.number) {
      return { kind: "seal", why: `its note is of seal ${head.size}` }
    }
    const back = this.wayBack(seal.reaches)
    if (back === undefined) return { kind: "seal", why: "it does not reach further than the seal before it" }
    const log = this.log.copy()
    if (this.advance(seal.sealedAt, seal.reaches).equals(head.root)) return undefined
    this.log = log
    back()
    return { kind: "seal", why: "its root does not follow from the partitions that it seals" }
  }

  private put(reaches: ReadonlyArray<SealedReach>): void {
    for (const reach of reaches) {
      const partitions = this.companies.get(reach.company) ?? new Map<number, SealedReach>()
      this.companies.set(reach.company, partitions.set(reach.partition, reach))
    }
    for (const company of new Set(reaches.map(({ company }) => company))) this.setLeaf(company)
  }

  private setLeaf(company: string): void {
    const reaches = this.reachesOf(company)
    if (reaches.length === 0) this.leaves.delete(company)
    else this.leaves.set(company, companyLeaf(company, rootOf(reaches.map(partitionLeaf))))
  }

  /** How to undo these reaches; undefined when one of them does not go further than we are. */
  private wayBack(reaches: ReadonlyArray<SealedReach>): (() => void) | undefined {
    const before = reaches.map(({ company, partition }) => this.reach(company, partition))
    if (reaches.length === 0 || reaches.some(({ position }, n) => position <= (before[n]?.position ?? 0))) {
      return undefined
    }
    return () => {
      for (const [n, { company, partition }] of reaches.entries()) {
        const was = before[n]
        if (was === undefined) this.companies.get(company)!.delete(partition)
        else this.companies.get(company)!.set(partition, was)
      }
      for (const { company } of reaches) this.setLeaf(company)
    }
  }
}

/** Why a seal is not the next of a log. */
export interface WrongSeal {
  readonly kind: "seal" | "signature"
  readonly why: string
}

/** A stored seal with its partitions; undefined when a frontier does not fit. */
export const sealOf = (
  { number, sealedAt, note }: StoredSeal,
  partitions: ReadonlyArray<SealedPartition>
): Seal | undefined => {
  const reaches = partitions.map(reachOf)
  return reaches.includes(undefined)
    ? undefined
    : { number, sealedAt, note, reaches: reaches as ReadonlyArray<SealedReach> }
}
