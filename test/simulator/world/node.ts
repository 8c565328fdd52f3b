import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { Engine } from "../../../actors/engine/engine.ts"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { engineLayer } from "../../../actors/engine/engine-layer.ts"
import type { EngineLimits } from "../../../actors/engine/engine-limits.ts"
import { Ownership } from "../../../actors/engine/ownership.ts"
import type { JobHandler } from "../../../actors/jobs/job-handler.ts"
import { sealingLayer } from "../../../eventstore/database/store-layers.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { MasterKeys, masterKeyOf } from "../../../eventstore/personal/master-keys.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { machines } from "../../../machines/index.ts"
import type { Channel } from "../../../src/channels/channel.ts"
import { Companies } from "../../../src/companies/companies.ts"
import type { Company } from "../../../src/companies/company.ts"
import { Contacts } from "../../../src/companies/contacts.ts"
import { Channels } from "../../../src/handlers/channels.ts"
import { handlers } from "../../../src/handlers/index.ts"
import { Inbox } from "../../../src/inbox/inbox.ts"
import type { LanguageModel } from "../../../src/models/model.ts"
import type { Random } from "../time/random.ts"
import type { VirtualProcess } from "../time/virtual-process.ts"

/** What an engine is started with. */
export interface NodeOptions {
  readonly process: VirtualProcess
  readonly owner: string
  readonly events: EventStore["Service"]
  readonly subjects: SubjectStore["Service"]
  readonly companies: ReadonlyArray<Company>
  readonly channels: ReadonlyArray<Channel>
  readonly limits: EngineLimits
  readonly leaseMs: number
  readonly random: Random
  readonly log: (line: string) => void
  readonly broke: (why: string) => void
  /** Stands between the engine and its handlers, where a test plants a fault. */
  readonly handler?: (handler: JobHandler) => JobHandler
}

/** What runs in a process: the engine, and the way in for webhooks. */
export interface RunningNode {
  readonly engine: Engine["Service"]
  readonly inbox: Inbox["Service"]
  readonly contacts: Contacts["Service"]
}

/** The same in all runs: what is sealed comes out the same. */
export const masterKeys = MasterKeys.layer([masterKeyOf(Buffer.alloc(32, 7))], (bytes) =>
  Buffer.alloc(bytes, 1)
)

/** The engine's own clock, with its waits told apart so that time may jump over those that change nothing. */
const clockOf = (process: VirtualProcess) =>
  Layer.effect(
    EngineClock,
    Effect.map(EngineClock, (clock) => ({
      ...clock,
      // Leases go by this one, and stand still while time jumps.
      steady: process.steady,
      sleepUntil: (at: number) =>
        Effect.provideService(clock.sleepUntil(at), Clock.Clock, process.clock("due")),
      pause: (ms: number) => Effect.provideService(clock.pause(ms), Clock.Clock, process.clock("pause"))
    }))
  ).pipe(Layer.provide(EngineClock.layer(0, { wall: process.wall, steady: process.monotonic })))

const engineOf = (options: NodeOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const companies = yield* Companies
      const found = yield* handlers
      return engineLayer({
        machines,
        handlers: found.map((handler) => counted(options.process, options.handler?.(handler) ?? handler)),
        companies: companies.all.map(({ id }) => id),
        startInput: companies.startInput,
        limits: options.limits,
        log: (level, message) => options.log(`${level}: ${message}`),
        broke: options.broke
      })
    })
  )

/** Tells the process how many of its jobs are out in the world. */
const counted = (process: VirtualProcess, handler: JobHandler): JobHandler => {
  const count = <A, E>(work: Effect.Effect<A, E>) =>
    Effect.suspend(() => {
      process.atWork++
      return Effect.ensuring(
        work,
        Effect.sync(() => process.atWork--)
      )
    })
  const { findReceipt } = handler
  return {
    ...handler,
    run: (input, context) => count(handler.run(input, context)),
    ...(findReceipt && { findReceipt: (input, context) => count(findReceipt(input, context)) })
  }
}

const layerOf = (options: NodeOptions, model: Layer.Layer<LanguageModel>) => {
  const { process, events, subjects, random } = options
  const bytes = (length: number) => random.bytes(length)
  const store = sealingLayer(bytes, () => random.bytes(12)).pipe(
    Layer.provideMerge(masterKeys),
    Layer.provideMerge(Layer.merge(Layer.succeed(EventStore, events), Layer.succeed(SubjectStore, subjects)))
  )
  const world = Layer.mergeAll(
    Companies.layerOf(options.companies),
    Channels.layerOf(options.channels),
    model
  )
  const engine = engineOf(options).pipe(
    Layer.provide(Ownership.layerLease({ owner: options.owner, leaseMs: options.leaseMs })),
    Layer.provide(clockOf(process))
  )
  return Inbox.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(engine, Contacts.layerWith(bytes))),
    Layer.provideMerge(Layer.mergeAll(world, store))
  )
}

/**
 * Starts an engine in its process; `ready` is called when it can be spoken to. The result stops it in order, and calls
 * back when it has ended.
 */
export const startNode = (
  options: NodeOptions,
  model: Layer.Layer<LanguageModel>,
  ready: (node: RunningNode) => void
): ((stopped: () => void) => void) => {
  const program = Effect.scoped(
    Effect.gen(function* () {
      const built = yield* Layer.build(layerOf(options, model))
      const [engine, inbox] = [Context.get(built, Engine), Context.get(built, Inbox)]
      ready({ engine, inbox, contacts: Context.get(built, Contacts) })
      return yield* Effect.never
    })
  )
  let fiber: Fiber.Fiber<unknown, unknown> | undefined
  options.process.dispatch(() => {
    fiber = Effect.runForkWith(options.process.context)(program)
    fiber.addObserver((exit) => {
      if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) options.broke(`did not start: ${exit.cause}`)
    })
  })
  return (stopped) => {
    options.process.dispatch(() => {
      if (fiber === undefined) return stopped()
      fiber.addObserver(() => stopped())
      Effect.runForkWith(options.process.context)(Fiber.interrupt(fiber))
    })
  }
}
