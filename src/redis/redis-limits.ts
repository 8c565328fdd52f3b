/** What we wait for and keep at most when Redis is used. Times in ms. */
export const redisLimits = {
  connectTimeoutMs: 3_000,
  /** A command that is not answered by then has failed, and its connection is made anew. */
  commandTimeoutMs: 250,
  /** Commands under way at once; beyond it they fail without being sent. */
  commandsMax: 10_000,
  /** An idle connection shows by then whether it still stands. */
  pingEveryMs: 5_000,
  reconnectMinMs: 50,
  reconnectMaxMs: 2_000,
  /** What another process says at once; anything longer is not ours. */
  hintMaxBytes: 64 * 1024,
  /** Hints of so long are one: a reader that wakes reads all there is. */
  gatherMs: 20,
  /** One value in a cache. */
  cacheValueMaxBytes: 256 * 1024,
  /** Values of a process's own cache. */
  cacheValuesMax: 5_000,
  /** Keys whose use a process counts by itself while there is no Redis. */
  limiterKeysMax: 100_000
} as const
