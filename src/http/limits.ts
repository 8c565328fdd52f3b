/** What the server takes, keeps and waits for at most. Sizes in bytes, times in ms. */
export const httpLimits = {
  headersMaxBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  /** A body that has not arrived by then never will. */
  bodyTimeoutMs: 15_000,
  requestTimeoutMs: 30_000,
  /** Answers under way get so long when the server stops. */
  stopGraceMs: 2_000,
  chatSocketsMax: 10_000,
  /** A page says who it is in this time, or is gone. */
  chatHelloTimeoutMs: 10_000,
  chatFrameMaxBytes: 96 * 1024,
  /** What a slow page has not read yet; beyond it the page is closed and comes back. */
  chatUnreadMaxBytes: 1024 * 1024,
  chatPingEveryMs: 30_000,
  /** Frames of one socket at once, and a second; beyond that they are refused, far beyond it the socket is closed. */
  chatFramesBurst: 20,
  chatFramesPerSecond: 4,
  chatRefusalsMax: 100,
  /** Events that a page's history is read from. */
  chatHistoryEventsMax: 2_000,
  chatHistoryLinesMax: 200,
  /** Events read at once. */
  readPageMax: 500
} as const
