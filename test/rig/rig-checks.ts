import * as Effect from "effect/Effect"
import { verify } from "../../eventstore/verify.ts"
import { conversationAddress } from "../../src/companies/contact-address.ts"
import type { Passed } from "../../src/doubles/accepted-log.ts"
import type { TestDatabase } from "../databases.ts"
import { keyedInstance } from "./keyed-double.ts"
import { checkHistories, type HistoryCounts } from "./rig-histories.ts"

/** What came of it all. Everything from `lost` on must be 0. */
export interface RigCounts extends HistoryCounts {
  readonly kills: number
  readonly messages: number
  readonly events: number
  readonly sent: number
  readonly reminders: number
  /** Chunks of which nobody could tell whether they went out. */
  readonly inDoubt: number
  readonly lost: number
  readonly storedTwice: number
  readonly sentTwice: number
  readonly sentUntold: number
  readonly toldUnsent: number
  readonly outOfOrder: number
  readonly timersLost: number
  readonly timersTwice: number
  readonly timersOverdue: number
  readonly jobsLeft: number
  readonly messagesLeft: number
  readonly messagesTwice: number
  readonly unanswered: number
  readonly damaged: number
}

/** What passed through one double. */
export interface Seen {
  readonly channel: "evolution" | "keyed"
  readonly incoming: ReadonlyArray<Passed>
  readonly sent: ReadonlyArray<Passed>
}

type Rows = ReadonlyArray<ReadonlyArray<unknown>>
const company = "rig"

const streamOf = (channel: Seen["channel"], contact: string) => {
  const instance = channel === "keyed" ? keyedInstance : "main"
  const { machine, id } = conversationAddress({ company, channel, instance, contact })
  return `${machine}/${id}`
}

const countBy = (names: ReadonlyArray<string>) => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Names that are there more than once, counted for each time too many. */
const tooMany = (names: ReadonlyArray<string>) => names.length - new Set(names).size

/** Holds what the doubles saw and what was acknowledged against the event store. */
export const checkRig = async (
  database: TestDatabase,
  kills: number,
  seen: ReadonlyArray<Seen>,
  reminders: ReadonlySet<string>
): Promise<RigCounts> => {
  const rows = (sql: string): Promise<Rows> => database.admin(sql)
  const one = async (sql: string) => Number((await rows(sql))[0]![0])
  const verified = await Effect.runPromise(Effect.provide(verify({ company }), database.layer))
  const said = (
    await rows("select stream, data->>'messageId' from es.event where type = 'MessageReceived'")
  ).map(([stream, id]) => `${stream} ${id}`)
  const incoming = seen.flatMap(({ channel, incoming }) =>
    incoming.map(({ contact, id }) => `${streamOf(channel, contact)} ${id}`)
  )
  const isSaid = new Set(said)
  const fired = countBy(
    (await rows("select stream from es.event where type = 'TimerFired' and stream like 'reminder/%'")).map(
      ([stream]) => String(stream).slice("reminder/".length)
    )
  )
  return {
    kills,
    messages: incoming.length,
    events: verified.events,
    sent: seen.reduce((sum, { sent }) => sum + sent.length, 0),
    reminders: reminders.size,
    inDoubt: await one("select count(*)::int from es.event where type = 'ChunkInDoubt'"),
    lost: incoming.filter((message) => !isSaid.has(message)).length,
    storedTwice: tooMany(said),
    ...(await checkSends(rows, seen)),
    timersLost: [...reminders].filter((id) => !fired.has(id)).length,
    timersTwice: [...fired.values()].filter((times) => times > 1).length,
    timersOverdue: await one(
      "select count(*)::int from es.timer where due_at < clock_timestamp() - interval '5 s'"
    ),
    jobsLeft: await one("select count(*)::int from es.job"),
    messagesLeft: await one("select count(*)::int from es.message"),
    messagesTwice: await one(
      `select (count(*) - count(distinct (stream, causation, type, data::text)))::int from es.event
        where principal like 'actor:%'`
    ),
    unanswered: await one(
      `select count(*)::int from (
        select stream, max(version) filter (where type = 'MessageReceived') as asked,
          max(version) filter (where type = 'ReplySent') as answered
        from es.event where stream like 'conversation/%' group by stream
      ) c where answered is null or answered < asked`
    ),
    damaged: verified.damages.length,
    ...(await checkHistories(database, company))
  }
}

/** The chunks that the doubles accepted against those that the conversations tell of, in both their orders. */
const checkSends = async (rows: (sql: string) => Promise<Rows>, seen: ReadonlyArray<Seen>) => {
  const told = new Map<string, Array<string>>()
  const chunks = await rows(
    "select stream, data->>'text' from es.event where type = 'ChunkSent' order by stream, version"
  )
  for (const [stream, text] of chunks) {
    const list = told.get(String(stream)) ?? []
    list.push(String(text))
    told.set(String(stream), list)
  }
  const counts = { sentTwice: 0, sentUntold: 0, toldUnsent: 0, outOfOrder: 0 }
  const streams = new Set(told.keys())
  for (const { channel, sent } of seen) {
    const accepted = new Map<string, Array<string>>()
    for (const { contact, text } of sent) {
      const stream = streamOf(channel, contact)
      accepted.set(stream, [...(accepted.get(stream) ?? []), text])
    }
    for (const [stream, texts] of accepted) {
      streams.delete(stream)
      const first = [...new Set(texts)]
      const own = told.get(stream) ?? []
      counts.sentTwice += texts.length - first.length
      counts.sentUntold += first.filter((text) => !own.includes(text)).length
      counts.toldUnsent += own.filter((text) => !first.includes(text)).length
      const both = own.filter((text) => first.includes(text))
      const inOrder = first.filter((text) => own.includes(text)).every((text, n) => text === both[n])
      if (!inOrder) counts.outOfOrder++
    }
  }
  for (const stream of streams) counts.toldUnsent += told.get(stream)!.length
  return counts
}

/** Names of what must be 0 and is not. */
export const faultsOf = (counts: RigCounts): ReadonlyArray<string> => {
  const { kills: _, messages: __, events: ___, sent: ____, reminders: _____, ...mustBeNone } = counts
  return Object.entries(mustBeNone).flatMap(([name, count]) => (count === 0 ? [] : [`${name} ${count}`]))
}
