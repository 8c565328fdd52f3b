import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { EventStore } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import type { StoredErasure, StreamCopies, SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { type Address, addressOf } from "../address.ts"
import { pollLoop, Wake } from "../poll-loop.ts"
import type { DeliverError, Delivered } from "./engine.ts"
import type { EngineClock } from "./engine-clock.ts"
import type { OwnedPartitions } from "./owned-partitions.ts"
import type { ErasureOrder } from "./partition.ts"
import { gatherValues, type KnownValues } from "./redacted-state.ts"

/** Somewhere outside the event store that holds copies of personal data: a read model, an index, a cache. */
export interface ErasureTarget {
  readonly name: string
  /** Takes all that is about the person away; gives how many things that were. Tried again until it succeeds. */
  readonly erase: (
    company: string,
    subject: string,
    streams: ReadonlyArray<string>
  ) => Effect.Effect<number, { readonly message: string }>
}

/** What a place answered. */
export interface PlaceAnswer {
  readonly place: string
  readonly erased: number
}

/** How an erasure ended: what every place answered, and what is left, which is nothing. */
export interface ErasureReport {
  readonly subject: string
  readonly by: string
  readonly reason: string
  readonly streams: ReadonlyArray<{
    readonly stream: string
    readonly proof: number
    readonly events: number
  }>
  readonly places: ReadonlyArray<PlaceAnswer>
  /** Ciphertexts, snapshots, jobs, messages and timers that are still there. */
  readonly left: number
}

/** What the loop needs of the engine around it. */
export interface ErasurePorts {
  readonly store: EventStore["Service"]
  readonly history: History["Service"]
  readonly subjects: SubjectStore["Service"]
  readonly keys: SubjectKeys["Service"]
  readonly clock: EngineClock["Service"]
  readonly places: ReadonlyArray<ErasureTarget>
  /** Puts the order into the actor's next commit; `stale` when it was done before. */
  readonly erase: (to: Address, order: ErasureOrder) => Effect.Effect<Delivered | "stale", DeliverError>
  readonly partitions: OwnedPartitions
  readonly log: (level: "info" | "error", message: string) => void
}

const lookEveryMs = 2000
const readMax = 100
const pageEvents = 1000

/**
 * Works off the requests to erase a person: each of its streams gets the proof from the stream's owner; when all have
 * it, the places outside answer, and the key and the ciphertexts go. Every step may come twice, so a crash anywhere
 * leaves a request that the next look goes on with. A legal hold stops it before the next step.
 */
export class Erasures {
  private readonly ports: ErasurePorts
  private readonly counted = new Map<string, ReadonlyArray<StreamCopies>>()
  /** Why a request waits, as it was logged. */
  private readonly logged = new Map<string, string>()
  private erasing: ReadonlySet<string> = new Set()
  private readonly wake = new Wake()

  constructor(ports: ErasurePorts) {
    this.ports = ports
  }

  isErasing(company: string, stream: string): boolean {
    return this.erasing.has(`${company}/${stream}`)
  }

  lookNow(): void {
    this.wake.now()
  }

  get run(): Effect.Effect<never> {
    const { clock } = this.ports
    const pause = () => clock.sleepUntil(clock.now() + lookEveryMs)
    return pollLoop({ look: this.look, pause, wake: this.wake })
  }

  /** Learns who is to be erased, so that nothing new is begun for them; gives the requests that nothing holds. */
  readonly prepare = Effect.gen({ self: this }, function* (this: Erasures) {
    const streams = new Set<string>()
    const open = yield* this.openRequests
    for (const { company, subject } of open) {
      for (const { stream, erased } of yield* this.ports.subjects.copiesOf(company, subject)) {
        if (!erased) streams.add(`${company}/${stream}`)
      }
    }
    this.erasing = streams
    return open
  })

  private readonly look = Effect.gen({ self: this }, function* (this: Erasures) {
    const open = yield* Effect.result(this.prepare)
    if (open._tag === "Failure") return
    for (const request of open.success) {
      const done = yield* Effect.exit(this.workOff(request))
      if (Exit.isSuccess(done) || Exit.hasInterrupts(done)) continue
      const failure = done.cause.reasons.find((reason) => reason._tag === "Fail")?.error
      // One that breaks in a way that nobody foresaw must not keep the others from being erased.
      if (failure === undefined) this.logWaiting(request, "error", "a place broke")
      else if (!isUnavailable(failure)) this.logWaiting(request, "error", failure.message)
    }
  })

  private readonly openRequests = Effect.gen({ self: this }, function* (this: Erasures) {
    const { subjects } = this.ports
    const open = yield* subjects.erasures(null, true, readMax)
    if (open.length === 0) return open
    const holds = yield* subjects.holds(null)
    const isHeld = ({ company, subject }: StoredErasure) =>
      holds.some((hold) => hold.company === company && hold.subject === subject)
    for (const request of open.filter(isHeld))
      this.logWaiting(request, "info", "its person is under legal hold")
    return open.filter((request) => !isHeld(request))
  })

  private readonly workOff = Effect.fnUntraced(
    { self: this },
    function* (this: Erasures, request: StoredErasure) {
      const { subjects, partitions } = this.ports
      const isOurs = (company: string, stream: string) => typeof partitions.of(company, stream) === "object"
      const { company, subject, erasure } = request
      const copies = yield* subjects.copiesOf(company, subject)
      // What there was before the first stream was erased, for the report.
      const before = this.counted.get(erasure) ?? copies
      this.counted.set(erasure, before)
      for (const { stream, erased } of copies) {
        if (!erased && isOurs(company, stream)) yield* proveStream(this.ports, request, stream)
      }
      const now = yield* subjects.copiesOf(company, subject)
      // The owner of the first stream ends it: what it keeps in memory goes with the rest.
      const isLast = now.length === 0 || isOurs(company, now[0]!.stream)
      if (!isLast || !now.every(({ erased }) => erased)) return
      yield* finish(this.ports, request, before, now)
      this.counted.delete(erasure)
      this.logged.delete(erasure)
    }
  )

  private logWaiting({ erasure }: StoredErasure, level: "info" | "error", why: string) {
    if (this.logged.get(erasure) === why) return
    this.logged.set(erasure, why)
    this.ports.log(level, `erasure ${erasure} waits: ${why}`)
  }
}

/** Undefined when some personal value can't be read: then nothing tells what is personal in the state. */
const knownValues = Effect.fnUntraced(function* (
  { store, history }: ErasurePorts,
  company: string,
  stream: string
) {
  const known: KnownValues = { clear: new Set(), personal: new Set() }
  for (let after = 0; ; ) {
    const page = yield* store.readStream(company, stream, after, pageEvents)
    const opened = yield* history.open(page)
    if (opened.some(({ withheld }) => withheld !== undefined)) return undefined
    for (const [n, event] of page.entries()) gatherValues(event, opened[n]!, known)
    if (page.length < pageEvents) return known
    after = page.at(-1)!.version
  }
})

const proveStream = Effect.fnUntraced(function* (
  ports: ErasurePorts,
  { company, erasure, subject, by, reason }: StoredErasure,
  stream: string
) {
  const known = yield* knownValues(ports, company, stream)
  const done = yield* ports.erase(addressOf(company, stream), { erasure, subject, by, reason, known })
  // Its history came with the proof in it, from an export: only the mark is missing.
  if (done === "stale") yield* markErased(ports, company, stream)
})

const markErased = ({ partitions }: ErasurePorts, company: string, stream: string) => {
  const partition = partitions.of(company, stream)
  if (typeof partition !== "object") return Effect.succeed(false)
  const place = { company, partition: partition.partition, stream }
  return partitions.note(place, (batch) => batch.streamErased(place))
}

const finish = Effect.fnUntraced(function* (
  { places, subjects, keys, log }: ErasurePorts,
  { company, subject, erasure, by, reason }: StoredErasure,
  before: ReadonlyArray<StreamCopies>,
  now: ReadonlyArray<StreamCopies>
) {
  const streams = now.map(({ stream }) => stream)
  const answers: Array<PlaceAnswer> = []
  for (const place of places) {
    answers.push({ place: place.name, erased: yield* place.erase(company, subject, streams) })
  }
  const ciphertexts = yield* subjects.destroySubject(company, subject)
  keys.forget(company, subject)
  const left = yield* subjects.copiesOf(company, subject)
  const report: ErasureReport = {
    subject,
    by,
    reason,
    streams: now.map(({ stream, events }) => ({ stream, proof: events, events })),
    places: [...storePlaces(before, ciphertexts), ...answers],
    left: left.reduce((sum, each) => sum + copiesIn(each), 0)
  }
  yield* subjects.finishErasure(company, erasure, JSON.stringify(report))
  log("info", `erasure ${erasure} of ${company} is done: ${streams.length} streams`)
})

/** That is told by others, and passes. */
const isUnavailable = (failure: { readonly message: string }) =>
  "_tag" in failure && failure._tag === "StoreUnavailable"

const copiesIn = ({ sealed, snapshots, jobs, messages, timers }: StreamCopies): number =>
  sealed + snapshots + jobs + messages + timers

/** The places within the event store: the commit that holds the proof emptied them. */
const storePlaces = (
  before: ReadonlyArray<StreamCopies>,
  ciphertexts: number
): ReadonlyArray<PlaceAnswer> => {
  const sum = (of: (copies: StreamCopies) => number) => before.reduce((all, each) => all + of(each), 0)
  return [
    { place: "key", erased: 1 },
    { place: "ciphertexts of events", erased: ciphertexts },
    { place: "snapshots", erased: sum(({ snapshots }) => snapshots) },
    { place: "jobs", erased: sum(({ jobs }) => jobs) },
    { place: "messages between actors", erased: sum(({ messages }) => messages) },
    { place: "timers", erased: sum(({ timers }) => timers) }
  ]
}
