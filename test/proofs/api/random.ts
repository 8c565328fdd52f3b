/** Numbers that look random and come again with the same seed: mulberry32. */
export interface Random {
  /** From 0 up to 1. */
  readonly next: () => number
  /** A whole number below `below`. */
  readonly below: (below: number) => number
  readonly chance: (of: number) => boolean
  readonly pick: <A>(from: ReadonlyArray<A>) => A
}

/** The numbers of one request: each request has its own, so that it can be made again alone. */
export const randomOf = (seed: number, request: number): Random => {
  let state = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(request + 1, 0x85ebca6b)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (most: number) => Math.floor(next() * most)
  return { next, below, chance: (of) => next() < of, pick: (from) => from[below(from.length)]! }
}
