import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { Batch, StreamPlace } from "../../eventstore/log/batch.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { addressOf } from "../address.ts"
import { jobOf, resultInput } from "../jobs/job-results.ts"
import { makeJobRunner } from "../jobs/job-runner.ts"
import { ownHandler } from "../jobs/own-handler.ts"
import { expectsFailure, type LiveActor, viewOf } from "../machine/live-actor.ts"
import { type MachineRefused, registerMachines } from "../machine/machine-registry.ts"
import { makeActorLoader } from "./actor-loader.ts"
import { CommitDraft } from "./commit-draft.ts"
import { makeDoor } from "./door.ts"
import { type CommitHint, Engine, type EventRefused } from "./engine.ts"
import { EngineClock, type Fork } from "./engine-clock.ts"
import type { EngineOptions } from "./engine-options.ts"
import { makeErasures } from "./erasures.ts"
import { makeLane } from "./lane.ts"
import { makeMessageCourier, refusalOf } from "./message-courier.ts"
import { makeOwnedPartitions } from "./owned-partitions.ts"
import { Ownership } from "./ownership.ts"
import { enqueue } from "./partition.ts"
import { makeTimerQueue } from "./timer-queue.ts"
import type { CommittedJob } from "./working-actor.ts"

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
    Effect.suspend(() => makeEngine(options))
  )

/** An engine without one of its loops would sit there dead: better the process ends and is started again. */
const endProcess = (why: string) =>
  void setImmediate(() => {
    throw new Error(`the engine broke: ${why}`)
  })

const sweepEveryMs = 1000
const drainPollMs = 5
const drainMaxMs = 5000

