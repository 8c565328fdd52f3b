/** What questions to the read models may take at most. Sizes in bytes, times in ms. */
export const readLimits = {
  /** The text of one question. */
  sqlMaxChars: 64 * 1024,
  /** One step of it; `--timeout` sets another. */
  stepTimeoutMs: 5 * 60_000,
  /** What the planner thinks that a question costs, where it would hold up a whole process: some ten seconds. */
  embeddedCostMax: 1_000_000,
  /** A server on the embedded database has one session for all; its own work may wait for an answer so long. */
  embeddedHoldMs: 3_000,
  /** A table that is being swapped is waited for so long. */
  lockTimeoutMs: 10_000,
  /** Rows of the first page; then as many as fill one. */
  pageRowsFirst: 100,
  pageRowsMax: 5_000,
  pageBytes: 1024 * 1024,
  /** An answer waits in memory up to this size, then in a file that has no name. */
  spoolMemoryBytes: 4 * 1024 * 1024,
  /** What a slow reader of the server's answer has not taken yet, in parts, each of some `pageBytes`. */
  partsAhead: 2,
  /** Rows that a table for people shows. */
  tableRows: 1_000,
  /** Rows that differ and are shown. */
  differencesShown: 20
} as const
