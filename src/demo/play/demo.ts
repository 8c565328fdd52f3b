import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Address, addressOf, streamOf } from "../../../actors/address.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { verify } from "../../../eventstore/proof/verify.ts"
import { defaultSettings } from "../../config.ts"
import { holdDirectory } from "../../pglite/embedded-database.ts"
import { embeddedAccess, storeLayerOf } from "../../wiring/connect-database.ts"
import { DemoFailed } from "./child.ts"
import { countDemo, type DemoCounts, timelineOf } from "./report.ts"
import { leads, play } from "./scenario.ts"
import { setStage } from "./stage.ts"

const directory = ".centurion/demo"
const company = "demo"
const pageEvents = 1000

const contacts = { Marina: leads.whatsapp, Pablo: leads.telegram } as const

/** Ids say nothing about who it is, so a conversation is found by what it started with. */
const conversationWith = (events: ReadonlyArray<StoredEvent>, contact: string): Address => {
  const started = events.find(
    ({ type, data }) =>
      type === "ActorStarted" && (data.input as { readonly contact?: unknown } | null)?.contact === contact
  )
  return addressOf(company, started?.stream ?? "conversation/none")
}

/**
 * Plays the demo, shows both conversations, holds what the providers saw against the log, and verifies the log. Fails
 * when something was lost, sent twice or damaged. With `json` only the counts are printed, in one line.
 */
export const demo = (options: { readonly json: boolean }): Effect.Effect<DemoCounts, DemoFailed> =>
  Effect.scoped(
    Effect.gen(function* () {
      const began = performance.now()
      const say = (line: string) => (options.json ? Effect.void : Console.log(line))
      const tell = (line: string) =>
        say(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`)
      const stage = yield* setStage(directory)
      yield* play(stage, tell)
      const seen = yield* Effect.all([
        seenBy(stage.whatsapp, leads.whatsapp),
        seenBy(stage.telegram, leads.telegram)
      ])
      const { events, verified } = yield* readLog(stage.dir)
      for (const [name, contact] of Object.entries(contacts))
        yield* showTimeline(say, events, name, conversationWith(events, contact))
      const counts = countDemo(events, seen, verified)
      yield* options.json
        ? Console.log(JSON.stringify(counts))
        : showCounts(say, counts, events.length, conversationWith(events, contacts.Marina))
      if (counts.lost > 0 || counts.sentTwice > 0 || counts.verify !== "ok" || counts.deals === 0) {
        return yield* new DemoFailed({
          message: `the demo did not end as it should: ${JSON.stringify(counts)}`
        })
      }
      return counts
    })
  )

const seenBy = (provider: Effect.Success<ReturnType<typeof setStage>>["whatsapp"], contact: string) =>
  Effect.all({ incoming: provider.incomingOf(contact), sent: provider.sentTo(contact) })

/** All events of the company, and whether the chain holds; the engine has ended by now. */
const readLog = (dir: string) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const history = yield* History
    const events: Array<StoredEvent> = []
    for (const { partition, position } of yield* store.partitions(company)) {
      for (let after = 0; after < position; after += pageEvents) {
        events.push(...(yield* history.readPartition(company, partition, after, pageEvents)))
      }
    }
    return { events, verified: (yield* verify()).ok }
  }).pipe(
    Effect.provide(
      Layer.unwrap(
        Effect.gen(function* () {
          yield* holdDirectory(dir)
          return storeLayerOf(yield* embeddedAccess(dir), { ...defaultSettings, dir })
        })
      )
    ),
    Effect.mapError((error) => new DemoFailed({ message: `the log can't be read: ${error.message}` }))
  )

type Say = (line: string) => Effect.Effect<void>

const showTimeline = Effect.fnUntraced(function* (
  say: Say,
  events: ReadonlyArray<StoredEvent>,
  name: string,
  address: Address
) {
  const stream = streamOf(address)
  yield* say(`\n${name}: ${company}/${stream}`)
  const own = events.filter((event) => event.stream === stream).sort((a, b) => a.version - b.version)
  for (const line of timelineOf(own)) yield* say(line)
})

const showCounts = (say: Say, counts: DemoCounts, events: number, marina: Address) =>
  say(
    [
      "",
      `  received    ${counts.received}`,
      `  sent        ${counts.sent}`,
      `  sent twice  ${counts.sentTwice}`,
      `  lost        ${counts.lost}`,
      `  deals       ${counts.deals}`,
      `  verify      ${counts.verify} (${events} events)`,
      "",
      "What to try next:",
      "  npm start                                            talk with it yourself",
      `  CENTURION_DIR=${directory} npx centurion events demo      the log of this demo`,
      `  CENTURION_DIR=${directory} npx centurion replay ${company}/${streamOf(marina)}`,
      "  docs/tutorial/your-own-machine.md                    a machine of your own",
      ""
    ].join("\n")
  )
