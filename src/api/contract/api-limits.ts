/** What the API gives, takes and keeps at most. Times in ms, sizes in characters unless the name says otherwise. */
export const apiLimits = {
  /** Events on one page of a history. */
  historyPageDefault: 100,
  historyPageMax: 500,
  /** Brackets within brackets in a body. */
  jsonDepthMax: 32,
  idempotencyKeyMax: 200,
  idempotencyMs: 24 * 3_600_000,
  /** A request that has not ended by then is taken to have broken off, and its key may be used again. */
  idempotencyBusyMs: 60_000,
  /** An answer that is larger is not kept: the key then only says that it was used. */
  idempotencyAnswerMaxBytes: 64 * 1024,
  /** How long a request waits for the read models to show a write. */
  waitForMs: 5_000,
  /** After that it is looked whether there is such a write at all. */
  waitForSoonMs: 200,
  /** How long a reason may be. */
  reasonMax: 1_000
} as const

/** How often somebody may ask: the first number within a minute, the second within an hour. */
export const rateLimits = {
  /** Without valid credentials, by address. */
  address: [100, 1_000],
  /** A program, by its API key. */
  key: [1_000, 10_000],
  /** A person, by user. */
  person: [1_200, 20_000],
  /** Leads from a public form, by address. */
  publicLeads: [10, 60],
  /** Those of one company, from anywhere. */
  publicLeadsOfCompany: [300, 3_000]
} as const satisfies Readonly<Record<string, readonly [perMinute: number, perHour: number]>>
