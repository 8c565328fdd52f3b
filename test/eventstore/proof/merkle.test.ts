import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  consistencyRanges,
  Frontier,
  inclusionRanges,
  isConsistent,
  rangeRoots,
  rootByInclusion,
  rootOf
} from "../../../eventstore/proof/merkle.ts"

/** The leaves that the test vectors of Certificate Transparency use. */
const leaves = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f"
].map((hex) => Buffer.from(hex, "hex"))

const roots = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
]

const sha256 = (...parts: ReadonlyArray<Uint8Array>) =>
  createHash("sha256").update(Buffer.concat(parts)).digest()

/** MTH of RFC 9162, 2.1.1, word by word. */
const treeHash = (list: ReadonlyArray<Uint8Array>): Buffer => {
  if (list.length === 0) return sha256()
  if (list.length === 1) return sha256(Buffer.of(0), list[0]!)
  const k = 2 ** (Math.ceil(Math.log2(list.length)) - 1)
  return sha256(Buffer.of(1), treeHash(list.slice(0, k)), treeHash(list.slice(k)))
}

/** PATH of RFC 9162, 2.1.3.1, word by word. */
const inclusion = (m: number, list: ReadonlyArray<Uint8Array>): ReadonlyArray<Buffer> => {
  if (list.length === 1) return []
  const k = 2 ** (Math.ceil(Math.log2(list.length)) - 1)
  return m < k
    ? [...inclusion(m, list.slice(0, k)), treeHash(list.slice(k))]
    : [...inclusion(m - k, list.slice(k)), treeHash(list.slice(0, k))]
}

/** SUBPROOF of RFC 9162, 2.1.4.1, word by word. */
const consistency = (m: number, list: ReadonlyArray<Uint8Array>, isWhole = true): ReadonlyArray<Buffer> => {
  if (m === list.length) return isWhole ? [] : [treeHash(list)]
  const k = 2 ** (Math.ceil(Math.log2(list.length)) - 1)
  return m <= k
    ? [...consistency(m, list.slice(0, k), isWhole), treeHash(list.slice(k))]
    : [...consistency(m - k, list.slice(k), false), treeHash(list.slice(0, k))]
}

const some = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 })
const treeAndPlace = some.chain((list) => fc.tuple(fc.constant(list), fc.nat({ max: list.length - 1 })))

describe("the Merkle tree", () => {
  it("has the roots of the known test vectors", () => {
    expect(roots.map((_, size) => rootOf(leaves.slice(0, size)).toString("hex"))).toEqual(roots)
  })

  it("proves leaves of the known test vectors by the known path", () => {
    const path = rangeRoots(inclusionRanges(0, 8), leaves).map((each) => each.toString("hex"))
    expect(path).toEqual([
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    ])
  })

  it("has the root, the inclusion path and the consistency path of the RFC's algorithms", () => {
    fc.assert(
      fc.property(treeAndPlace, ([list, index]) => {
        const paths = [inclusionRanges(index, list.length), consistencyRanges(index + 1, list.length)]
        expect([rootOf(list), ...paths.map((ranges) => rangeRoots(ranges, list))]).toEqual([
          treeHash(list),
          inclusion(index, list),
          consistency(index + 1, list)
        ])
      })
    )
  })

  it("finds a leaf by its path, and no other leaf, place, size or path", () => {
    fc.assert(
      fc.property(treeAndPlace, fc.nat(), ([list, index], n) => {
        const size = list.length
        const path = rangeRoots(inclusionRanges(index, size), list)
        const isIn = (...args: Parameters<typeof rootByInclusion>) =>
          rootByInclusion(...args)?.equals(rootOf(list)) === true
        const bent = path.map((each, at) => (at === n % size ? Buffer.alloc(32, 1) : each))
        expect([
          isIn(list[index]!, index, size, path),
          isIn(Buffer.concat([list[index]!, Buffer.of(1)]), index, size, path),
          isIn(list[index]!, size, size, path),
          isIn(list[index]!, index, size, [...path, Buffer.alloc(32)]),
          n % size < path.length && isIn(list[index]!, index, size, bent)
        ]).toEqual([true, false, false, false, false])
      })
    )
  })

  it("shows that a tree begins with a smaller one, and not with another", () => {
    fc.assert(
      fc.property(treeAndPlace, fc.nat(), ([list, index], n) => {
        const [first, size] = [index + 1, list.length]
        const path = rangeRoots(consistencyRanges(first, size), list)
        const other = list.map((leaf, at) => (at === n % first ? Buffer.concat([leaf, Buffer.of(7)]) : leaf))
        const firstRoot = rootOf(list.slice(0, first))
        expect([
          isConsistent(first, size, firstRoot, rootOf(list), path),
          isConsistent(first, size, rootOf(other.slice(0, first)), rootOf(list), path),
          isConsistent(first, size, firstRoot, rootOf([...list.slice(0, -1), Buffer.from("other")]), path) &&
            first < size
        ]).toEqual([true, false, false])
      })
    )
  })

  it("goes on from what was kept of it, and refuses what is not of its size", () => {
    fc.assert(
      fc.property(some, some, (before, after) => {
        const kept = new Frontier()
        for (const leaf of before) kept.append(leaf)
        const bytes = kept.toBytes()
        const again = Frontier.from(before.length, bytes)!
        for (const leaf of after) again.append(leaf)
        expect(again.root()).toEqual(treeHash([...before, ...after]))
        expect(Frontier.from(before.length, Buffer.concat([bytes, Buffer.alloc(32)]))).toBe(undefined)
      })
    )
  })
})
