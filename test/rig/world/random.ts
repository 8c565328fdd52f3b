/** Chance from a seed, so that a run can be had again as far as the machine allows. */
export interface Random {
  /** A number in [0, 1). */
  readonly next: () => number
  /** A whole number in [0, below). */
  readonly below: (below: number) => number
  /** A number in [least, most). */
  readonly between: (least: number, most: number) => number
  readonly chance: (probability: number) => boolean
}

/** The same numbers from the same seed. */
export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return {
    next,
    below: (below) => Math.floor(next() * below),
    between: (least, most) => least + next() * (most - least),
    chance: (probability) => next() < probability
  }
}
