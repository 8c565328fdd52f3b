import { createSecretKey } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { addressOf, streamOf } from "../../../actors/address.ts"
import { foldActor, type LiveActor, newActor } from "../../../actors/machine/live-actor.ts"
import type { MachineRegistry, RegisteredMachine } from "../../../actors/machine/machine-registry.ts"
import { persist } from "../../../actors/machine/persisted-state.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { Partition, StoredActor } from "../../../eventstore/log/stored-rows.ts"
import { MasterKeys } from "../../../eventstore/personal/master-keys.ts"
import { subjectBound } from "../../../eventstore/personal/subject-keys.ts"

/** Which actors: of one company or all, of one machine or all. */
export interface MigrationScope {
  readonly company?: string
  readonly machine?: string
}

/**
 * What an actor of another version would do at its next event. `keep`: its version is listed. `byMigrate`, `asItIs`:
 * its last snapshot is taken over, by `migrate` or unchanged. `byFold`: it has no snapshot, and is folded anew.
 * `parked`: its events would be refused. `ended`, `erased`: nothing comes any more. `locked`: can't be tried here.
 */
export const outcomes = [
  "keep",
  "byMigrate",
  "asItIs",
  "byFold",
  "parked",
  "ended",
  "erased",
  "locked"
] as const
export type Outcome = (typeof outcomes)[number]

/** Actors of one machine on one version that is not the present one, by what they would do. */
export interface VersionPlan {
  readonly machine: string
  readonly from: string
  readonly to: string
  readonly counts: Readonly<Record<Outcome, number>>
}

/** An actor that could not go on, and why. */
export interface ParkedActor {
  readonly address: string
  readonly from: string
  readonly why: string
}

/** What would happen if every actor took one more event. */
export interface MigrationPlan {
  readonly events: number
  readonly actors: number
  /** Actors on the present version of their machine. */
  readonly current: number
  /** Actors of machines that are not listed, by machine. */
  readonly unlisted: Readonly<Record<string, number>>
  readonly versions: ReadonlyArray<VersionPlan>
  /** The first `parkedMax`. */
  readonly parked: ReadonlyArray<ParkedActor>
}

/** How much is read at once and told at most. */
export const migrationLimits = { pageEvents: 1000, actorsOfOneLoad: 100, parkedMax: 1000 } as const

type Progress = (what: "read" | "tried", done: number, total: number) => void

/** The version that an actor's last event was taken with, by its address without the company. */
interface Last {
  readonly company: string
  readonly partition: number
  readonly stream: string
  readonly version: string
}

/** Reads where all actors stand and tries those whose version is gone. Writes nothing. */
export const planMigration = Effect.fnUntraced(function* (
  registry: MachineRegistry,
  { company, machine }: MigrationScope,
  progress: Progress = () => {}
) {
  const store = yield* EventStore
  const partitions = yield* store.partitions(company)
  const { events, lasts } = yield* readLasts(partitions, (done, total) => progress("read", done, total))
  const of = (last: Last) => last.stream.slice(0, last.stream.indexOf("/"))
  const chosen = machine === undefined ? lasts : lasts.filter((last) => of(last) === machine)
  const draft = new PlanDraft(events, chosen.length)
  const toTry: Array<Last> = []
  for (const last of chosen) {
    const registered = registry.get(of(last))
    if (registered === undefined) draft.unlist(of(last))
    else if (registered.versions.get(last.version) === registered.current) draft.current++
    else if (registered.versions.has(last.version)) draft.count(registered, last, "keep")
    else toTry.push(last)
  }
  for (let first = 0; first < toTry.length; first += migrationLimits.actorsOfOneLoad) {
    progress("tried", first, toTry.length)
    const group = toTry.slice(first, first + migrationLimits.actorsOfOneLoad)
    yield* tryGroup(registry, group, draft)
  }
  return draft.finish()
})

const readLasts = Effect.fnUntraced(function* (
  partitions: ReadonlyArray<Partition>,
  progress: (done: number, total: number) => void
) {
  const store = yield* EventStore
  const total = partitions.reduce((sum, { position }) => sum + position, 0)
  const lasts: Array<Last> = []
  let events = 0
  for (const { company, partition } of partitions) {
    const versions = new Map<string, string>()
    for (let after = 0; ; ) {
      const page = yield* store.readPartition(company, partition, after, migrationLimits.pageEvents)
      for (const { stream, machineVersion } of page) versions.set(stream, machineVersion)
      events += page.length
      progress(events, Math.max(total, events))
      if (page.length < migrationLimits.pageEvents) break
      after = page.at(-1)!.position
    }
    for (const [stream, version] of versions) lasts.push({ company, partition, stream, version })
  }
  return { events, lasts }
})

