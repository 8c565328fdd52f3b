import { hash } from "node:crypto"

/**
 * The Merkle tree of RFC 9162, section 2.1. Inside, a hash is a string of 32 characters, one a byte: a buffer costs
 * three times as much to make.
 */
type Hash = string

const leafMark = 0
const nodeMark = 1
const hashBytes = 32

let leafScratch = Buffer.allocUnsafeSlow(1 + 64)
const nodeScratch = Buffer.allocUnsafeSlow(1 + 2 * hashBytes)

const hashOfLeaf = (leaf: Uint8Array): Hash => {
  const length = 1 + leaf.length
  if (leafScratch.length < length) leafScratch = Buffer.allocUnsafeSlow(length)
  leafScratch[0] = leafMark
  leafScratch.set(leaf, 1)
  return hash("sha256", leafScratch.subarray(0, length), "binary")
}

const hashOfNode = (left: Hash, right: Hash): Hash => {
  nodeScratch[0] = nodeMark
  nodeScratch.write(left, 1, "latin1")
  nodeScratch.write(right, 1 + hashBytes, "latin1")
  return hash("sha256", nodeScratch, "binary")
}

const bytesOf = (one: Hash): Buffer => Buffer.from(one, "binary")
const hashOf = (bytes: Uint8Array): Hash => Buffer.prototype.toString.call(bytes, "latin1")

/** What a tree hashes a leaf to: `SHA-256(0x00 ‖ leaf)`. */
export const leafHash = (leaf: Uint8Array): Buffer => bytesOf(hashOfLeaf(leaf))

/**
 * A tree of which only the right edge is kept: the hashes of its whole subtrees, the widest first, one for each bit of
 * its size. It can grow, and knows its root.
 */
export class Frontier {
  size = 0
  private hashes: Array<Hash> = []

  /** The tree that `toBytes` was taken of; undefined when these are not so many hashes as the size has bits. */
  static from(size: number, bytes: Uint8Array): Frontier | undefined {
    if (!Number.isSafeInteger(size) || size < 0 || bytes.length !== hashBytes * bitsOf(size)) return undefined
    const frontier = new Frontier()
    frontier.size = size
    for (let at = 0; at < bytes.length; at += hashBytes) {
      frontier.hashes.push(hashOf(bytes.subarray(at, at + hashBytes)))
    }
    return frontier
  }

  /** Appends a leaf. */
  append(leaf: Uint8Array): void {
    let last = hashOfLeaf(leaf)
    for (let size = this.size; size % 2 === 1; size = (size - 1) / 2)
      last = hashOfNode(this.hashes.pop()!, last)
    this.hashes.push(last)
    this.size += 1
  }

  root(): Buffer {
    if (this.size === 0) return hash("sha256", "", "buffer")
    return bytesOf(this.hashes.reduceRight((right, left) => hashOfNode(left, right)))
  }

  toBytes(): Buffer {
    return Buffer.from(this.hashes.join(""), "binary")
  }

  copy(): Frontier {
    const copy = new Frontier()
    copy.size = this.size
    copy.hashes = [...this.hashes]
    return copy
  }
}

const bitsOf = (size: number): number => {
  let bits = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2
  return bits
}

/** The root of a tree over these leaves. */
export const rootOf = (leaves: Iterable<Uint8Array>): Buffer => {
  const frontier = new Frontier()
  for (const leaf of leaves) frontier.append(leaf)
  return frontier.root()
}

/** Leaves `from` to `to - 1`, counted from 0; a proof is a list of the roots of such ranges. */
export interface LeafRange {
  readonly from: number
  readonly to: number
}

/** The ranges whose roots prove that leaf `index` is in a tree of `size` leaves, the one next to the leaf first. */
export const inclusionRanges = (index: number, size: number): ReadonlyArray<LeafRange> => {
  const ranges: Array<LeafRange> = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + widestBelow(to - from)
    ranges.push(index < middle ? { from: middle, to } : { from, to: middle })
    if (index < middle) to = middle
    else from = middle
  }
  return ranges.reverse()
}

