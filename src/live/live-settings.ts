import { integer } from "../settings/setting.ts"

const kibibyte = 1024

/** What is set from outside for live updates. */
export const liveSettings = {
  liveSocketsMax: integer(
    "CENTURION_LIVE_SOCKETS_MAX",
    2_000,
    1,
    100_000,
    "Sockets and streams of live updates at once."
  ),
  liveTopicsMax: integer(
    "CENTURION_LIVE_TOPICS_MAX",
    50,
    1,
    1_000,
    "Topics that one of them follows at most."
  ),
  liveRecheckMs: integer(
    "CENTURION_LIVE_RECHECK_MS",
    15_000,
    50,
    600_000,
    "How often the token or key behind each of them is looked at again, and its rights."
  ),
  liveUnreadMaxBytes: integer(
    "CENTURION_LIVE_UNREAD_MAX_BYTES",
    512 * kibibyte,
    16 * kibibyte,
    64 * 1024 * kibibyte,
    "What a slow client has not read yet; beyond it, it is closed and comes back with its cursor."
  )
}
