import * as Effect from "effect/Effect"
import type { EventStore } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import type { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import type { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import type { Job } from "../jobs/job-attempts.ts"
import type { JobHandler } from "../jobs/job-handler.ts"
import { jobOf, resultInput } from "../jobs/job-results.ts"
import { JobRunner } from "../jobs/job-runner.ts"
import { ownHandler } from "../jobs/own-handler.ts"
import { expectsFailure, viewOf } from "../machine/live-actor.ts"
import type { MachineRegistry } from "../machine/machine-registry.ts"
import { Subscribers } from "../subscribers.ts"
import { ActorLoader, type Loaded } from "./actor-loader.ts"
import { CommitDraft } from "./commit-draft.ts"
import { Door } from "./door.ts"
import type { CommitHint, Engine, EngineStatus } from "./engine.ts"
import type { EngineClock, Fork } from "./engine-clock.ts"
import type { EngineOptions } from "./engine-options.ts"
import { Erasures } from "./erasures.ts"
import { type Lane, makeLane } from "./lane.ts"
import { Outbox } from "./outbox.ts"
import { OwnInputs } from "./own-inputs.ts"
import { OwnedPartitions } from "./owned-partitions.ts"
import { type Lacking, notYet, type Ownership, type Standby } from "./ownership.ts"
import type { OwnedPartition } from "./partition.ts"
import { StoppedActors } from "./stopped/stopped-actors.ts"
import { seeTo } from "./stopped/stopped-orders.ts"
import { TimerQueue } from "./timer-queue.ts"
import type { CommittedJob, WorkingActor } from "./working-actor.ts"

/** What an engine is made of from outside. */
export interface EngineParts {
  readonly store: EventStore["Service"]
  readonly history: History["Service"]
  readonly keys: SubjectKeys["Service"]
  readonly subjects: SubjectStore["Service"]
  readonly ownership: Ownership["Service"]
  readonly clock: EngineClock["Service"]
  readonly fork: Fork
  readonly registry: MachineRegistry
  readonly handlers: ReadonlyMap<string, JobHandler>
  readonly options: EngineOptions
}

const drainPollMs = 5
const drainMaxMs = 5000

/** The parts of a running engine, and what goes from one to another. */
export class EngineCore {
  readonly parts: EngineParts
  readonly lanes: ReadonlyArray<Lane>
  readonly door: Door
  readonly jobs: JobRunner
  readonly timers: TimerQueue
  readonly outbox: Outbox
  readonly erasures: Erasures
  readonly stopped: StoppedActors
  private readonly own: OwnInputs
  readonly commits = new Subscribers<CommitHint>()
  private readonly loader: ActorLoader
  private readonly partitions: OwnedPartitions
  /** Why nothing can be stored now, or nothing is owned; undefined while all is well. */
  private storeDown: string | undefined
  private standby: Standby | undefined = notYet

  constructor(parts: EngineParts) {
    const { store, options } = parts
    this.parts = parts
    this.stopped = this.makeStopped()
    const loaded = (loaded: Loaded) => this.stopped.loaded(loaded)
    this.loader = new ActorLoader({ ...parts, loaded, actorsInMemory: options.limits.actorsInMemory })
    this.lanes = Array.from({ length: options.limits.lanes }, () => this.makeLane())
    this.partitions = new OwnedPartitions({
      ...{ store, lanes: this.lanes },
      onLost: ({ company, partition }) => {
        for (const each of [this.loader, this.timers, this.jobs, this.stopped])
          each.forget(company, partition)
      }
    })
    this.door = this.makeDoor()
    this.own = new OwnInputs({ ...parts, door: this.door, partitions: this.partitions, log: this.logError })
    this.jobs = this.makeJobs()
    this.timers = this.makeTimers()
    this.outbox = new Outbox({ ...parts, ...this.partitions, deliver: this.door.deliver, log: this.logError })
    this.erasures = this.makeErasures()
  }

  /** The actor as it is now. */
  readonly view: Engine["Service"]["view"] = (address) => Effect.map(this.door.load(address), viewOf)

  readonly status = Effect.sync((): EngineStatus => {
    const down = this.storeDown
    const lack = down === undefined ? this.standby : { why: down, lacks: "storeUnavailable" as const }
    return {
      owner: this.parts.ownership.owner,
      partitions: this.partitions.count,
      actorsInMemory: this.loader.size,
      waiting: this.door.waiting,
      jobsRunning: this.jobs.running,
      timersAhead: this.timers.size,
      actorsInError: this.stopped.counts.error,
      actorsParked: this.stopped.counts.parked,
      ready: lack === undefined,
      ...lack
    }
  })

  readonly gained = Effect.fnUntraced(
    { self: this },
    function* (this: EngineCore, rows: ReadonlyArray<Partition>) {
      // Before the first job of theirs is found: a restored backup brings back what an erased person waited for.
      yield* Effect.ignore(this.erasures.prepare)
      yield* this.partitions.gain(rows)
      // Before the first timer of theirs: an actor whose step does not end must not take it again.
      yield* this.stopped.look
      this.standby = undefined
      this.log("info", `owns ${this.partitions.count} partitions`)
      for (const each of [this.timers, this.outbox, this.jobs, this.erasures]) each.lookNow()
    }
  )

  readonly lost = (why: string, lacks: Lacking = "notOwner"): Effect.Effect<void> =>
    Effect.sync(() => {
      this.standby = { why, lacks }
      this.log("warn", `gives up its partitions: ${why}`)
      for (const partition of this.partitions.all) this.partitions.lose(partition)
    })

  /** Takes nothing more, commits what waits, and gives up the partitions. */
  readonly shutDown = Effect.gen({ self: this }, function* (this: EngineCore) {
    const { clock, ownership } = this.parts
    yield* this.jobs.stop
    const patience = clock.steady() + drainMaxMs
    while (this.lanes.some((lane) => !lane.idle()) && clock.steady() < patience)
      yield* clock.pause(drainPollMs)
    for (const partition of this.partitions.all) this.partitions.lose(partition)
    this.door.close()
    yield* ownership.release
  })

  private log(level: "info" | "warn" | "error", message: string) {
    this.parts.options.log?.(level, message)
  }
  private readonly logError = (message: string) => this.log("error", message)

  /** XState passes over a custom action that nobody implements; so do we. */
  private readonly isNobodys = ({ child, action, name }: CommittedJob): boolean =>
    child === undefined && action?.exec === undefined && !this.parts.handlers.has(name)

  private makeLane(): Lane {
    const { store, clock, options } = this.parts
    const { batchMax, snapshotEvery, stepTimeoutMs } = options.limits
    return makeLane({
      store,
      batchMax,
      stepTimeoutMs,
      isWatched: () => this.stopped.isWatching,
      hung: (actor, message) => this.stopped.hung(actor, message),
      newDraft: () => new CommitDraft({ now: clock.now(), snapshotEvery, isNobodys: this.isNobodys }),
      committed: (draft) => this.committed(draft),
      partitionLost: (partition, why) => this.partitionLost(partition, why),
      storeAnswers: (answers, why) => {
        if (answers !== (this.storeDown === undefined))
          this.log(answers ? "info" : "error", answers ? "the database answers again" : why)
        this.storeDown = answers ? undefined : why
      },
      putOff: (why) =>
        this.log("error", `something is not stored, while other things are; it is tried again: ${why}`)
    })
  }

  private partitionLost(partition: OwnedPartition, why: string) {
    this.log("warn", `partition ${partition.company}/${partition.partition} is lost: ${why}`)
    this.partitions.lose(partition)
    // Nobody must be sent here while another process has them all.
    if (this.partitions.count === 0) this.standby = { ...notYet, why }
    this.parts.ownership.lookNow()
  }

  /** What was asked for in a commit begins once it stands. */
  private committed(draft: CommitDraft) {
    const { options } = this.parts
    this.stopped.committed(draft)
    for (const working of draft.workings.values()) {
      const { actor, cancelledJobs, messages, state } = working
      const { company, partition, stream } = actor
      if (working.erased) for (const each of [this.jobs, this.outbox]) each.forgetStream(company, stream)
      for (const job of cancelledJobs) this.jobs.cancel(company, stream, job)
      if (options.runJobs !== false)
        for (const job of working.jobs) this.jobs.start(jobOf(job, draft.options.now))
      for (const message of messages) this.outbox.send(message)
      this.logLines(working)
      for (const timer of state?.timers ?? []) this.timers.set({ company, partition, stream, ...timer })
    }
    if (!this.commits.none) this.tellCommits(draft)
  }

  /** What a machine writes to the log is withheld when it may hold personal data. */
  private logLines({ actor, logs }: WorkingActor) {
    const isShown = !actor.registered.personal.any || this.parts.options.logPersonal === true
    for (const line of logs) {
      const shown = isShown ? JSON.stringify(line) : "a log line, withheld: the machine handles personal data"
      this.log("info", `${actor.company}/${actor.stream}: ${shown}`)
    }
  }

  private tellCommits(draft: CommitDraft) {
    for (const { company, partition, position } of draft.progress.keys()) {
      const streams = [...draft.workings.keys()]
        .filter((actor) => actor.company === company && actor.partition === partition)
        .map((actor) => actor.stream)
      this.commits.tell({ company, partition, position, streams })
    }
  }

  private makeDoor(): Door {
    const { options, ownership } = this.parts
    return new Door({
      ...this.parts,
      loader: this.loader,
      partitions: this.partitions,
      stopped: this.stopped,
      limits: options.limits,
      startInput: options.startInput,
      storeDown: () => this.storeDown,
      lookForPartitions: ownership.lookNow
    })
  }

  private makeJobs(): JobRunner {
    const { options, ownership, clock } = this.parts
    return new JobRunner({
      ...this.parts,
      ...this.partitions,
      limits: options.limits,
      holdsLease: ownership.holdsLease,
      isErasing: ({ company, stream }) => this.erasures.isErasing(company, stream),
      log: (message) => this.log("warn", message),
      handlerOf: (job) => this.handlerOf(job),
      ended: (job, type, result) => this.own.deliver(job, resultInput(job, clock.now(), type, result)),
      expectsFailure: (job) =>
        this.own.load(job).pipe(
          Effect.map((actor) => expectsFailure(actor, job.child!)),
          Effect.catch(() => Effect.succeed(false))
        )
    })
  }

  /** Ours, or the machine's own function. */
  private handlerOf(job: Job): Effect.Effect<JobHandler | undefined> {
    const handler = this.parts.handlers.get(job.name)
    if (handler !== undefined) return Effect.succeed(handler)
    return this.own.load(job).pipe(
      Effect.flatMap((actor) => ownHandler(this.parts.history, actor, job)),
      Effect.catch(() => Effect.succeed(undefined))
    )
  }

  private makeTimers(): TimerQueue {
    return new TimerQueue({
      ...this.parts,
      ...this.partitions,
      fire: (timer) => {
        const causation = `${timer.stream}@${timer.setBy}`
        const data = { timer: timer.timer }
        this.parts.fork(this.own.deliver(timer, { type: "TimerFired", data, causation, timer }))
      }
    })
  }

  private makeStopped(): StoppedActors {
    const { registry, options } = this.parts
    return new StoppedActors({
      ...this.parts,
      places: () => this.partitions.places(),
      seeTo: (stopped) => seeTo({ ...this.parts, door: this.door }, stopped),
      goesOn: (company, stream) => {
        this.outbox.retryTo(company, stream)
        this.timers.lookNow()
      },
      versionOf: (stream) => registry.get(stream.slice(0, stream.indexOf("/")))?.current.version,
      log: (level, message) => this.log(level, message),
      watchedMs: options.limits.watchedMs,
      logsPersonal: options.logPersonal === true
    })
  }

  private makeErasures(): Erasures {
    return new Erasures({
      ...this.parts,
      log: (level, message) => this.log(level, message),
      partitions: this.partitions,
      places: this.parts.options.erasureTargets ?? [],
      erase: (to, erasure) =>
        this.door.order(to, { principal: "engine", causation: `erasure/${erasure.erasure}` }, { erasure })
    })
  }
}
