import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ActorState } from "../../actors/machine/actor-state.ts"
import { stepInputOf } from "../../actors/machine/live-actor.ts"
import { registerMachines } from "../../actors/machine/machine-registry.ts"
import { takeStep } from "../../actors/machine/step.ts"
import type { JsonObject } from "../../eventstore/database/json.ts"
import { sealingLayer } from "../../eventstore/database/store-layers.ts"
import { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { machines } from "../../machines/index.ts"
import type { Story, StoryEvent } from "../../src/demo/history/story.ts"
import { masterKeys } from "../simulator/world/node.ts"
import { accounts, type ChannelName } from "./invented-people.ts"
import type { Known, Office } from "./office.ts"

/** Timers that mean that something is under way just now. */
const busyTimers = new Set(["turnClosure", "typing", "repair"])

/** What happened to each lead until it came to rest, in the order in which the leads came. */
export const tellStories = (office: Office): ReadonlyArray<Story> => {
  const lives = new Map<Known, Array<StoredEvent>>()
  for (const event of inOrder(office)) {
    const known = office.known.get(event.stream)!
    const life = lives.get(known) ?? []
    life.push(event)
    lives.set(known, life)
  }
  return [...lives].map(([known, life]) => storyOf(known, life)).filter(({ events }) => events.length > 0)
}

const inOrder = ({ store, company, order }: Office): ReadonlyArray<StoredEvent> => {
  const read = Effect.gen(function* () {
    const history = yield* History
    const pages = [...store.tables.partitions.values()].map(({ partition }) =>
      history.readPartition(company.id, partition, 0, Number.MAX_SAFE_INTEGER)
    )
    return (yield* Effect.all(pages)).flat()
  })
  const layer = sealingLayer().pipe(Layer.provideMerge(masterKeys), Layer.provideMerge(store.layer))
  const place = ({ stream, version }: StoredEvent) => order.get(`${stream}@${version}`)!
  return [...Effect.runSync(Effect.provide(read, layer))].sort((one, other) => place(one) - place(other))
}

const storyOf = (known: Known, life: ReadonlyArray<StoredEvent>): Story => {
  const { channel, contact } = known.lead.who
  const actors = new Life(channel)
  const events: Array<StoryEvent> = []
  for (const event of life) {
    if (event.kind !== "input") continue
    const isResting = actors.take(event)
    if (event.type === "ActorStarted") continue
    events.push({ ...told(event, known), ...(isResting && { rest: true }) })
  }
  const started = life.find(
    ({ type, stream }) => type === "ActorStarted" && stream.startsWith("conversation/")
  )!
  const { contactName } = started.data.input as { readonly contactName?: string }
  return {
    channel,
    instance: accounts[channel].instance,
    contact,
    ...(contactName !== undefined && { name: contactName }),
    // What comes after the last rest would never be read.
    events: events.slice(0, events.findLastIndex(({ rest }) => rest === true) + 1)
  }
}

const told = (event: StoredEvent, known: Known): StoryEvent => {
  const named = (text: string) =>
    text.replaceAll(known.leadId, "$lead").replaceAll(known.conversationId, "$conversation")
  const { stream, type, recordedAt, occurredAt, causation, principal } = event
  return {
    at: recordedAt,
    to: stream.slice(0, stream.indexOf("/")),
    type,
    data: JSON.parse(named(JSON.stringify(event.data))) as JsonObject,
    by: named(principal),
    ...(causation !== null && { cause: named(causation) }),
    ...(occurredAt !== recordedAt && { happenedAt: occurredAt })
  }
}

const registered = registerMachines(machines, ["writeReply", "sendChunk", "showTyping"], () => {})
if (registered._tag === "Failure") throw registered.failure
const registry = registered.success

/** One person's actors, drawn again from their inputs, to know where nothing is under way. */
class Life {
  private readonly channel: ChannelName
  private readonly states = new Map<string, ActorState>()
  /** Messages between the actors: how many more of each were sent than received. */
  private readonly underWay = new Map<string, number>()

  constructor(channel: ChannelName) {
    this.channel = channel
  }

  /** Takes the input; true when a life may end here. */
  take({ stream, version, type, data, recordedAt, principal, causation }: StoredEvent): boolean {
    const { current } = registry.get(stream.slice(0, stream.indexOf("/")))!
    const step = takeStep(current, this.states.get(stream), version, stepInputOf(type, data), recordedAt)
    this.states.set(stream, step.state)
    if (principal.startsWith("actor:")) this.count(`${causation} ${type}`, -1)
    for (const { event } of step.messages) this.count(`${stream}@${version} ${event.type}`, 1)
    return this.underWay.size === 0 && [...this.states.values()].every((state) => this.isResting(state))
  }

  private count(message: string, by: number) {
    const open = (this.underWay.get(message) ?? 0) + by
    if (open === 0) this.underWay.delete(message)
    else this.underWay.set(message, open)
  }

  /** A follow-up would go out by itself: only the page takes it whatever is set up. */
  private isResting({ jobs, timers }: ActorState): boolean {
    return (
      jobs.length === 0 &&
      timers.every(
        ({ timer }) => !busyTimers.has(timer) && (timer !== "followUp" || this.channel === "web-chat")
      )
    )
  }
}