/** The ranges whose roots prove that a tree of `size` leaves begins with one of `first` leaves, 1 or more. */
export const consistencyRanges = (first: number, size: number): ReadonlyArray<LeafRange> => {
  const ranges: Array<LeafRange> = []
  let [from, to] = [0, size]
  while (to !== first) {
    const middle = from + widestBelow(to - from)
    ranges.push(first <= middle ? { from: middle, to } : { from, to: middle })
    if (first <= middle) to = middle
    else from = middle
  }
  // The first tree's own root need not be told when it is one whole subtree.
  if (from > 0) ranges.push({ from, to })
  return ranges.reverse()
}

/** The largest power of two below `size`, which is 2 or more. */
const widestBelow = (size: number): number => {
  let width = 1
  while (width * 2 < size) width *= 2
  return width
}

/** Gives the roots of ranges for the leaves that it is shown, in order, each once; keeps only their right edges. */
export class RangeRoots {
  private readonly ranges: ReadonlyArray<LeafRange & { readonly tree: Frontier }>
  private readonly inOrder: ReadonlyArray<LeafRange & { readonly tree: Frontier }>
  private index = 0
  private at = 0

  constructor(ranges: ReadonlyArray<LeafRange>) {
    this.ranges = ranges.map((range) => ({ ...range, tree: new Frontier() }))
    this.inOrder = this.ranges.toSorted((a, b) => a.from - b.from)
  }

  take(leaf: Uint8Array): void {
    const range = this.inOrder[this.at]
    if (range !== undefined && this.index >= range.from) {
      range.tree.append(leaf)
      if (this.index + 1 === range.to) this.at += 1
    }
    this.index += 1
  }

  /** In the order of the ranges. */
  roots(): ReadonlyArray<Buffer> {
    return this.ranges.map(({ tree }) => tree.root())
  }
}

/** The roots of ranges over leaves that are all at hand. */
export const rangeRoots = (
  ranges: ReadonlyArray<LeafRange>,
  leaves: Iterable<Uint8Array>
): ReadonlyArray<Buffer> => {
  const roots = new RangeRoots(ranges)
  for (const leaf of leaves) roots.take(leaf)
  return roots.roots()
}

/** The root that an inclusion path leads to (RFC 9162, 2.1.3.2); undefined when it has another length than it must. */
export const rootByInclusion = (
  leaf: Uint8Array,
  index: number,
  size: number,
  path: ReadonlyArray<Uint8Array>
): Buffer | undefined => {
  const ranges = index < size ? inclusionRanges(index, size) : []
  if (index >= size || path.length !== ranges.length) return undefined
  const root = ranges.reduce((known, range, n) => {
    const other = hashOf(path[n]!)
    return range.from > index ? hashOfNode(known, other) : hashOfNode(other, known)
  }, hashOfLeaf(leaf))
  return bytesOf(root)
}

/** Whether the path proves that the tree of `size` leaves begins with the one of `first` (RFC 9162, 2.1.4.2). */
export const isConsistent = (
  first: number,
  size: number,
  firstRoot: Uint8Array,
  root: Uint8Array,
  path: ReadonlyArray<Uint8Array>
): boolean => {
  if (first < 1 || first > size) return false
  const ranges = consistencyRanges(first, size)
  if (path.length !== ranges.length) return false
  const startsWhole = ranges[0] === undefined || ranges[0].from >= first
  let known = startsWhole ? hashOf(firstRoot) : hashOf(path[0]!)
  let knownFirst = known
  for (let n = startsWhole ? 0 : 1; n < ranges.length; n++) {
    const other = hashOf(path[n]!)
    if (ranges[n]!.from >= first) known = hashOfNode(known, other)
    else {
      known = hashOfNode(other, known)
      knownFirst = hashOfNode(other, knownFirst)
    }
  }
  return known === hashOf(root) && knownFirst === hashOf(firstRoot)
}
