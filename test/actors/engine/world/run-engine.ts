import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import {
  type ActorEvent,
  type ActorView,
  type DeliverError,
  type Delivered,
  Engine,
  type Envelope
} from "../../../../actors/engine/engine.ts"
import { EngineClock } from "../../../../actors/engine/engine-clock.ts"
import { engineLayer } from "../../../../actors/engine/engine-layer.ts"
import { defaultLimits, type EngineLimits } from "../../../../actors/engine/engine-limits.ts"
import type { EngineOptions } from "../../../../actors/engine/engine-options.ts"
import { Ownership } from "../../../../actors/engine/ownership.ts"
import { sealingLayer } from "../../../../eventstore/database/store-layers.ts"
import { EventStore } from "../../../../eventstore/log/event-store.ts"
import { History, type OpenedJob } from "../../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../../eventstore/log/stored-event.ts"
import type { TestDatabase } from "../../../databases.ts"

/** What a test says of its engine; the rest is filled in. */
export interface TestEngineOptions extends Partial<Omit<EngineOptions, "limits">> {
  readonly machines: EngineOptions["machines"]
  readonly limits?: Partial<EngineLimits>
  /** A clock moved by hand that outlives the engine; without one, time goes by itself. */
  readonly clock?: ReturnType<typeof EngineClock.manual>
  readonly owner?: string
  readonly leaseMs?: number
  /** Whether it believes its lease to run; default by its clock. */
  readonly holdsLease?: () => boolean
  /** Stands between the engine and its store. */
  readonly store?: Layer.Layer<EventStore, never, EventStore>
}

/** An engine that a test runs, with the store beside it. */
export interface TestEngine {
  readonly log: ReadonlyArray<string>
  readonly deliver: (to: string, event: ActorEvent, envelope?: Partial<Envelope>) => Promise<Delivered>
  /** How it was refused. */
  readonly refuse: (to: string, event: ActorEvent, envelope?: Partial<Envelope>) => Promise<DeliverError>
  readonly view: (of: string) => Promise<ActorView | undefined>
  readonly engine: Engine["Service"]
  readonly store: EventStore["Service"]
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  /** A stream's events, opened. */
  readonly events: (of: string) => Promise<ReadonlyArray<StoredEvent>>
  /** The jobs that are not done, opened. */
  readonly jobs: () => Promise<ReadonlyArray<OpenedJob>>
  /** The types of a stream's events, in order. */
  readonly types: (of: string) => Promise<ReadonlyArray<string>>
  /** Comes back when the stream has so many events of the type. */
  readonly seen: (of: string, type: string, count?: number) => Promise<void>
  /** Comes back when nothing waits or runs here. */
  readonly quiet: () => Promise<void>
  /** Ends it as a process would that was asked to. */
  readonly stop: () => Promise<void>
  /** Ends it as `kill -9` would, as far as the database can tell: nothing is released, and its lease runs out. */
  readonly crash: () => Promise<void>
}

const company = "acme"
const addressOf = (text: string) => {
  const [machine = "", id = ""] = text.split("/")
  return { company, machine, id }
}

let enginesMade = 0

/** Starts an engine, and comes back when it owns the partitions of `acme`. */
export const startEngine = async (
  database: TestDatabase,
  {
    clock,
    owner = `engine-${++enginesMade}`,
    leaseMs = 60_000,
    store: between,
    holdsLease,
    ...options
  }: TestEngineOptions
): Promise<TestEngine> => {
  const log: Array<string> = []
  const crash = { now: false }
  const ownership = Layer.effect(
    Ownership,
    Effect.map(Ownership, (lease) => ({
      ...lease,
      ...(holdsLease && { holdsLease }),
      release: Effect.suspend(() => (crash.now ? Effect.void : lease.release))
    }))
  ).pipe(Layer.provide(Ownership.layerLease({ owner, leaseMs })))
  const runtime = ManagedRuntime.make(
    engineLayer({
      handlers: [],
      companies: [company],
      startInput: () => Effect.succeed(null),
      log: (level, message) => void log.push(`${level}: ${message}`),
      ...options,
      limits: { ...defaultLimits, partitionsPerCompany: 2, ...options.limits }
    }).pipe(
      Layer.provide(ownership),
      Layer.provideMerge(
        between === undefined
          ? database.layer
          : Layer.provideMerge(Layer.fresh(sealingLayer()), Layer.provideMerge(between, database.layer))
      ),
      Layer.provide(clock?.layer ?? EngineClock.layer())
    )
  )
  const engine = await runtime.runPromise(Engine)
  const store = await runtime.runPromise(EventStore)
  const run: TestEngine["run"] = (effect) => runtime.runPromise(effect)
  const history = await runtime.runPromise(History)
  const events = (of: string) => run(history.readStream(company, of, 0, 100_000))
  const jobs = () => run(history.listJobs(company, null, 100))
  const running: TestEngine = {
    ...{ log, engine, store, run, events, jobs },
    deliver: (to, event, envelope) =>
      run(engine.deliver(addressOf(to), event, { principal: "person:ana", ...envelope })),
    refuse: (to, event, envelope) =>
      run(Effect.flip(engine.deliver(addressOf(to), event, { principal: "person:ana", ...envelope }))),
    view: (of) => run(engine.view(addressOf(of))),
    types: async (of) => (await events(of)).map((event) => event.type),
    seen: (of, type, count = 1) =>
      until(`${count} ${type} in ${of}`, async () => {
        const found = await events(of)
        return found.filter((event) => event.type === type).length >= count
      }),
    quiet: () =>
      until("nothing waits or runs", async () => {
        const { waiting, jobsRunning } = await run(engine.status)
        return waiting === 0 && jobsRunning === 0
      }),
    stop: () => runtime.dispose(),
    crash: async () => {
      crash.now = true
      await runtime.dispose()
      await database.admin("update es.owner set lease_until = 'epoch' where owner = $1", [owner])
    }
  }
  await until("it is ready", async () => (await run(engine.status)).ready)
  return running
}

/** For a machine that does much else; what comes at all comes within moments. */
const patienceMs = 120_000
const lookAgainMs = 5

/** Waits for something that other code brings about, and says what when it never comes. */
export const until = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
  const giveUp = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > giveUp) throw new Error(`waited ${patienceMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }
}
