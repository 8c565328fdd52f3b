import * as Effect from "effect/Effect"
import { Batch } from "../../eventstore/log/batch.ts"
import type {
  BatchRefused,
  EventStore,
  KnownKey,
  StoreUnavailable
} from "../../eventstore/log/event-store.ts"
import { statusOf } from "../machine/live-actor.ts"
import type { CommitDraft } from "./commit-draft.ts"
import { type DrawPorts, drawCommit, settleHung } from "./draw-commit.ts"
import { EventRefused, TryAgain } from "./engine.ts"
import type { Delivery, Gathered, OwnedPartition, Waiting } from "./partition.ts"

/** What a lane needs of the engine around it. */
export interface LanePorts extends DrawPorts {
  readonly store: EventStore["Service"]
  readonly batchMax: number
  /** After the commit, once its drafts were applied. */
  readonly committed: (draft: CommitDraft) => void
  /** The partition is another's: drop all that is known of it. */
  readonly partitionLost: (partition: OwnedPartition, why: string) => void
  /** Called when the database does not answer or takes nothing, and when it does again. */
  readonly storeAnswers: (answers: boolean, why: string) => void
  /** Called when the database takes other things, but not this, with an error that says nothing about it. */
  readonly putOff: (why: string) => void
}

/** One connection's worth of work: its partitions' deliveries are gathered and committed together. */
export interface Lane {
  readonly wake: () => void
  readonly partitions: Set<OwnedPartition>
  readonly run: Effect.Effect<never>
  /** True while nothing waits and no commit is under way. */
  readonly idle: () => boolean
}

/** Waiting between two looks at a database that does not answer, or takes nothing. */
const retryMs = { first: 50, most: 2000 } as const

/** So many that fail alone, and nothing that is taken, are the database's failure and not their own. */
const failuresMax = 2

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
    let waitMs: number = retryMs.first
    while (true) {
      yield* sleep
      // One turn of the event loop lets all who are ready now join this commit.
      yield* Effect.yieldNow
      const gathered = gather()
      if (gathered.length === 0) continue
      busy = true
      const trial: Trial = { taken: false, failures: 0, why: "" }
      yield* commit(ports, gathered, trial)
      if (trial.taken) waitMs = retryMs.first
      else if (trial.failures > 0) waitMs = yield* waitUntilItTakes(ports, trial.why, waitMs)
      if (trial.taken && trial.failures > 0) ports.putOff(trial.why)
      busy = false
    }
  })
  return { wake, partitions, run, idle: () => !busy && !anyWaiting() }
}

/** How the database took the parts of one gathering. */
interface Trial {
  taken: boolean
  /** How many it did not take alone, with an error that says nothing about them. */
  failures: number
  why: string
}

/** What still waits is tried as it is, and not in halves. */
const nothingIsTaken = (trial: Trial) => !trial.taken && trial.failures >= failuresMax

/** Commits what was gathered; comes back only when each of them is settled. */
const commit: (ports: LanePorts, gathered: Gathered, trial: Trial) => Effect.Effect<void> = Effect.fnUntraced(
  function* (ports, gathered, trial) {
    let open: Gathered = gathered
    while (open.length > 0) {
      open = settleLost(open)
      const draft = drawCommit(ports, open)
      if (draft === undefined) {
        const rest = settleHung(ports, open)
        // Each alone is in time: together they are too much for one commit.
        if (rest.length === open.length && open.length > 1) return yield* inHalves(ports, open, trial)
        open = rest
        continue
      }
      const refused = draft.batch.empty ? undefined : yield* write(ports, draft)
      if (refused === undefined) {
        trial.taken ||= !draft.batch.empty
        settle(ports, draft)
        return
      }
      if (refused === "lost") continue
      if (refused._tag === "KeysKnown") open = answerKnown(open, refused.keys)
      else if (refused._tag === "StoreUnavailable" && nothingIsTaken(trial))
        return putOff(open, refused.message)
      else return yield* commitHalves(ports, open, trial, refused)
    }
  }
)

