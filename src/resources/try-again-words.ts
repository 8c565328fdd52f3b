import type { TryAgain } from "../../actors/engine/engine.ts"

/** Why something is not done now, for whoever asks: how the database or the host is called is nobody's business. */
export const tryAgainWords: Readonly<Record<TryAgain["reason"], string>> = {
  notOwner: "another process is taking over; try again",
  overloaded: "too much is waiting just now; try again",
  storeUnavailable: "the database does not answer now; try again"
}
