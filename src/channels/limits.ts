/** What a channel takes and waits for at most. Lengths in UTF-16 units, sizes in bytes, times in ms. */
export const channelLimits = {
  webhookDepthMax: 64,
  /** Messages or status updates in one webhook; most providers send one, others a list of up to so many. */
  webhookItemsMax: 1000,
  /** Of one message. */
  mediaMax: 100,
  textLengthMax: 65_536,
  nameLengthMax: 256,
  idLengthMax: 256,
  referenceLengthMax: 4_096,
  answerBytesMax: 1024 * 1024,
  sendTimeoutMs: 30_000,
  typingTimeoutMs: 2_000,
  typingDurationMaxMs: 20_000,
  retryAfterMaxMs: 3_600_000
} as const