const makeEngine = Effect.fnUntraced(function* (options: EngineOptions) {
  const store = yield* EventStore
  const history = yield* History
  const keys = yield* SubjectKeys
  const subjects = yield* SubjectStore
  const ownership = yield* Ownership
  const clock = yield* EngineClock
  const fork: Fork = Effect.runForkWith(yield* Effect.context<never>())
  const { limits, broke = endProcess } = options
  const log = options.log ?? (() => {})
  const handlers = new Map(options.handlers.map((handler) => [handler.name, handler]))
  const registry = yield* Effect.fromResult(
    registerMachines(options.machines, [...handlers.keys()], (message) => log("warn", message))
  )
  const loader = makeActorLoader(store, keys, limits.actorsInMemory, fork)
  const hearers = new Set<(hint: CommitHint) => void>()
  let storeDown: string | undefined
  let standby: string | undefined = "it has no partition yet"

  const newDraft = () => new CommitDraft({ now: clock.now(), snapshotEvery: limits.snapshotEvery, isNobodys })
  const isNobodys = (job: CommittedJob) =>
    job.child === undefined && job.action?.exec === undefined && !handlers.has(job.name)

  const lanes = Array.from({ length: limits.lanes }, () =>
    makeLane({
      store,
      newDraft,
      batchMax: limits.batchMax,
      committed: (draft) => committed(draft),
      partitionLost: (partition, why) => {
        log("warn", `partition ${partition.company}/${partition.partition} is lost: ${why}`)
        partitions.lose(partition)
        // Nobody must be sent here while another process has them all.
        if (partitions.count() === 0) standby = why
        ownership.lookNow()
      },
      storeAnswers: (answers, why) => {
        if (answers !== (storeDown === undefined))
          log(answers ? "info" : "error", answers ? "the database answers again" : why)
        storeDown = answers ? undefined : why
      }
    })
  )
  const partitions = makeOwnedPartitions(store, lanes, (partition) => {
    loader.forget(partition.company, partition.partition)
    timers.forget(partition.company, partition.partition)
    jobs.forget(partition.company, partition.partition)
  })
  const door = makeDoor({
    registry,
    partitions,
    loader,
    keys,
    clock,
    fork,
    limits,
    startInput: options.startInput,
    storeDown: () => storeDown,
    lookForPartitions: ownership.lookNow
  })

  const note = (place: StreamPlace, write: (batch: Batch) => void) =>
    Effect.callback<boolean>((resume) => {
      const partition = partitions.at(place.company, place.partition)
      if (partition === undefined) return resume(Effect.succeed(false))
      enqueue(partition, { kind: "note", write, settle: (written) => resume(Effect.succeed(written)) })
    })

  /** Delivers an input of our own until it is stored, stale, or another process's business; else says why it can't be. */
  const deliverOwn = Effect.fnUntraced(function* (
    place: StreamPlace,
    input: Parameters<typeof door.deliverOwn>[1]
  ) {
    while (partitions.at(place.company, place.partition) !== undefined) {
      const sent = yield* Effect.result(door.deliverOwn(addressOf(place.company, place.stream), input))
      if (sent._tag === "Success") return undefined
      if (sent.failure._tag !== "TryAgain") {
        // The reason alone: the message may hold what a person wrote.
        log("error", `${place.stream} ${input.type} is refused: ${refusalOf(sent.failure)}`)
        return sent.failure.message
      }
      yield* clock.sleepUntil(clock.now() + sent.failure.retryAfterMs)
    }
    return undefined
  })

  /** The actor of a job or timer of ours, however long the database is away; whoever waits ends with the partition. */
  const loadOwn = (place: StreamPlace): Effect.Effect<LiveActor, EventRefused> =>
    Effect.catchTag(door.load(addressOf(place.company, place.stream)), "TryAgain", ({ retryAfterMs }) =>
      Effect.andThen(clock.sleepUntil(clock.now() + retryAfterMs), loadOwn(place))
    )

  const jobs = makeJobRunner({
    history,
    clock,
    fork,
    limits,
    note,
    places: partitions.places,
    holdsLease: ownership.holdsLease,
    isErasing: ({ company, stream }) => erasures.isErasing(company, stream),
    log: (message) => log("warn", message),
    handlerOf: (job) => {
      const handler = handlers.get(job.name)
      if (handler !== undefined) return Effect.succeed(handler)
      return loadOwn(job).pipe(
        Effect.flatMap((actor) => ownHandler(history, actor, job)),
        Effect.catch(() => Effect.succeed(undefined))
      )
    },
    succeeded: (job, output) => deliverOwn(job, resultInput(job, clock.now(), "JobSucceeded", { output })),
    failed: (job, error) => deliverOwn(job, resultInput(job, clock.now(), "JobFailed", { error })),
    expectsFailure: (job) =>
      loadOwn(job).pipe(
        Effect.map((actor) => expectsFailure(actor, job.child!)),
        Effect.catch(() => Effect.succeed(false))
      )
  })

  const timers = makeTimerQueue({
    store,
    clock,
    places: partitions.places,
    fire: (timer) => {
      const causation = `${timer.stream}@${timer.setBy}`
      const input = { type: "TimerFired" as const, data: { timer: timer.timer }, causation, timer }
      fork(deliverOwn(timer, input))
    }
  })

  const courier = makeMessageCourier({
    history,
    clock,
    fork,
    note,
    deliver: door.deliver,
    places: partitions.places,
    log: (message) => log("error", message)
  })

  const erasures = makeErasures({
    ...{ store, history, subjects, keys, clock, log },
    places: options.erasurePlaces ?? [],
    erase: door.erase,
    isOurs: (company, stream) => typeof partitions.of(company, stream) === "object",
    markErased: (company, stream) => {
      const partition = partitions.of(company, stream)
      if (typeof partition !== "object") return Effect.succeed(false)
      const place = { company, partition: partition.partition, stream }
      return note(place, (batch) => batch.streamErased(place))
    }
  })

  const committed = (draft: CommitDraft) => {
    for (const working of draft.workings.values()) {
      const { actor, jobs: asked, cancelledJobs, messages, logs, state } = working
      if (working.erased) for (const each of [jobs, courier]) each.forgetStream(actor.company, actor.stream)
      for (const job of cancelledJobs) jobs.cancel(actor.company, actor.stream, job)
      if (options.runJobs !== false) for (const job of asked) jobs.start(jobOf(job, draft.options.now))
      for (const message of messages) courier.send(message)
      for (const line of logs) log("info", `${actor.company}/${actor.stream}: ${shown(options, actor, line)}`)
      const { company, partition, stream } = actor
      for (const timer of state?.timers ?? []) timers.set({ company, partition, stream, ...timer })
    }
    if (hearers.size > 0) tellHearers(draft)
  }

  const tellHearers = (draft: CommitDraft) => {
    for (const { company, partition, position } of draft.progress.keys()) {
      const streams = [...draft.workings.keys()]
        .filter((actor) => actor.company === company && actor.partition === partition)
        .map((actor) => actor.stream)
      for (const hear of hearers) hear({ company, partition, position, streams })
    }
  }

  for (const company of options.companies) {
    yield* Effect.ignore(store.createCompany(company, limits.partitionsPerCompany))
  }
  const gained = Effect.fnUntraced(function* (rows: Parameters<typeof partitions.gain>[0]) {
    // Before the first job of theirs is found: a restored backup brings back what an erased person waited for.
    yield* erasures.prepare
    yield* partitions.gain(rows)
    standby = undefined
    log("info", `owns ${partitions.count()} partitions`)
    timers.lookNow()
    courier.lookNow()
    jobs.lookNow()
    erasures.lookNow()
  })
  const lost = (why: string) =>
    Effect.sync(() => {
      standby = why
      log("warn", `gives up its partitions: ${why}`)
      for (const partition of partitions.all()) partitions.lose(partition)
    })

  const sweeping = Effect.forever(Effect.andThen(clock.pause(sweepEveryMs), Effect.sync(door.sweep)))
  const breakUnlessStopped = (exit: Exit.Exit<never>) =>
    Effect.sync(() => {
      if (Exit.isFailure(exit) && !Exit.hasInterrupts(exit)) broke(Cause.pretty(exit.cause))
    })
  const begin = (loop: Effect.Effect<never>) => Effect.forkScoped(Effect.onExit(loop, breakUnlessStopped))
  // A scope ends what began last first: the lanes outlive what feeds them, so that they commit what waits.
  for (const lane of lanes) yield* begin(lane.run)
  yield* Effect.addFinalizer(() => shutDown)
  for (const loop of [ownership.keep({ gained, lost }), timers.run, courier.run, erasures.run, sweeping])
    yield* begin(loop)
  if (options.runJobs !== false) yield* begin(jobs.run)

  const shutDown = Effect.gen(function* () {
    yield* jobs.stop
    const patience = clock.steady() + drainMaxMs
    while (lanes.some((lane) => !lane.idle()) && clock.steady() < patience) yield* clock.pause(drainPollMs)
    for (const partition of partitions.all()) partitions.lose(partition)
    door.close()
    yield* ownership.release
  })

  return Engine.of({
    deliver: door.deliver,
    view: (address) => Effect.map(door.load(address), viewOf),
    status: Effect.sync(() => ({
      owner: ownership.owner,
      partitions: partitions.count(),
      actorsInMemory: loader.size(),
      waiting: door.waiting(),
      jobsRunning: jobs.running(),
      timersAhead: timers.size(),
      ready: storeDown === undefined && standby === undefined,
      ...(storeDown !== undefined ? { why: storeDown } : standby !== undefined ? { why: standby } : {})
    })),
    onCommit: (hear) =>
      Effect.sync(() => {
        hearers.add(hear)
        return () => {
          hearers.delete(hear)
        }
      })
  })
})

/** What a machine writes to the log is withheld when it may hold personal data. */
const shown = ({ logPersonal }: EngineOptions, actor: LiveActor, line: unknown): string =>
  actor.registered.personal.any && logPersonal !== true
    ? "a log line, withheld: the machine handles personal data"
    : JSON.stringify(line)
