import type { LiveActor } from "../machine/live-actor.ts"
import { OutOfTime, withinTime } from "../machine/within-time.ts"
import type { CommitDraft } from "./commit-draft.ts"
import { EventRefused } from "./engine.ts"
import type { Gathered } from "./partition.ts"

/** What drawing a commit up needs of the engine around it. */
export interface DrawPorts {
  readonly newDraft: () => CommitDraft
  /** All steps of one commit must be taken in this time, while they are watched. */
  readonly stepTimeoutMs: number
  readonly isWatched: () => boolean
  /** A step of this actor did not come back in time: nothing of it was written. */
  readonly hung: (actor: LiveActor, message: string) => void
}

/** All steps of a commit; undefined when they do not end in time, and then nothing of them has happened. */
export const drawCommit = (ports: DrawPorts, open: Gathered): CommitDraft | undefined => {
  const draft = ports.newDraft()
  const takeSteps = () => {
    for (const [partition, waiting] of open) {
      if (waiting.kind === "note") draft.note(partition, waiting)
      else draft.deliver(partition, waiting)
    }
    draft.finish()
  }
  try {
    if (ports.isWatched()) withinTime(ports.stepTimeoutMs, takeSteps)
    else takeSteps()
    return draft
  } catch (error) {
    if (error instanceof OutOfTime) return undefined
    throw error
  }
}

/** Takes the steps of each actor alone, parks those that do not end, and gives what goes on. */
export const settleHung = (ports: DrawPorts, open: Gathered): Gathered => {
  const perActor = Map.groupBy(open, ([, waiting]) => (waiting.kind === "note" ? undefined : waiting.actor))
  return [...perActor].flatMap(([actor, theirs]) => {
    if (actor === undefined || drawCommit(ports, theirs) !== undefined) return theirs
    const message = `a step of ${actor.company}/${actor.stream} does not end: it was broken off after ${ports.stepTimeoutMs} ms`
    ports.hung(actor, message)
    for (const [, waiting] of theirs) {
      if (waiting.kind === "delivery") waiting.settle(new EventRefused({ reason: "parked", message }))
    }
    return []
  })
}
