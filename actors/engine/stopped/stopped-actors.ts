import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Json } from "../../../eventstore/database/json.ts"
import type { EventStore, NewStopped, Places } from "../../../eventstore/log/event-store.ts"
import type { StoppedActor } from "../../../eventstore/log/stored-rows.ts"
import type { LiveActor } from "../../machine/live-actor.ts"
import { errorAsJson } from "../../machine/persisted-state.ts"
import { pollLoop, Wake } from "../../poll-loop.ts"
import type { Loaded } from "../actor-loader.ts"
import type { CommitDraft } from "../commit-draft.ts"
import type { EngineClock, Fork } from "../engine-clock.ts"

/** Why an actor does not go on. Only those of a step stand in the way of the next event: loading tells the others. */
export type StopReason = "threw" | "fact" | "hung" | "history" | "locked"

/** What is told of an actor that does not go on. */
export type Stop = Pick<NewStopped, "status" | "reason" | "message" | "version">

const stoppedBy = (actor: LiveActor, reason: StopReason, message: string | null): NewStopped => {
  const { company, partition, stream, version, running } = actor
  const status = reason === "threw" ? "error" : "parked"
  return { company, partition, stream, status, reason, message, version, machineVersion: running.version }
}

/** What the list of stopped actors needs of the engine around it. */
export interface StoppedPorts {
  readonly store: EventStore["Service"]
  readonly clock: EngineClock["Service"]
  readonly fork: Fork
  readonly places: () => Places
  /** The present version of the actor's machine; undefined when it is not listed. */
  readonly versionOf: (stream: string) => string | undefined
  /** Does what an operator asked for; gives why that can't be. */
  readonly seeTo: (stopped: StoppedActor) => Effect.Effect<string | undefined>
  /** What waited for it may come. */
  readonly goesOn: (company: string, stream: string) => void
  readonly log: (level: "info" | "error", message: string) => void
  /** Steps are watched for so long after a start that no clean end came before. */
  readonly watchedMs: number
  readonly logsPersonal: boolean
}

/** How many there are in the partitions of this process. */
export interface StoppedCounts {
  readonly error: number
  readonly parked: number
}

const lookEveryMs = 2000
const readMax = 10_000

const keyOf = ({ company, stream }: Pick<StoppedActor, "company" | "stream">) => `${company}/${stream}`

/** The actors of this process that do not go on: told once, counted, and kept in the database until they do. */
export class StoppedActors {
  private readonly ports: StoppedPorts
  private readonly known = new Map<string, NewStopped>()
  /** Those in error, and those whose step could not be stored under the present version: another one may try again. */
  private readonly barred = new Map<string, NewStopped>()
  /** What the database is to hold of an actor next: its row, or none. One fiber writes while there is any. */
  private readonly unwritten = new Map<string, Unwritten>()
  /** Changed here since the last look began: what that reads may be older. */
  private touched = new Set<string>()
  private readonly wake = new Wake()
  private watchedUntil = 0

  constructor(ports: StoppedPorts) {
    this.ports = ports
  }

  get counts(): StoppedCounts {
    const all = [...this.known.values()]
    const error = all.filter(({ status }) => status === "error").length
    return { error, parked: all.length - error }
  }

  /**
   * Whoever had the partitions did not give them back: perhaps a step did not end, and comes again. To watch each step
   * costs too much to do it always.
   */
  readonly watchAfterCrash = Effect.gen({ self: this }, function* (this: StoppedActors) {
    const { store, clock, watchedMs } = this.ports
    const rows = yield* Effect.result(store.partitions())
    if (rows._tag === "Success" && rows.success.some(({ owner }) => owner !== null))
      this.watchedUntil = clock.steady() + watchedMs
  })

  get isWatching(): boolean {
    return this.ports.clock.steady() < this.watchedUntil
  }

  /** What keeps the actor from its next event; undefined when nothing does. */
  stopOf({ company, stream, state, version }: LiveActor): Stop | undefined {
    if (state?.snapshot.status === "error")
      return { status: "error", reason: "threw", message: null, version }
    return this.barred.size === 0 ? undefined : this.barred.get(keyOf({ company, stream }))
  }

  /** A step of it does not end. */
  hung(actor: LiveActor, message: string): void {
    this.note(stoppedBy(actor, "hung", message))
  }

  /** It broke in this commit, drew facts that are not as declared, or its person was erased. */
  committed({ workings, wrongFacts }: CommitDraft): void {
    for (const { actor, broke, erased } of workings.values()) {
      if (broke !== undefined) this.broke(actor, broke)
      if (erased) this.clear(actor.company, actor.stream)
    }
    for (const [actor, { message }] of wrongFacts) this.note(stoppedBy(actor, "fact", message))
  }

  /** It can't be loaded, broke at a time when nobody wrote that down, or can be loaded again. */
  loaded(loaded: Loaded): void {
    if (Result.isFailure(loaded)) {
      const { failure } = loaded
      if (failure._tag === "ActorParked") this.note(stoppedBy(failure.actor, failure.reason, failure.message))
      return
    }
    const { company, stream, state } = loaded.success
    if (state?.snapshot.status === "error") this.broke(loaded.success, errorAsJson(state.snapshot.error))
    else if (this.barred.get(keyOf({ company, stream })) === undefined) this.clear(company, stream)
  }

