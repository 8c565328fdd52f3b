import type { Address } from "../../actors/address.ts"
import { CommitDraft } from "../../actors/engine/commit-draft.ts"
import type { Delivery, OwnedPartition } from "../../actors/engine/partition.ts"
import { type LiveActor, newActor, stepInputOf } from "../../actors/machine/live-actor.ts"
import { type RegisteredMachine, registerMachines } from "../../actors/machine/machine-registry.ts"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { Batch } from "../../eventstore/log/batch.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { canonicalJson, firstLink } from "../../eventstore/proof/hash.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import type { Move } from "./moves.ts"

const startedAt = Date.UTC(2026, 0, 5, 12)

/** A machine made ready, alone on its list. */
export const registerOne = (
  listed: ListedMachine,
  handlers: ReadonlyArray<string> = []
): RegisteredMachine => {
  const registry = registerMachines([listed], handlers, () => {})
  if (registry._tag === "Failure") throw registry.failure
  return registry.success.get(listed.machine.id)!
}

/** One actor's stream as the engine writes it and as the database gives it back, without a database. */
export class StoredHistory {
  readonly actor: LiveActor
  readonly partition: OwnedPartition
  readonly events: Array<StoredEvent> = []
  /** What was committed, as a store takes it. */
  readonly batches: Array<Batch> = []
  readonly input: Json
  now = startedAt

  constructor(registered: RegisteredMachine, input: Json = null) {
    const address: Address = { company: "acme", machine: registered.listed.machine.id, id: "1" }
    const place = { company: "acme", partition: 1, epoch: 1 }
    // Stored in the clear: what is sealed has suites of its own.
    const personal = { ...registered.personal, any: false, ofEvent: () => undefined }
    this.actor = newActor(address, `${address.machine}/1`, place, { ...registered, personal })
    this.partition = {
      ...place,
      position: 0,
      head: firstLink,
      recordedAt: 0,
      waiting: [],
      lane: { wake: () => {} },
      lost: false
    }
    this.input = input
  }

  /** Delivers and commits one input. */
  take(type: string, data: JsonObject, more: Pick<Delivery, "timer" | "job"> = {}) {
    const options = { now: this.now, snapshotEvery: Number.MAX_SAFE_INTEGER, isNobodys: () => false }
    const draft = new CommitDraft(options)
    draft.deliver(this.partition, {
      kind: "delivery",
      actor: this.actor,
      type,
      data,
      text: canonicalJson(data),
      input: stepInputOf(type, data),
      envelope: { principal: "test" },
      startInput: this.input,
      settle: () => {},
      ...more
    })
    draft.finish()
    draft.apply()
    this.batches.push(draft.batch)
    this.events.push(...eventsOf(draft))
  }

  make(move: Move) {
    if (move.kind === "send") {
      const { type, ...data } = move.event
      this.take(type, data as JsonObject)
    } else if (move.kind === "advance") this.advance(move.ms)
    else if (move.kind === "settle") this.settle(move.nth, move.ok, move.value)
  }

  advance(ms: number) {
    const end = this.now + ms
    for (;;) {
      const next = this.actor.state?.timers.toSorted((a, b) => a.dueAt - b.dueAt)[0]
      if (next === undefined || next.dueAt > end) break
      this.now = Math.max(this.now, next.dueAt)
      this.take("TimerFired", { timer: next.timer }, { timer: next })
    }
    this.now = end
  }

  settle(nth: number, ok: boolean, value: Json) {
    const jobs = this.actor.state?.jobs ?? []
    const job = jobs[nth % Math.max(1, jobs.length)]
    if (job === undefined) return
    const outcome: JsonObject = ok ? { output: value } : { error: value }
    this.take(ok ? "JobSucceeded" : "JobFailed", { job: job.job, name: job.name, ...outcome }, job)
  }
}

const eventsOf = ({ batch }: CommitDraft): ReadonlyArray<StoredEvent> =>
  Array.from({ length: batch.events.size }, (_, n) => {
    const row = batch.events.columns.map((column) => column[n])
    const [company, partition, position, stream, version, kind, type, schemaVersion, data] = row
    const [sealed, sealedHash, keyId, occurredAt, recordedAt, causation, correlation] = row.slice(9)
    const [principal, machineVersion, payloadHash, link] = row.slice(16)
    // biome-ignore format: the order of the columns
    return {
      company, partition, position, stream, version, kind, type, schemaVersion,
      data: JSON.parse(data as string), dataText: data, sealed, sealedHash, keyId, occurredAt, recordedAt, causation,
      correlation, principal, machineVersion, payloadHash, link
    } as StoredEvent
  })