/** Loads the actors as the engine would, on copies, and notes what came of it. */
const tryGroup = Effect.fnUntraced(function* (
  registry: MachineRegistry,
  group: ReadonlyArray<Last>,
  draft: PlanDraft
) {
  const store = yield* EventStore
  const masters = yield* MasterKeys
  const stored = yield* store.loadActors(
    group.map(({ company }) => company),
    group.map(({ stream }) => stream)
  )
  const byPlace = new Map(stored.map((actor) => [`${actor.company}/${actor.stream}`, actor]))
  for (const last of group) {
    const address = addressOf(last.company, last.stream)
    const registered = registry.get(address.machine)!
    const found = byPlace.get(`${last.company}/${last.stream}`)
    const actor = newActor(address, streamOf(address), { partition: last.partition, epoch: 0 }, registered)
    const tried = tryActor(actor, found, masters)
    draft.count(registered, last, tried.outcome)
    if (tried.outcome === "parked")
      draft.park({ address: `${last.company}/${last.stream}`, from: last.version, why: tried.why })
  }
})

type Tried =
  | { readonly outcome: Exclude<Outcome, "parked"> }
  | { readonly outcome: "parked"; readonly why: string }

const tryActor = (
  actor: LiveActor,
  stored: StoredActor | undefined,
  masters: MasterKeys["Service"]
): Tried => {
  const key = keyOf(stored, masters)
  if (key === "locked") return { outcome: "locked" }
  const folded = foldActor(actor, stored, key)
  if (Result.isFailure(folded)) return { outcome: "parked", why: folded.failure.message }
  if (actor.erased) return { outcome: "erased" }
  if (actor.state!.snapshot.status !== "active") return { outcome: "ended" }
  if (persist(actor.state!) === undefined) {
    return { outcome: "parked", why: "its context is not plain data, so it can't be migrated" }
  }
  if (stored?.snapshot === undefined) return { outcome: "byFold" }
  return { outcome: actor.registered.listed.migrate === undefined ? "asItIs" : "byMigrate" }
}

/** The key of the person that the actor is about, as the engine has it. */
const keyOf = (stored: StoredActor | undefined, masters: MasterKeys["Service"]) => {
  const subject = stored?.subject
  if (subject === undefined) return undefined
  const { company, wrapped, keyId } = subject
  if (wrapped === null) return "erased"
  const key = masters.unwrap(subjectBound(company, subject.subject), wrapped)
  return key === undefined
    ? "locked"
    : { keyId, subject: subject.subject, key: createSecretKey(key), nonce: neverSeals }
}

const neverSeals = (): never => {
  throw new Error("a dry run seals nothing")
}

/** The plan in the making. A class because counts of many kinds grow together. */
class PlanDraft {
  readonly events: number
  readonly actors: number
  current = 0
  readonly unlisted: Record<string, number> = {}
  readonly versions = new Map<string, VersionPlan & { readonly counts: Record<Outcome, number> }>()
  readonly parked: Array<ParkedActor> = []

  constructor(events: number, actors: number) {
    this.events = events
    this.actors = actors
  }

  unlist(machine: string) {
    this.unlisted[machine] = (this.unlisted[machine] ?? 0) + 1
  }

  count({ listed, current }: RegisteredMachine, { version: from }: Last, outcome: Outcome) {
    const key = `${listed.machine.id} ${from}`
    const known = this.versions.get(key) ?? {
      machine: listed.machine.id,
      from,
      to: current.version,
      counts: Object.fromEntries(outcomes.map((each) => [each, 0])) as Record<Outcome, number>
    }
    known.counts[outcome]++
    this.versions.set(key, known)
  }

  park(actor: ParkedActor) {
    if (this.parked.length < migrationLimits.parkedMax) this.parked.push(actor)
  }

  finish(): MigrationPlan {
    const { events, actors, current, unlisted, parked } = this
    const versions = [...this.versions.values()].toSorted(
      (a, b) => a.machine.localeCompare(b.machine) || a.from.localeCompare(b.from)
    )
    return { events, actors, current, unlisted, versions, parked }
  }
}
