/** What a conversation keeps and does at most. Durations in ms. */
export const conversationLimits = {
  /** Lines that the model reads of the past, and that the state keeps. */
  historyLinesMax: 50,
  /** Messages of the lead that wait for one answer; of more than this, the oldest are let go. */
  unansweredMax: 200,
  /** Ids of the lead's messages kept, so that one delivered again changes nothing. */
  heardMax: 200,
  /** Our messages whose delivery is followed. */
  followedMax: 50,
  /** Delivery updates kept that came before we knew their message. */
  earlyUpdatesMax: 20,
  /** Chunks of one reply; what a model gives beyond them joins the last. */
  chunksMax: 10,
  /** Answers to the company's criteria. */
  answersMax: 100,
  /** How often the failed chunks of one reply are tried again, and how long we wait before. */
  repairsMax: 1,
  repairAfterMs: 30_000,
  /** Follow-ups in one silence, and in the whole life of a conversation. */
  followUpsInARowMax: 3,
  followUpsMax: 6,
  /** A conversation is not closed by a silence shorter than this, whatever the settings say. */
  closeAfterMsMin: 60_000
} as const