const inHalves = (ports: LanePorts, open: Gathered, trial: Trial): Effect.Effect<void> => {
  const half = Math.floor(open.length / 2)
  return Effect.andThen(commit(ports, open.slice(0, half), trial), commit(ports, open.slice(half), trial))
}

/** The database refuses something in the batch: halving it finds what, and lets the rest through. */
const commitHalves = (
  ports: LanePorts,
  open: Gathered,
  trial: Trial,
  refused: BatchRefused | StoreUnavailable
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const isOutOfTime = refused._tag === "StoreUnavailable" && !refused.mayHaveHappened
    if (refused._tag === "StoreUnavailable" && (open.length === 1 || isOutOfTime)) {
      // Each half of what waited its whole time would wait as long, and is tried once.
      trial.failures += isOutOfTime ? failuresMax : 1
      trial.why = refused.message
    }
    if (open.length > 1) return inHalves(ports, open, trial)
    if (refused._tag === "BatchRefused") refuseData(open, refused.message)
    else putOff(open, refused.message)
    return Effect.void
  })

/** What it says can't be stored, now or ever. */
const refuseData = (open: Gathered, why: string) => {
  for (const [, waiting] of open) {
    if (waiting.kind === "note") waiting.settle("lost")
    else waiting.settle(new EventRefused({ reason: "wrongData", message: `the database refuses it: ${why}` }))
  }
}

/** Nothing is wrong with it that we know of: whoever sent it keeps it, and tries again. */
const putOff = (open: Gathered, why: string) => {
  for (const [, waiting] of open) {
    if (waiting.kind === "note") waiting.settle("later")
    else waiting.settle(new TryAgain({ reason: "storeUnavailable", message: why, retryAfterMs: putOffMs }))
  }
}

const putOffMs = 1000

/** Sends the draft until its fate is known: undefined when it stands, `StoreUnavailable` when it was not taken twice. */
const write = Effect.fnUntraced(function* (ports: LanePorts, draft: CommitDraft) {
  for (let attempt = 1; ; attempt++) {
    const appended = yield* Effect.result(ports.store.append(draft.batch))
    if (appended._tag === "Success") return undefined
    const error = appended.failure
    if (error._tag === "KeysKnown" || error._tag === "BatchRefused") return error
    if (error._tag === "StoreUnavailable" && !error.mayHaveHappened) return error
    const fate = yield* knownFate(ports, draft)
    if (fate === "stands") return undefined
    if (fate === "lost" || error._tag === "PartitionLost") return "lost" as const
    if (attempt > 1) return error
  }
})

/** What became of the draft, however long the database is away. */
const knownFate = Effect.fnUntraced(function* (ports: LanePorts, draft: CommitDraft) {
  for (let waitMs: number = retryMs.first; ; waitMs = Math.min(waitMs * 2, retryMs.most)) {
    const fate = yield* Effect.result(fateOf(ports, draft))
    if (fate._tag === "Success") {
      ports.storeAnswers(true, "")
      return fate.success
    }
    ports.storeAnswers(false, fate.failure.message)
    yield* Effect.sleep(waitMs)
  }
})

/**
 * The database answers and takes nothing: a broken index, a right or a function that is gone, a disk that is full. A
 * batch without anything in it shows when it may be tried again; gives how long to wait should it fail once more.
 */
const waitUntilItTakes = Effect.fnUntraced(function* (ports: LanePorts, why: string, firstWaitMs: number) {
  ports.storeAnswers(false, why)
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, retryMs.most)) {
    yield* Effect.sleep(waitMs)
    const probed = yield* Effect.result(ports.store.append(new Batch()))
    if (probed._tag === "Failure") continue
    ports.storeAnswers(true, "")
    return Math.min(waitMs * 2, retryMs.most)
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
  if (waiting.kind === "note") waiting.settle("lost")
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
    const status = statusOf(actor.state)
    waiting.settle({ address, version, position, partition, lastPosition: position, status, duplicate: true })
    return false
  })

const settle = (ports: LanePorts, draft: CommitDraft): void => {
  draft.apply()
  ports.committed(draft)
  for (const note of draft.notes) note.settle("written")
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
