import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { JobFailedForNow } from "../../../actors/jobs/job-handler.ts"
import type { Outbound, Sent } from "../channel.ts"
import type { ProviderAnswer } from "../provider-http.ts"

/** How receipts are looked for. */
export const receiptLimits = {
  /** One question to the provider at most. */
  timeoutMs: 10_000,
  /** Pages of 50 that a receipt is looked for in. */
  pagesMax: 4,
  /** How long after an attempt began the provider may still be busy with it, so that "not there" proves nothing. */
  settleMs: 10_000,
  /** How far the provider's clock may be behind ours when it stamps a message. */
  clockToleranceMs: 5_000
} as const

type Find = (body: unknown) => Effect.Effect<ProviderAnswer, JobFailedForNow>

const Page = Schema.Struct({
  messages: Schema.Struct({
    pages: Schema.Finite,
    records: Schema.Array(
      Schema.Struct({
        key: Schema.Struct({ id: Schema.String, fromMe: Schema.optionalKey(Schema.NullOr(Schema.Boolean)) }),
        message: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown))),
        messageTimestamp: Schema.Union([Schema.Finite, Schema.NumberFromString])
      })
    )
  })
})
const pageOf = Schema.decodeUnknownOption(Page)
const Words = Schema.Struct({
  conversation: Schema.optionalKey(Schema.NullOr(Schema.String)),
  extendedTextMessage: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ text: Schema.optionalKey(Schema.NullOr(Schema.String)) }))
  )
})
const wordsOf = Schema.decodeUnknownOption(Words)

/**
 * Looks in Evolution's stored messages for this very text from us to this contact, not older than the first attempt,
 * whose id no other chunk has. Two equal chunks are told apart by `knownMessageIds`: an open attempt holds back its
 * own conversation, so every earlier chunk has its id by then. Without those ids nothing older than the second in
 * which the first attempt began counts (WhatsApp's times are whole seconds); with them the provider's clock may be
 * `receiptLimits.clockToleranceMs` behind ours.
 *
 * Limits: it trusts that Evolution stores messages (`DATABASE_SAVE_DATA_NEW_MESSAGE`); a person who writes the same
 * words from the phone in that moment is taken for us; "not there" counts only `settleMs` after the newest attempt
 * began, and an Evolution that is stuck for longer may still send later.
 */
export const findSent = Effect.fnUntraced(function* (
  find: Find,
  outbound: Outbound,
  jids: ReadonlyArray<string>,
  settleMs: number
) {
  const now = outbound.now ?? (yield* Clock.currentTimeMillis)
  const known = new Set(outbound.knownMessageIds)
  const toleranceMs = outbound.knownMessageIds === undefined ? 0 : receiptLimits.clockToleranceMs
  const sinceMs = Math.floor((outbound.firstAttemptAt - toleranceMs) / 1000) * 1000
  const pages = yield* Effect.forEach(jids, (jid) => readPages(find, jid, sinceMs, now))
  const matches = pages
    .flat()
    .filter((record) => record.text === outbound.text && record.at >= sinceMs && !known.has(record.messageId))
  // The oldest: if it was sent twice, the first is the one that the lead answered to.
  const first = matches.reduce<(typeof matches)[number] | undefined>(
    (oldest, record) => (oldest === undefined || record.at < oldest.at ? record : oldest),
    undefined
  )
  if (first !== undefined) return Option.some<Sent>({ messageId: first.messageId, at: first.at })
  const waitMs = (outbound.lastAttemptAt ?? outbound.firstAttemptAt) + settleMs - now
  if (waitMs > 0) return yield* cannotTell("it may still be under way", waitMs)
  return Option.none<Sent>()
})

const readPages = Effect.fnUntraced(function* (find: Find, remoteJid: string, sinceMs: number, now: number) {
  const found: Array<{ messageId: string; at: number; text: string | undefined }> = []
  for (let page = 1; page <= receiptLimits.pagesMax; page++) {
    const answer = yield* find({
      where: {
        key: { fromMe: true, remoteJid },
        messageTimestamp: { gte: isoTime(sinceMs), lte: isoTime(now + dayMs) }
      },
      page,
      offset: 50
    }).pipe(
      // That this question did not arrive says nothing about the message.
      Effect.mapError((failure) => cannotTell(failure.message, failure.retryAfterMs))
    )
    const read = answer.status === 200 ? Option.getOrUndefined(pageOf(answer.body)) : undefined
    if (read === undefined)
      return yield* cannotTell(`Evolution answered ${answer.status}`, answer.retryAfterMs)
    for (const { key, message, messageTimestamp } of read.messages.records) {
      const words = Option.getOrUndefined(wordsOf(message))
      const text = words?.conversation ?? words?.extendedTextMessage?.text ?? undefined
      if (key.fromMe !== false) found.push({ messageId: key.id, at: messageTimestamp * 1000, text })
    }
    // Newest first: what follows is older still.
    const oldest = found.at(-1)
    if (page >= read.messages.pages || (oldest !== undefined && oldest.at < sinceMs)) return found
  }
  return yield* cannotTell("more messages than are read in search of one")
})

const dayMs = 86_400_000

/** Clocks may be wrong on either side, so the upper bound is generous; Evolution ignores a range with one bound. */
function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, 0), 8.64e15)).toISOString()
}

function cannotTell(why: string, retryAfterMs?: number): JobFailedForNow {
  return new JobFailedForNow({
    reason: "receiptUnknown",
    message: `whether the message was sent can't be told yet: ${why}`,
    happened: "unknown",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  })
}
