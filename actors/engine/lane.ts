import * as Effect from "effect/Effect"
import type { EventStore, KnownKey, StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { CommitDraft } from "./commit-draft.ts"
import { EventRefused, TryAgain } from "./engine.ts"
import type { Delivery, OwnedPartition, Waiting } from "./partition.ts"

/** What a lane needs of the engine around it. */
export interface LanePorts {
  readonly store: EventStore["Service"]
  readonly newDraft: () => CommitDraft
  readonly batchMax: number
  /** After the commit, once its drafts were applied. */
  readonly committed: (draft: CommitDraft) => void
  /** The partition is another's: drop all that is known of it. */
  readonly partitionLost: (partition: OwnedPartition, why: string) => void
  /** Called when the database does not answer, and again when it does. */
  readonly storeAnswers: (answers: boolean, why: string) => void
}

/** One connection's worth of work: its partitions' deliveries are gathered and committed together. */
export interface Lane {
  readonly wake: () => void
  readonly partitions: Set<OwnedPartition>
  readonly run: Effect.Effect<never>
  /** True while nothing waits and no commit is under way. */
  readonly idle: () => boolean
}

/** Waiting between two looks at a database that does not answer. */
const retryMs = { first: 50, most: 2000 } as const

export const makeLane = (ports: LanePorts): Lane => {
  const partitions = new Set<OwnedPartition>()
  let resume: (() => void) | undefined
  let busy = false
  const wake = () => {
    const waiting = resume
    resume = undefined
    waiting?.()
  }
  const anyWaiting = () => {
    for (const partition of partitions) if (partition.waiting.length > 0) return true
    return false
  }
  const sleep = Effect.callback<void>((done) => {
    if (anyWaiting()) return done(Effect.void)
    resume = () => done(Effect.void)
  })

  /** What arrived while the last commit was under way goes out together; nobody waits when we are idle. */
  const gather = (): ReadonlyArray<readonly [OwnedPartition, Waiting]> => {
    const gathered: Array<readonly [OwnedPartition, Waiting]> = []
    for (const partition of partitions) {
      const taken = partition.waiting.splice(0, Math.max(0, ports.batchMax - gathered.length))
      for (const waiting of taken) gathered.push([partition, waiting])
    }
    return gathered
  }

  const run = Effect.gen(function* () {
    while (true) {
      yield* sleep
      // One turn of the event loop lets all who are ready now join this commit.
      yield* Effect.yieldNow
      const gathered = gather()
      if (gathered.length === 0) continue
      busy = true
      yield* commit(ports, gathered)
      busy = false
    }
  })
  return { wake, partitions, run, idle: () => !busy && !anyWaiting() }
}

type Gathered = ReadonlyArray<readonly [OwnedPartition, Waiting]>

/** Commits what was gathered; comes back only when each of them is settled. */
const commit: (ports: LanePorts, gathered: Gathered) => Effect.Effect<void> = Effect.fnUntraced(
  function* (ports, gathered) {
    let open: Gathered = gathered
    while (open.length > 0) {
      open = settleLost(open)
      const draft = ports.newDraft()
      for (const [partition, waiting] of open) {
        if (waiting.kind === "note") draft.note(partition, waiting)
        else draft.deliver(partition, waiting)
      }
      draft.finish()
      const refused = draft.batch.empty ? undefined : yield* write(ports, draft)
      if (refused === undefined) {
        settle(ports, draft)
        return
      }
      if (refused._tag === "KeysKnown") open = answerKnown(open, refused.keys)
      else if (refused._tag === "BatchRefused") return yield* commitHalves(ports, open, refused.message)
    }
  }
)

/** The database refuses something in the batch: halving it finds what, and lets the rest through. */
const commitHalves = (ports: LanePorts, open: Gathered, why: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const half = Math.floor(open.length / 2)
    if (half > 0) return Effect.andThen(commit(ports, open.slice(0, half)), commit(ports, open.slice(half)))
    for (const [, waiting] of open) {
      if (waiting.kind === "note") waiting.settle(false)
      else
        waiting.settle(new EventRefused({ reason: "wrongData", message: `the database refuses it: ${why}` }))
    }
    return Effect.void
  })