  /** What a machine throws may hold what a person wrote: then it is neither stored here nor logged. */
  private broke(actor: LiveActor, error: Json): void {
    const message = typeof error === "string" ? error : JSON.stringify(error)
    const isPersonal = actor.registered.personal.any
    const shown = isPersonal && !this.ports.logsPersonal ? null : message
    this.note(stoppedBy(actor, "threw", isPersonal ? null : message), shown)
  }

  /** Puts it on the list. `shown` is what the log says of it. */
  private note(stopped: NewStopped, shown = stopped.message): void {
    const key = keyOf(stopped)
    const before = this.known.get(key)
    // It is in error, whether it can be folded under another version or not.
    if (before?.status === "error" && stopped.status === "parked") return
    this.remember(key, stopped)
    if (before?.status === stopped.status && before.reason === stopped.reason) return
    const why = shown ?? "what it says is withheld: the machine handles personal data"
    const how = stopped.status === "error" ? "ended in an error" : "is parked"
    this.ports.log("error", `${key} ${how} after version ${stopped.version} (${stopped.reason}): ${why}`)
    this.write(key, { stopped, isNoted: true })
  }

  /** It goes on: it could be loaded, was closed, or its person was erased. */
  clear(company: string, stream: string): void {
    const key = keyOf({ company, stream })
    const stopped = this.known.get(key)
    if (stopped === undefined) return
    this.drop(key)
    this.ports.log("info", `${key} is not stopped any more`)
    this.write(key, { stopped, isNoted: false })
    this.ports.goesOn(company, stream)
  }

  forget(company: string, partition: number): void {
    for (const [key, stopped] of this.known) {
      if (stopped.company === company && stopped.partition === partition) this.drop(key)
    }
  }

  lookNow(): void {
    this.wake.now()
  }

  /** Reads the list, which other processes and operators change too. */
  get run(): Effect.Effect<never> {
    const { clock } = this.ports
    const pause = () => clock.sleepUntil(clock.now() + lookEveryMs)
    return pollLoop({ look: this.look, pause, wake: this.wake })
  }

  readonly look = Effect.gen({ self: this }, function* (this: StoppedActors) {
    const places = this.ports.places()
    if (places.companies.length === 0) return
    this.touched = new Set(this.unwritten.keys())
    const read = yield* Effect.result(this.ports.store.stoppedIn(places, readMax))
    if (read._tag === "Failure") return
    const found = new Map(read.success.map((stopped) => [keyOf(stopped), stopped]))
    for (const key of this.known.keys()) if (!found.has(key) && !this.touched.has(key)) this.drop(key)
    for (const [key, stopped] of found) if (!this.touched.has(key)) this.remember(key, stopped)
    for (const [key, stopped] of found)
      if (stopped.asked !== null && !this.touched.has(key)) yield* this.seeTo(key, stopped)
  })

  /** What breaks again is noted anew by whoever sees it break. */
  private readonly seeTo = Effect.fnUntraced(
    { self: this },
    function* (this: StoppedActors, key: string, stopped: StoppedActor) {
      const { asked, askedBy, askedWhy, company, stream } = stopped
      this.ports.log("info", `${key}: ${askedBy} asked for ${asked}: ${askedWhy}`)
      if (asked !== "close") this.drop(key)
      const why = yield* this.ports.seeTo(stopped)
      // Whoever saw it break again, or could not load it, has noted that. Of a closed actor it says nothing.
      const isClosed = asked === "close" && why === undefined
      if (this.known.has(key) && !isClosed) return
      this.known.set(key, stopped)
      if (why === undefined) return this.clear(company, stream)
      this.ports.log("error", `${key}: ${asked} can't be done: ${why}`)
      this.remember(key, stopped)
      this.write(key, { stopped, isNoted: true })
    }
  )

  private remember(key: string, stopped: NewStopped) {
    this.known.set(key, stopped)
    const isOfStep = stopped.reason === "fact" || stopped.reason === "hung"
    const isBarred = isOfStep && this.ports.versionOf(stopped.stream) === stopped.machineVersion
    // Another version may not break there; but what it waited for is gone, and facts may be missing.
    if (isBarred || stopped.status === "error") this.barred.set(key, stopped)
  }

  private drop(key: string) {
    this.known.delete(key)
    this.barred.delete(key)
  }

  private write(key: string, change: Unwritten) {
    this.touched.add(key)
    this.unwritten.set(key, change)
    if (this.unwritten.size === 1) this.ports.fork(this.writeAll)
  }

  /** One after another, each until the database takes it or the partition is another's. */
  private readonly writeAll = Effect.gen({ self: this }, function* (this: StoppedActors) {
    const { store, clock } = this.ports
    for (let next = first(this.unwritten); next !== undefined; next = first(this.unwritten)) {
      const [key, change] = next
      const { stopped, isNoted } = change
      const writing = isNoted
        ? store.noteStopped(stopped)
        : store.clearStopped(stopped.company, stopped.stream)
      const written = yield* Effect.result(writing)
      if (written._tag === "Failure" && this.isOurs(stopped))
        yield* clock.sleepUntil(clock.now() + lookEveryMs)
      else if (this.unwritten.get(key) === change) this.unwritten.delete(key)
    }
  })

  private isOurs({ company, partition }: NewStopped): boolean {
    const { companies, partitions } = this.ports.places()
    return companies.some((each, n) => each === company && partitions[n] === partition)
  }
}

interface Unwritten {
  readonly stopped: NewStopped
  /** False when its row is to go. */
  readonly isNoted: boolean
}

const first = <A>(map: ReadonlyMap<string, A>): readonly [string, A] | undefined => {
  for (const entry of map) return entry
  return undefined
}
