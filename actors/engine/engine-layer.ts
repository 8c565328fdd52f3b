import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { type MachineRefused, registerMachines } from "../machine/machine-registry.ts"
import { Engine } from "./engine.ts"
import { EngineClock } from "./engine-clock.ts"
import { EngineCore } from "./engine-core.ts"
import type { EngineOptions } from "./engine-options.ts"
import { Ownership } from "./ownership.ts"

/** Runs the machines until the scope ends; then it takes nothing more, commits what waits, and gives up its partitions. */
export const engineLayer = (
  options: EngineOptions
): Layer.Layer<
  Engine,
  MachineRefused,
  EventStore | History | SubjectKeys | SubjectStore | Ownership | EngineClock
> =>
  Layer.effect(
    Engine,
    Effect.gen(function* () {
      const core = yield* makeCore(options)
      yield* core.stopped.watchAfterCrash
      yield* createCompanies(core)
      yield* run(core)
      const { door, view, status, commits } = core
      return Engine.of({ deliver: door.deliver, view, status, onCommit: commits.add })
    })
  )

const makeCore = Effect.fnUntraced(function* (options: EngineOptions) {
  const handlers = new Map(options.handlers.map((handler) => [handler.name, handler]))
  return new EngineCore({
    store: yield* EventStore,
    history: yield* History,
    keys: yield* SubjectKeys,
    subjects: yield* SubjectStore,
    ownership: yield* Ownership,
    clock: yield* EngineClock,
    fork: Effect.runForkWith(yield* Effect.context<never>()),
    registry: yield* Effect.fromResult(
      registerMachines(options.machines, [...handlers.keys()], (message) => options.log?.("warn", message))
    ),
    handlers,
    options
  })
})

const createCompanies = ({ parts: { store, options } }: EngineCore) =>
  Effect.forEach(
    options.companies,
    (company) => Effect.ignore(store.createCompany(company, options.limits.partitionsPerCompany)),
    { discard: true }
  )

const sweepEveryMs = 1000

/** Starts what runs as long as the engine does. */
const run = Effect.fnUntraced(function* (core: EngineCore) {
  const { clock, ownership, options } = core.parts
  const { broke = endProcess } = options
  const breakUnlessStopped = (exit: Exit.Exit<never>) =>
    Effect.sync(() => {
      if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) broke(Cause.pretty(exit.cause))
    })
  const begin = (loop: Effect.Effect<never>) => Effect.forkScoped(Effect.onExit(loop, breakUnlessStopped))
  // A scope ends what began last first: the lanes outlive what feeds them, so that they commit what waits.
  for (const lane of core.lanes) yield* begin(lane.run)
  yield* Effect.addFinalizer(() => core.shutDown)
  yield* begin(ownership.keep(core))
  for (const { run } of [core.timers, core.outbox, core.erasures, core.stopped]) yield* begin(run)
  yield* begin(Effect.forever(Effect.andThen(clock.pause(sweepEveryMs), Effect.sync(core.door.sweep))))
  if (options.runJobs !== false) yield* begin(core.jobs.run)
})

/** An engine without one of its loops would sit there dead: better the process ends and is started again. */
const endProcess = (why: string) =>
  void setImmediate(() => {
    throw new Error(`the engine broke: ${why}`)
  })
