import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { formatAddress } from "../../../actors/address.ts"
import { registerMachines } from "../../../actors/machine/machine-registry.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { machines } from "../../../machines/index.ts"
import { Companies } from "../../companies/companies.ts"
import { completeCompany } from "../../companies/complete-company.ts"
import { type Contact, Contacts } from "../../companies/contacts.ts"
import { demoCompany } from "../../companies/demo.ts"
import { Settings } from "../../config.ts"
import { handlers } from "../../handlers/index.ts"
import { readStories, storiesFile } from "./read-stories.ts"
import { livedBy, moved, type Story, shiftTo, withIds } from "./story.ts"
import { type PastInput, writePast } from "./write-past.ts"

/** The history that comes with the product can't be read. */
class NoStories extends Schema.TaggedError<NoStories>()("NoStories", { message: Schema.String }) {}

/** The past ends so long before now, so that nothing in it is of the future by any clock. */
const pauseMs = 60_000

/** The demo company as it comes with us, on a database of ours alone, and nothing has happened there yet. */
const isWanted = Effect.gen(function* () {
  const settings = yield* Settings
  const { all } = yield* Companies
  if (settings.demoHistory === "no" || settings.databaseUrl !== undefined) return false
  const ours = JSON.stringify(completeCompany(demoCompany))
  if (all.length !== 1 || JSON.stringify(all[0]) !== ours) return false
  const store = yield* EventStore
  yield* store.createCompany(demoCompany.id, settings.partitions)
  const partitions = yield* store.partitions(demoCompany.id)
  return partitions.every(({ position, alive }) => position === 0 && !alive)
})

/** What the persons' actors started with and what came to them until `then`, as of this installation. */
const pastOf = Effect.fnUntraced(function* (stories: ReadonlyArray<Story>, then: number, shiftMs: number) {
  const contacts = yield* Contacts
  const companies = yield* Companies
  const inputs: Array<PastInput> = []
  const startInputs = new Map<string, Json>()
  for (const story of stories) {
    const lived = livedBy(story, then - shiftMs)
    if (lived.length === 0) continue
    const { channel, instance, contact, name } = story
    const who: Contact = { company: demoCompany.id, channel, instance, contact }
    const { leadId, conversation } = yield* contacts.take(who)
    const ids = { $lead: leadId, $conversation: conversation.id }
    const starter = { channel, instance, contact, leadId, ...(name !== undefined && { contactName: name }) }
    for (const { at, to, type, data, by, cause, happenedAt } of lived) {
      const isConversation = to === "conversation"
      const address = isConversation ? conversation : { company: demoCompany.id, machine: to, id: leadId }
      const id = formatAddress(address)
      if (!startInputs.has(id)) {
        const begun = { ...data, type }
        startInputs.set(id, yield* companies.startInput(address, begun, isConversation ? starter : undefined))
      }
      inputs.push({
        address,
        at: at + shiftMs,
        happenedAt: (happenedAt ?? at) + shiftMs,
        type,
        data: moved(data, shiftMs, ids),
        by: withIds(by, ids),
        cause: cause === undefined ? undefined : withIds(cause, ids)
      })
    }
  }
  return { inputs: inputs.sort((one, other) => one.at - other.at), startInputs }
})

const load = Effect.gen(function* () {
  const { clockAheadMs } = yield* Settings
  const began = performance.now()
  yield* Effect.logInfo(
    "writing the history of the demo company; CENTURION_DEMO_HISTORY=no starts without one"
  )
  const { calendar, stories } = yield* Effect.tryPromise({
    try: () => readStories(),
    catch: (cause) => new NoStories({ message: `${storiesFile} can't be read: ${String(cause)}` })
  })
  const now = (yield* (yield* EventStore).now) + clockAheadMs
  const { inputs, startInputs } = yield* pastOf(stories, now - pauseMs, shiftTo(now, calendar))
  const names = (yield* handlers).map(({ name }) => name)
  const registry = yield* Effect.fromResult(registerMachines(machines, names, () => {}))
  const { events, actors } = yield* writePast(demoCompany.id, inputs, registry, startInputs)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  yield* Effect.logInfo(
    `wrote the history of the demo company: ${events} events of ${actors} actors in ${seconds} s`
  )
})

/**
 * Gives the demo company six weeks of history at its first start, if nothing happened there yet and the database is
 * the embedded one. All of it is written in one commit, so a process that dies in the middle has written nothing.
 * A history that can't be written is told and does without: it must not keep the server from starting.
 */
export const demoHistory = Effect.gen(function* () {
  if (!(yield* isWanted)) return
  yield* Effect.catch(load, ({ message }) =>
    Effect.logWarning(`the demo company starts without a history: ${message}`)
  )
}).pipe(Effect.withSpan("demoHistory"))
