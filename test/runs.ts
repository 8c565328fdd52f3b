/** Whether random tests go on for long: `npm run proofs` asks for it. */
const full = process.env.CENTURION_TEST_RUNS === "full"

/** How many random runs a law gets: a few with every change, many in the proofs. */
export const runsOf = ({ short, inProofs }: { readonly short: number; readonly inProofs: number }): number =>
  full ? inProofs : short
