import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { liveLimits } from "./live-limits.ts"

const place = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const partition = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))

/** How far somebody is in one stream. */
const StreamCursor = Schema.Struct({ v: place })
/** How far somebody is in each partition of a company. */
const BoardCursor = Schema.Struct({ p: Schema.Array(Schema.Tuple([partition, place])) })
/** How far somebody is in several topics, each with a cursor of its own. */
const Topics = Schema.Struct({ t: Schema.Record(Schema.String, Schema.String) })

/** By partition, the position. */
export type Vector = ReadonlyMap<number, number>

const write = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const reader = <A>(schema: Schema.Codec<A, unknown>, most: number) => {
  const decode = Schema.decodeUnknownOption(Schema.fromJsonString(schema))
  return (text: string): A | undefined =>
    text.length > most || !/^[\w-]+$/.test(text)
      ? undefined
      : Option.getOrUndefined(decode(Buffer.from(text, "base64url").toString("utf8")))
}

const readStream = reader(StreamCursor, liveLimits.cursorMaxCharacters)
const readBoard = reader(BoardCursor, liveLimits.cursorMaxCharacters)
const readTopics = reader(Topics, liveLimits.cursorMaxCharacters * 4)

/** The cursor behind this version of a stream. Clients carry it and don't look into it. */
export const streamCursor = (version: number): string => write({ v: version })

/** The version behind which to go on; `start` is before the first. Undefined for what is no cursor of a stream. */
export const readStreamCursor = (text: string): number | undefined =>
  text === "start" ? 0 : readStream(text)?.v

/** The cursor behind these positions. */
export const boardCursor = (vector: Vector): string => write({ p: [...vector] })

/** The positions behind which to go on; undefined for what is no cursor of a board. */
export const readBoardCursor = (text: string): Map<number, number> | undefined => {
  const found = readBoard(text)?.p
  if (found === undefined) return undefined
  const positions = new Map(found)
  return positions.size === found.length ? positions : undefined
}

/** One cursor for several topics. */
export const topicsCursor = (cursors: ReadonlyMap<string, string>): string =>
  write({ t: Object.fromEntries(cursors) })

/** The cursors of several topics; undefined for what is none. */
export const readTopicsCursor = (text: string): ReadonlyMap<string, string> | undefined => {
  const found = readTopics(text)?.t
  return found === undefined ? undefined : new Map(Object.entries(found))
}
