import type { JsonRow } from "../../projections/query/row-json.ts"

/** A frame as it goes out, the same object for everybody who gets it. */
export interface Frame {
  readonly type: string
  readonly text: string
  /** Of which topic it is, and how far that is with it. */
  readonly topic?: string | undefined
  readonly cursor?: string | undefined
}

/** Why a topic is not followed, or a frame not taken. */
export const liveErrorCodes = [
  "wrongFrame",
  "unknownTopic",
  "forbidden",
  "notFound",
  "wrongCursor",
  "cursorTooOld",
  "tooManyTopics",
  "alreadyFollowed",
  "notFollowed",
  "notReady"
] as const
export type LiveErrorCode = (typeof liveErrorCodes)[number]

/** What a client gets that is no event. */
export type PlainFrame =
  /** It is known who the client is. */
  | {
      readonly type: "welcome"
      readonly as: string
      readonly company: string
      readonly topics: ReadonlyArray<string>
    }
  /** From now on; what happened up to `cursor` is not told. */
  | {
      readonly type: "subscribed"
      readonly topic: string
      readonly id?: string | undefined
      readonly cursor?: string | undefined
    }
  | { readonly type: "unsubscribed"; readonly topic: string; readonly id?: string | undefined }
  /** A whole value, in place of the one before. */
  | { readonly type: "value"; readonly topic: string; readonly at: string; readonly value: unknown }
  /** Nothing of the topic happened up to here. */
  | { readonly type: "cursor"; readonly topic: string; readonly cursor: string }
  | {
      readonly type: "error"
      readonly code: LiveErrorCode
      readonly message: string
      readonly topic?: string | undefined
      readonly id?: string | undefined
    }
  | { readonly type: "pong" }
  /** The server closes: come back after so long, with the last cursors. */
  | { readonly type: "closing"; readonly reason: string; readonly reconnectAfterMs: number }

/** A frame that is no event. */
export const plainFrame = (frame: PlainFrame): Frame => {
  const { topic, cursor } = frame as { readonly topic?: string; readonly cursor?: string }
  return { type: frame.type, text: JSON.stringify(frame), topic, cursor }
}

/** An event of a topic, from parts that are JSON already; `cursor` has no character that JSON would change. */
export const eventFrame = (topic: string, cursor: string, event: string, row: string | undefined): Frame => {
  const ofRow = row === undefined ? "" : `,"row":${row}`
  const text = `{"type":"event","topic":${JSON.stringify(topic)},"cursor":"${cursor}","event":${event}${ofRow}}`
  return { type: "event", text, topic, cursor }
}

/** A row as JSON, or what stands for none. */
export const rowJson = (row: JsonRow | undefined): string => JSON.stringify(row ?? null)
