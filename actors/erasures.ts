import * as Effect from "effect/Effect"
import type { EventStore, StoreUnavailable } from "../eventstore/event-store.ts"
import type { SubjectKeys } from "../eventstore/subject-keys.ts"
import type { StoredErasure, StreamCopies, SubjectStore } from "../eventstore/subject-store.ts"
import { type Address, addressOf } from "./address.ts"
import type { DeliverError, Delivered } from "./engine.ts"
import type { EngineClock } from "./engine-clock.ts"
import type { ErasureOrder } from "./partition.ts"
import { clearValuesOf } from "./redacted-state.ts"

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
 * leaves a request that the next look goes on with.
 */
export const makeErasures = (ports: ErasurePorts) => {
  const { store, subjects, keys, clock } = ports
  const counted = new Map<string, ReadonlyArray<StreamCopies>>()
  let wake = () => {}
  const woken = Effect.callback<void>((resume) => {
    wake = () => resume(Effect.void)
  })

  const clearValues = Effect.fnUntraced(function* (company: string, stream: string) {
    const clear = new Set<string>()
    for (let after = 0; ; ) {
      const page = yield* store.readStream(company, stream, after, pageEvents)
      clearValuesOf(page, clear)
      if (page.length < pageEvents) return clear
      after = page.at(-1)!.version
    }
  })

  const proveStream = Effect.fnUntraced(function* (request: StoredErasure, stream: string) {
    const { company, erasure, subject, by, reason } = request
    const clear = yield* clearValues(company, stream)
    const order = { erasure, subject, by, reason, clear }
    const done = yield* ports.erase(addressOf(company, stream), order)
    // Its actor never began, or was erased by a request that a crash cut off: only the mark is missing.
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
    if (now.every(({ erased }) => erased)) yield* finish(request, before, now)
  })

  const look = Effect.gen(function* () {
    const open = yield* Effect.result(subjects.erasures(null, true, readMax))
    if (open._tag === "Failure") return
    for (const request of open.success) {
      const done = yield* Effect.result(workOff(request))
      if (done._tag === "Success") continue
      const { _tag, message } = done.failure as StoreUnavailable
      if (_tag !== "StoreUnavailable") ports.log("error", `erasure ${request.erasure} waits: ${message}`)
    }
  })

  return {
    lookNow: () => wake(),
    run: Effect.gen(function* () {
      while (true) {
        yield* look
        yield* Effect.raceFirst(clock.sleepUntil(clock.now() + lookEveryMs), woken)
      }
    }) as Effect.Effect<never>
  }
}

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
