import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { EngineStatus } from "../../../actors/engine/engine.ts"
import { Projections } from "../../../projections/engine/projections.ts"
import { readModels } from "../../../projections/index.ts"
import { rightsOf } from "../../../src/accounts/permissions.ts"
import type { Sink } from "../../../src/live/event-follower.ts"
import type { Frame } from "../../../src/live/live-frames.ts"
import { LiveHub, type LiveOptions } from "../../../src/live/live-hub.ts"
import { type LivePrincipal, openSession } from "../../../src/live/live-session.ts"
import type { DatabaseKind } from "../../databases.ts"
import type { PartitionOwner, Said } from "../../eventstore/owner.ts"
import { openProjections, type RunningProjections } from "../../projections/engine/open-projections.ts"

export const engineStatus: EngineStatus = {
  owner: "test",
  partitions: 2,
  actorsInMemory: 3,
  waiting: 0,
  jobsRunning: 1,
  timersAhead: 4,
  actorsInError: 0,
  actorsParked: 0,
  ready: true
}

/** A database that a test writes by hand, its projector, and hubs as processes have them. */
export const openLiveWorld = async (kind: DatabaseKind) => {
  const world = await openProjections(kind)
  let projecting: RunningProjections = await world.project(readModels)
  const scopes: Array<Scope.Closeable> = []

  /** A hub: of the process that projects, or of one that only hears of it by looking. */
  const openHub = async (
    options: { readonly projects: boolean } & Partial<LiveOptions> = { projects: true }
  ): Promise<LiveHub["Service"]> => {
    const scope = await Effect.runPromise(Scope.make())
    scopes.push(scope)
    const silent = { ...projecting.service, onApplied: () => Effect.succeed(() => {}) }
    const hub = LiveHub.layer({
      engineStatus: Effect.succeed(engineStatus),
      waitingMax: 100,
      timeZoneOf: () => Effect.succeed("America/Sao_Paulo"),
      upcastersOf: () => undefined,
      hearApplied: () => Effect.void,
      ...options
    }).pipe(
      Layer.provide(Layer.succeed(Projections, options.projects ? projecting.service : silent)),
      Layer.provide(world.database.layer)
    )
    const built = await Effect.runPromise(Layer.buildWithScope(hub, scope))
    return Effect.runSync(Effect.provide(LiveHub, built))
  }

  return {
    ...world,
    openHub,
    projecting: () => projecting,
    restartProjector: async () => {
      await projecting.stop()
      projecting = await world.project(readModels)
    },
    /** Writes events and waits until they are shown. */
    tell: async (owner: PartitionOwner, ...said: ReadonlyArray<readonly [string, Said]>) => {
      await world.write(owner, ...said)
      await projecting.shows(owner)
    },
    close: async () => {
      for (const scope of scopes) await Effect.runPromise(Scope.close(scope, Exit.void))
      await world.close()
    }
  }
}
export type LiveWorld = Awaited<ReturnType<typeof openLiveWorld>>

/** Somebody with these roles. */
export const principal = (company: string, id: string, ...roles: ReadonlyArray<string>): LivePrincipal => ({
  kind: "user",
  id,
  company,
  may: rightsOf(roles)
})

// biome-ignore lint/suspicious/noExplicitAny: frames are compared, not used
export type AnyFrame = any

/** A client of a hub in this process: what it was sent, and how it ends. */
export const connect = async (
  hub: LiveHub["Service"],
  who: LivePrincipal,
  options: {
    readonly topicsMax?: number
    readonly drained?: Effect.Effect<void>
    readonly isFull?: () => boolean
  } = {}
) => {
  const scope = await Effect.runPromise(Scope.make())
  const frames: Array<AnyFrame> = []
  const refusals: Array<string> = []
  const hearers = new Set<() => void>()
  const sink: Sink = {
    send: (frame: Frame) => {
      frames.push(JSON.parse(frame.text))
      for (const hear of hearers) hear()
    },
    isFull: options.isFull ?? (() => false),
    drained: options.drained ?? Effect.void
  }
  const auditRefusal = (_: LivePrincipal, what: string, needed: string) =>
    Effect.sync(() => void refusals.push(`${what} ${needed}`))
  const ports = { hub, auditRefusal, topicsMax: options.topicsMax ?? 50 }
  const session = await Effect.runPromise(Scope.provide(openSession(ports, who, sink), scope))
  /** Waits until the frames are so; the test's own time ends it. */
  const until = (are: (frames: ReadonlyArray<AnyFrame>) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!are(frames)) return
        hearers.delete(look)
        resolve()
      }
      hearers.add(look)
      look()
    })
  return {
    frames,
    refusals,
    until,
    /** Its events, of this topic. */
    events: (topic: string) =>
      frames.filter((frame) => frame.type === "event" && frame.topic === topic) as ReadonlyArray<AnyFrame>,
    subscribe: (topic: string, after?: string, id?: string) =>
      Effect.runPromise(session.subscribe(topic, after, id)),
    unsubscribe: (topic: string, id?: string) => Effect.runPromise(session.unsubscribe(topic, id)),
    renew: (next: LivePrincipal) => Effect.runPromise(session.renew(next)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
export type LiveClient = Awaited<ReturnType<typeof connect>>

/** A deal's first events. */
export const opened = (id: string): ReadonlyArray<readonly [string, Said]> => [
  [`deal/${id}`, { type: "ActorStarted", data: { machine: "deal", input: {} } }],
  [
    `deal/${id}`,
    { type: "DealOpened", kind: "emitted", data: { leadId: id, score: 80, by: "criteria", reason: "met" } }
  ]
]

const stages = ["new", "discovery", "proposal", "negotiation"]

/** A deal is moved. */
export const moved = (id: string, n: number): readonly [string, Said] => [
  `deal/${id}`,
  {
    type: "DealMoved",
    kind: "emitted",
    data: { from: stages[n % 4]!, to: stages[(n + 1) % 4]!, by: "person:ana", reason: `move ${n}` }
  }
]

/** A conversation begins. */
export const begun = (id: string, lead: string): readonly [string, Said] => [
  `conversation/${id}`,
  {
    type: "ActorStarted",
    data: {
      machine: "conversation",
      input: {
        conversationId: id,
        leadId: lead,
        channel: "web-chat",
        instance: "page",
        agent: "sdr",
        language: "pt"
      }
    }
  }
]

/** The lead says something. */
export const said = (id: string, text: string): readonly [string, Said] => [
  `conversation/${id}`,
  { type: "MessageReceived", data: { messageId: `m-${text}`, text, at: 1 } }
]

/** The contact of a lead is looked after by a user. */
export const owned = (lead: string, owner: string): ReadonlyArray<readonly [string, Said]> => [
  [`contact/${lead}`, { type: "ActorStarted", data: { machine: "contact", input: {} } }],
  [
    `contact/${lead}`,
    { type: "OwnerAssigned", kind: "emitted", data: { owner, by: "person:admin", reason: "new" } }
  ]
]
