import { choice, integer, type ValuesOf } from "./setting.ts"

const second = 1000
const minute = 60 * second
const yearMs = 366 * 24 * 60 * minute
const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** What is set from outside for the engine: how much it holds and commits at once, and how it tries jobs. */
export const engineSettings = {
  lanes: integer("CENTURION_LANES", 2, 1, 8, "Database connections that commit side by side."),
  partitions: integer("CENTURION_PARTITIONS", 4, 1, 64, "Partitions of a new company."),
  leaseMs: integer(
    "CENTURION_LEASE_MS",
    6 * second,
    second,
    minute,
    "An owner unheard of for so long is replaced."
  ),
  actorsInMemory: integer("CENTURION_ACTORS_IN_MEMORY", 5000, 10, 1_000_000, "Actors kept loaded at most."),
  batchMax: integer("CENTURION_BATCH_MAX", 512, 1, 10_000, "Deliveries in one commit at most."),
  waitingMax: integer(
    "CENTURION_WAITING_MAX",
    10_000,
    1,
    1_000_000,
    "Deliveries waiting before `overloaded`."
  ),
  snapshotEvery: integer("CENTURION_SNAPSHOT_EVERY", 32, 1, 10_000, "Events of an actor between snapshots."),
  eventMaxBytes: integer(
    "CENTURION_EVENT_MAX_BYTES",
    256 * kibibyte,
    kibibyte,
    16 * mebibyte,
    "An event at most."
  ),
  stepTimeoutMs: integer(
    "CENTURION_STEP_TIMEOUT_MS",
    5 * second,
    100,
    minute,
    "The steps of a commit at most, after a crash; an actor whose step does not end is parked."
  ),
  jobConcurrency: integer(
    "CENTURION_JOB_CONCURRENCY",
    64,
    1,
    10_000,
    "Jobs that run side by side; a company's way to one service has an eighth of that for itself."
  ),
  jobTimeoutMs: integer(
    "CENTURION_JOB_TIMEOUT_MS",
    30 * second,
    100,
    10 * minute,
    "One attempt of a job at most."
  ),
  jobRetriesMax: integer("CENTURION_JOB_RETRIES_MAX", 5, 0, 100, "Tries of a job after the first."),
  jobBackoffMs: integer(
    "CENTURION_JOB_BACKOFF_MS",
    2 * second,
    1,
    minute,
    "Before the first retry; then doubled."
  ),
  jobBackoffMaxMs: integer(
    "CENTURION_JOB_BACKOFF_MAX_MS",
    30 * second,
    1,
    60 * minute,
    "Between retries at most."
  ),
  receiptDeadlineMs: integer(
    "CENTURION_RECEIPT_DEADLINE_MS",
    minute,
    second,
    60 * minute,
    "How long a send without an answer waits for its receipt before it is in doubt."
  ),
  logPersonal: choice(
    "CENTURION_LOG_PERSONAL",
    "no",
    ["no", "yes"],
    "Whether log lines of machines that handle personal data are written as they are."
  ),
  clockAheadMs: integer(
    "CENTURION_CLOCK_AHEAD_MS",
    0,
    0,
    yearMs,
    "Winds the engine's clock forward, for trials."
  )
}

/** Sentences about what does not fit together. */
export const engineDisagreements = ({
  jobBackoffMs,
  jobBackoffMaxMs
}: ValuesOf<typeof engineSettings>): ReadonlyArray<string> =>
  jobBackoffMs > jobBackoffMaxMs
    ? [
        `CENTURION_JOB_BACKOFF_MS is ${jobBackoffMs}, more than CENTURION_JOB_BACKOFF_MAX_MS, ${jobBackoffMaxMs}`
      ]
    : []
