/** What live updates take, keep and wait for at most. Times in ms. */
export const liveLimits = {
  /** Events read at once. */
  pageEventsMax: 500,
  /** Events that a resumed subscription is brought up to date with; beyond it, one loads anew. */
  catchUpEventsMax: 50_000,
  /** Events that wait in memory for one who is being brought up to date; beyond it they are read again. */
  pendingEventsMax: 1_000,
  /** Applied events of a company that wait in memory; beyond it they are read from history. */
  queuedEventsMax: 5_000,
  /** Where nobody gives a hint, the checkpoints are looked at so often. */
  lookEveryMs: 400,
  /** After the database did not answer. */
  retryMs: 500,
  /** A feed that nobody follows stays so long: whoever reconnects finds it. */
  idleFeedMs: 5_000,
  /** Followers of boards hear so often how far they have come, when nothing of theirs happened. */
  cursorEveryMs: 15_000,
  countersEveryMs: 1_000,
  engineEveryMs: 5_000,
  cursorMaxCharacters: 4_000,
  topicMaxCharacters: 300
} as const
