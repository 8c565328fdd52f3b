/** What a channel takes and waits for at most. Lengths in UTF-16 units, sizes in bytes, times in ms. */
export const channelLimits = {
  webhookBytesMax: 1024 * 1024,
  webhookDepthMax: 64,
  /** Messages or status updates in one webhook; providers send one, a few versions send a short list. */
  webhookItemsMax: 100,
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