/** Sends the draft until its fate is known: undefined when it stands. */
const write = Effect.fnUntraced(function* (ports: LanePorts, draft: CommitDraft) {
  let waitMs: number = retryMs.first
  let appended = yield* Effect.result(ports.store.append(draft.batch))
  while (true) {
    if (appended._tag === "Success") return undefined
    const error = appended.failure
    if (error._tag === "KeysKnown" || error._tag === "BatchRefused") return error
    const fate = yield* Effect.result(fateOf(ports, draft))
    if (fate._tag === "Failure") {
      ports.storeAnswers(false, fate.failure.message)
      yield* Effect.sleep(waitMs)
      waitMs = Math.min(waitMs * 2, retryMs.most)
      continue
    }
    ports.storeAnswers(true, "")
    if (fate.success === "stands") return undefined
    if (fate.success === "lost") return error
    appended = yield* Effect.result(ports.store.append(draft.batch))
  }
})

/** Reads the partitions' rows to learn what became of a batch whose answer did not come, or was a refusal. */
const fateOf = (
  ports: LanePorts,
  draft: CommitDraft
): Effect.Effect<"stands" | "notWritten" | "lost", StoreUnavailable> =>
  Effect.gen(function* () {
    const rows = yield* ports.store.partitions()
    let fate: "stands" | "notWritten" = "notWritten"
    let lost = false
    for (const [partition, progress] of draft.progress) {
      const row = rows.find(
        (each) => each.company === partition.company && each.partition === partition.partition
      )
      if (row?.epoch !== partition.epoch) {
        ports.partitionLost(partition, "another process took the partition over")
        lost = true
      } else if (row.position === progress.position && Buffer.compare(row.head, progress.head) === 0) {
        if (progress.position !== partition.position) fate = "stands"
      } else if (row.position !== partition.position) {
        ports.partitionLost(
          partition,
          `its row stands at ${row.position}, and ${partition.position} was known here`
        )
        lost = true
      }
    }
    return lost ? "lost" : fate
  })

const settleLost = (open: Gathered): Gathered =>
  open.filter(([partition, waiting]) => {
    if (!partition.lost) return true
    refuseLost(waiting)
    return false
  })

/** Tells whoever waits that this process does not own the partition any more. */
export const refuseLost = (waiting: Waiting): void => {
  if (waiting.kind === "note") waiting.settle(false)
  else
    waiting.settle(
      new TryAgain({
        reason: "notOwner",
        message: "the partition moved to another process",
        retryAfterMs: 1000
      })
    )
}

/** Known keys are answered with what was stored then; the rest goes on. */
const answerKnown = (open: Gathered, keys: ReadonlyArray<KnownKey>): Gathered =>
  open.filter(([, waiting]) => {
    if (waiting.kind === "note" || waiting.envelope.key === undefined) return true
    const { actor, envelope } = waiting
    const known = keys.find(
      (each) => each.key === envelope.key && each.stream === actor.stream && each.company === actor.company
    )
    if (known === undefined) return true
    const { version, position } = known
    const { address, partition } = actor
    waiting.settle({ address, version, position, partition, lastPosition: position, duplicate: true })
    return false
  })

const settle = (ports: LanePorts, draft: CommitDraft): void => {
  draft.apply()
  ports.committed(draft)
  for (const note of draft.notes) note.settle(true)
  const outcomes = new Map<Delivery, (typeof draft.settled)[number]["outcome"]>()
  for (const { delivery, outcome } of draft.settled) {
    outcomes.set(delivery, outcome)
    delivery.settle(outcome)
  }
  for (const { delivery, first } of draft.doubles) {
    const outcome = outcomes.get(first)
    delivery.settle(
      outcome !== undefined && typeof outcome === "object" && "position" in outcome
        ? { ...outcome, duplicate: true }
        : outcome!
    )
  }
}
