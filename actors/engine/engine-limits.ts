/** Every limit of the engine, with its unit in its name. `src/config.ts` sets them. */
export interface EngineLimits {
  /** Connections that commit side by side, each with its own partitions. */
  readonly lanes: number
  /** Partitions of a company that is made new. */
  readonly partitionsPerCompany: number
  /** Deliveries in one commit. */
  readonly batchMax: number
  /** Deliveries that wait in this process before new ones are told to try again. */
  readonly waitingMax: number
  /** A snapshot each so many events of an actor. */
  readonly snapshotEvery: number
  readonly actorsInMemory: number
  readonly eventMaxBytes: number
  /** A delivery that the database does not take in this time is told to try again. */
  readonly deliverTimeoutMs: number
  /** The steps of one commit, while they are watched; an actor whose own do not end in this time is parked. */
  readonly stepTimeoutMs: number
  /** Steps are watched for so long after a start that no clean end came before. */
  readonly watchedMs: number
  readonly jobConcurrency: number
  readonly jobTimeoutMs: number
  /** Tries after the first. */
  readonly jobRetriesMax: number
  /** Before the first retry; doubled each time. */
  readonly jobBackoffMs: number
  readonly jobBackoffMaxMs: number
  /** An attempt whose end nobody saw is in doubt this long at most. */
  readonly receiptDeadlineMs: number
}

/** What a laptop and a small server want. */
export const defaultLimits: EngineLimits = {
  lanes: 2,
  partitionsPerCompany: 4,
  batchMax: 512,
  waitingMax: 10_000,
  snapshotEvery: 32,
  actorsInMemory: 5000,
  eventMaxBytes: 256 * 1024,
  deliverTimeoutMs: 25_000,
  stepTimeoutMs: 5000,
  watchedMs: 600_000,
  jobConcurrency: 64,
  jobTimeoutMs: 30_000,
  jobRetriesMax: 5,
  jobBackoffMs: 2000,
  jobBackoffMaxMs: 30_000,
  receiptDeadlineMs: 60_000
}
