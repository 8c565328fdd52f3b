/** What the server takes, keeps and waits for at most. Sizes in bytes, times in ms. */
export const httpLimits = {
  headersMaxBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  /** A body that has not arrived by then never will. */
  bodyTimeoutMs: 15_000,
  requestTimeoutMs: 30_000,
  /** Answers under way get so long when the server stops. */
  stopGraceMs: 2_000,
  /** Wrong secrets of webhooks from one address, within a minute and an hour. */
  webhookGuesses: [100, 1_000],
  /** What comes in is begun within so long, or told to come again; while some waits for this long already, at once. */
  turnWaitMaxMs: 500,
  turnWaitSoonMs: 250,
  /** Where work was done within such a while, those who wait for longer than a turn's time wait for others. */
  doneLatelyMs: 700,
  /** So much is under way at most. With less of it, replies to those who were taken leave new ones no room. */
  workMost: 384,
  /** Of each account at any time, whatever the others do. */
  workEach: 4,
  /** The process is looked after so often; when that is late by so much, it stands still: a pause of the collector is none. */
  beatMs: 50,
  standingMaxMs: 1_000,
  overloadedRetryMs: 2_000,
  /** Told to come again at once, a second; more of them are told a little later, each within so long. */
  shedPerSecond: 500,
  shedWithinMs: 1_000,
  chatSocketsMax: 10_000,
  /** Of those, with pages of one company, and from one address. */
  chatSocketsPerCompany: 5_000,
  chatSocketsPerAddress: 50,
  /** Messages of one visitor a minute; ten times that an hour. */
  chatPerVisitor: 20,
  /** A page says of each of our lines that it has it, and that it was read. */
  chatReceiptsPerMessage: 10,
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
