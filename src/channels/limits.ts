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
  receiptTimeoutMs: 10_000,
  /** Pages of 50 that a receipt is looked for in. */
  receiptPagesMax: 4,
  /** How long after an attempt began the provider may still be busy with it, so that "not there" proves nothing. */
  receiptSettleMs: 10_000,
  /** How far the provider's clock may be behind ours when it stamps a message. */
  clockToleranceMs: 5_000,
  typingTimeoutMs: 2_000,
  typingDurationMaxMs: 20_000,
  retryAfterMaxMs: 3_600_000
} as const
