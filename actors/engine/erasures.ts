import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { EventStore } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import type { StoredErasure, StreamCopies, SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { type Address, addressOf } from "../address.ts"
import type { DeliverError, Delivered } from "./engine.ts"
import type { EngineClock } from "./engine-clock.ts"
import type { ErasureOrder } from "./partition.ts"
import { gatherValues, type KnownValues } from "./redacted-state.ts"

/** Somewhere outside the event store that holds copies of personal data: a read model, an index, a cache. */
export interface ErasurePlace {
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
  readonly places: ReadonlyArray<ErasurePlace>
  /** Puts the order into the actor's next commit; `stale` when it was done before. */
  readonly erase: (to: Address, order: ErasureOrder) => Effect.Effect<Delivered | "stale", DeliverError>
  /** Marks the stream as erased in its partition's next commit. */
  readonly markErased: (company: string, stream: string) => Effect.Effect<boolean>
  readonly isOurs: (company: string, stream: string) => boolean
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
export const makeErasures = (ports: ErasurePorts) => {
  const { store, history, subjects, keys, clock } = ports
  const counted = new Map<string, ReadonlyArray<StreamCopies>>()
  /** Why a request waits, as it was logged. */
  const told = new Map<string, string>()
  let erasing: ReadonlySet<string> = new Set()
  let wake = () => {}
  const woken = Effect.callback<void>((resume) => {
    wake = () => resume(Effect.void)
  })

  /** Undefined when some personal value can't be read: then nothing tells what is personal in the state. */
  const knownValues = Effect.fnUntraced(function* (company: string, stream: string) {
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

  const proveStream = Effect.fnUntraced(function* (request: StoredErasure, stream: string) {
    const { company, erasure, subject, by, reason } = request
    const known = yield* knownValues(company, stream)
    const order = { erasure, subject, by, reason, known }
    const done = yield* ports.erase(addressOf(company, stream), order)
    // Its history came with the proof in it, from an export: only the mark is missing.
    if (done === "stale") yield* ports.markErased(company, stream)
  })

  const finish = Effect.fnUntraced(function* (
    request: StoredErasure,
    before: ReadonlyArray<StreamCopies>,
    now: ReadonlyArray<StreamCopies>
  ) {
    const { company, subject, erasure, by, reason } = request
    const streams = now.map(({ stream }) => stream)
    const places: Array<PlaceAnswer> = []
    for (const place of ports.places) {
      places.push({ place: place.name, erased: yield* place.erase(company, subject, streams) })
    }
    const ciphertexts = yield* subjects.destroySubject(company, subject)
    keys.forget(company, subject)
    const left = yield* subjects.copiesOf(company, subject)
    const report: ErasureReport = {
      subject,
      by,
      reason,
      streams: now.map(({ stream, events }) => ({ stream, proof: events, events })),
      places: [...storePlaces(before, ciphertexts), ...places],
      left: left.reduce((sum, each) => sum + copiesIn(each), 0)
    }
    yield* subjects.finishErasure(company, erasure, JSON.stringify(report))
    counted.delete(erasure)
    told.delete(erasure)
    ports.log("info", `erasure ${erasure} of ${company} is done: ${streams.length} streams`)
  })

  const workOff = Effect.fnUntraced(function* (request: StoredErasure) {
    const { company, subject, erasure } = request
    const copies = yield* subjects.copiesOf(company, subject)
    // What there was before the first stream was erased, for the report.
    const before = counted.get(erasure) ?? copies
    counted.set(erasure, before)
    for (const { stream, erased } of copies) {
      if (!erased && ports.isOurs(company, stream)) yield* proveStream(request, stream)
    }
    const now = yield* subjects.copiesOf(company, subject)
    // The owner of the first stream ends it: what it keeps in memory goes with the rest.
    const isOurs = now.length === 0 || ports.isOurs(company, now[0]!.stream)
    if (isOurs && now.every(({ erased }) => erased)) yield* finish(request, before, now)
  })

  const openRequests = Effect.gen(function* () {
    const open = yield* subjects.erasures(null, true, readMax)
    if (open.length === 0) return open
    const holds = yield* subjects.holds(null)
    const isHeld = ({ company, subject }: StoredErasure) =>
      holds.some((hold) => hold.company === company && hold.subject === subject)
    for (const request of open.filter(isHeld)) tellWaiting(request, "info", "its person is under legal hold")
    return open.filter((request) => !isHeld(request))
  })

  const tellWaiting = ({ erasure }: StoredErasure, level: "info" | "error", why: string) => {
    if (told.get(erasure) === why) return
    told.set(erasure, why)
    ports.log(level, `erasure ${erasure} waits: ${why}`)
  }

  const prepare = Effect.gen(function* () {
    const streams = new Set<string>()
    const open = yield* openRequests
    for (const { company, subject } of open) {
      for (const { stream, erased } of yield* subjects.copiesOf(company, subject)) {
        if (!erased) streams.add(`${company}/${stream}`)
      }
    }
    erasing = streams
    return open
  })

  const look = Effect.gen(function* () {
    const open = yield* Effect.result(prepare)
    if (open._tag === "Failure") return
    for (const request of open.success) {
      const done = yield* Effect.exit(workOff(request))
      if (Exit.isSuccess(done) || Exit.hasInterrupts(done)) continue
      const failure = done.cause.reasons.find((reason) => reason._tag === "Fail")?.error
      // One that breaks in a way that nobody foresaw must not keep the others from being erased.
      if (failure === undefined) tellWaiting(request, "error", "a place broke")
      else if (!isUnavailable(failure)) tellWaiting(request, "error", failure.message)
    }
  })

  return {
    lookNow: () => wake(),
    /** Learns who is to be erased, so that nothing new is begun for them. */
    prepare: Effect.ignore(prepare),
    isErasing: (company: string, stream: string) => erasing.has(`${company}/${stream}`),
    run: Effect.gen(function* () {
      while (true) {
        yield* look
        yield* Effect.raceFirst(clock.sleepUntil(clock.now() + lookEveryMs), woken)
      }
    }) as Effect.Effect<never>
  }
}

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
