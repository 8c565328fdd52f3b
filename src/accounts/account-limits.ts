const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

/** All limits of users, sessions and keys. Names say the unit; lengths are in characters. */
export const accountLimits = {
  emailMax: 254,
  nameMax: 80,
  rolesMax: 10,
  passwordMin: 12,
  passwordMax: 256,

  /** Hashes of passwords that are computed at once, each in 19 MiB; the others wait, by company, and beyond that are refused. */
  hashesAtOnce: 2,
  hashesWaitingMax: 50,
  busyRetryMs: second,

  accessTokenMs: 15 * minute,
  refreshTokenMs: 7 * day,
  /** A session ends then, however often it was refreshed. */
  sessionMs: 30 * day,
  sessionsPerUser: 50,
  bearerMax: 2048,
  addressMax: 64,
  agentMax: 200,

  /** So long, at most, a process goes on with what it saw of a session or key: the bound for a revocation. */
  seenForMs: 2 * second,
  seenMax: 10_000,
  /** The same for which keys sign tokens; with the time above, a token of a dropped key works on for 10 s at most. */
  tokenKeysSeenForMs: 8 * second,
  tokenKeysAgainMs: second,
  /** After a rotation tokens of the key before are accepted so long: they live 15 min, and processes learn of it late. */
  oldTokenKeyMs: 16 * minute,

  loginsPerMinute: 5,
  /** Over all addresses: more, so that a stranger can't lock somebody out with five wrong guesses a minute. */
  loginsPerEmailPerMinute: 10,
  loginsPerAddressPerMinute: 30,

  invitationMs: 7 * day,
  invitationMaxMs: 30 * day,
  invitationsOpenMax: 200,

  apiKeysMax: 100,
  apiKeyPerMinute: 1000,
  apiKeyPerHour: 10_000,
  apiKeyPerMinuteMax: 100_000,

  pageMax: 200,
  auditDetailsMax: 2000,
  auditTextMax: 200
} as const
