import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { giveKey } from "../../../actors/actor-key.ts"
import { type Address, formatAddress, streamOf } from "../../../actors/address.ts"
import { CommitDraft } from "../../../actors/engine/commit-draft.ts"
import { partitionOf } from "../../../actors/engine/owned-partitions.ts"
import type { Delivery, OwnedPartition } from "../../../actors/engine/partition.ts"
import { type LiveActor, newActor, stepInputOf } from "../../../actors/machine/live-actor.ts"
import type { MachineRegistry } from "../../../actors/machine/machine-registry.ts"
import type { Json, JsonObject } from "../../../eventstore/database/json.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { SubjectKeys } from "../../../eventstore/personal/subject-keys.ts"
import { canonicalJson } from "../../../eventstore/proof/hash.ts"

/** An input of an actor, with the time at which it is to stand in the log. Times are epoch ms. */
export interface PastInput {
  readonly address: Address
  readonly at: number
  readonly happenedAt: number
  readonly type: string
  readonly data: JsonObject
  readonly by: string
  readonly cause: string | undefined
}

/** The machines, or the company, are not those that the past was made with; nothing was written. */
export class PastRefused extends Schema.TaggedError<PastRefused>()("PastRefused", {
  message: Schema.String
}) {}

/** What was written. */
export interface WrittenPast {
  readonly events: number
  readonly actors: number
}

const owner = "demo-history"
const leaseMs = 60_000
const claimMost = 1000
/** Steps taken before the server's other work gets its turn. */
const stepsAtOnce = 200
/** A stream is never longer than this: no snapshot is needed to load it. */
const snapshotNever = 1_000_000

/**
 * Writes inputs of the past, in the order of their times, as the engine would have written them then: the machines
 * take the steps, and what they emit, the timers and the chain are made by the engine's own commit. What they ask of
 * the world is not asked again: the answers are among the inputs. One append writes all of it or nothing.
 * `startInputs` has what each actor starts with, by its address.
 */
export const writePast = Effect.fn("writePast")(function* (
  company: string,
  inputs: ReadonlyArray<PastInput>,
  registry: MachineRegistry,
  startInputs: ReadonlyMap<string, Json>
) {
  const store = yield* EventStore
  yield* store.release(owner)
  const partitions = (yield* store.claim(owner, leaseMs, claimMost))
    .filter((each) => each.company === company)
    .sort((one, other) => one.partition - other.partition)
    .map((each): OwnedPartition => ({ ...each, waiting: [], lane: { wake: () => {} }, lost: false }))
  const actors = yield* actorsOf(inputs, partitions, registry, startInputs)
  let now = inputs[0]?.at ?? 0
  const draft = new CommitDraft({
    // As the log goes on, so does its clock.
    get now() {
      return now
    },
    snapshotEvery: snapshotNever,
    isNobodys: () => false
  })
  for (const [n, input] of inputs.entries()) {
    now = input.at
    for (const progress of draft.progress.values()) progress.recordedAt = Math.max(progress.recordedAt, now)
    const actor = actors.get(formatAddress(input.address))!
    draft.deliver(partitions[actor.partition - 1]!, deliveryOf(actor, input, startInputs))
    if (n % stepsAtOnce === 0) yield* Effect.sleep(0)
  }
  const wrong = misfit(draft)
  if (wrong !== undefined) return yield* new PastRefused({ message: wrong })
  finish(draft)
  yield* store.append(draft.batch)
  yield* store.release(owner)
  return { events: draft.batch.events.size, actors: actors.size } satisfies WrittenPast
})

/** The actors without any history, with the keys of the persons that they are about. */
const actorsOf = Effect.fnUntraced(function* (
  inputs: ReadonlyArray<PastInput>,
  partitions: ReadonlyArray<OwnedPartition>,
  registry: MachineRegistry,
  startInputs: ReadonlyMap<string, Json>
) {
  const keys = yield* SubjectKeys
  const actors = new Map<string, LiveActor>()
  for (const { address } of inputs) {
    const id = formatAddress(address)
    if (actors.has(id)) continue
    const registered = registry.get(address.machine)
    if (registered === undefined)
      return yield* new PastRefused({ message: `no machine is called ${address.machine}` })
    const stream = streamOf(address)
    const partition = partitions[partitionOf(stream, partitions.length) - 1]!
    actors.set(id, newActor(address, stream, partition, registered))
  }
  const giveAll = [...actors].map(([id, actor]) => giveKey(keys, actor, startInputs.get(id)))
  yield* Effect.all(giveAll, { concurrency: "unbounded", discard: true })
  return actors
})

const deliveryOf = (
  actor: LiveActor,
  { type, data, by, cause, happenedAt }: PastInput,
  startInputs: ReadonlyMap<string, Json>
): Delivery => {
  const setBy = Number(cause?.split("@")[1])
  return {
    kind: "delivery",
    actor,
    type,
    data,
    text: canonicalJson(data, type),
    input: stepInputOf(type, data),
    envelope: { principal: by, occurredAt: happenedAt, ...(cause !== undefined && { causation: cause }) },
    startInput: startInputs.get(formatAddress(actor.address)),
    ...(type === "TimerFired" && { timer: { timer: String(data.timer), setBy } }),
    ...((type === "JobSucceeded" || type === "JobFailed") && { job: String(data.job) }),
    settle: () => {}
  }
}

/** Why the inputs do not fit; undefined when they do. */
const misfit = ({ settled, workings }: CommitDraft): string | undefined => {
  for (const { delivery, outcome } of settled) {
    if (outcome !== "stale" && !("_tag" in outcome)) continue
    const why = outcome === "stale" ? "nothing waits for it" : outcome.message
    return `${delivery.type} of ${delivery.actor.stream} does not fit: ${why}`
  }
  for (const { actor, state } of workings.values()) {
    const job = state?.jobs[0]
    if (job !== undefined) return `${actor.stream} still waits for ${job.name} in the end`
  }
  return undefined
}

const finish = (draft: CommitDraft): void => {
  for (const working of draft.workings.values()) {
    Object.assign(working, { jobs: [], messages: [], cancelledJobs: [] })
  }
  // They were never in the database, so nothing is to be taken out of it.
  for (const column of draft.batch.jobsDone.columns) column.length = 0
  draft.finish()
}
