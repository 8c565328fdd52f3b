import type { ActorLogic, AnyStateMachine, EventObject, Snapshot } from "xstate"
import { getAdjacencyMap } from "xstate/graph"
import type { ConversationSettings } from "../../machines/conversation/events.ts"
import type { Conversation } from "../../machines/conversation/state.ts"
import { beginForLaws, type Move, movesOf } from "./conversation-moves.ts"
import type { Drive } from "./drive.ts"
import { brokenLaw, lawMemory, laws, story } from "./laws.ts"

type Walk = Drive & Snapshot<unknown>
type WalkEvent = Move & EventObject

/** What the exploration found. `broken` is the first law that does not hold, with the way there. */
export interface Explored {
  readonly states: number
  readonly paths: number
  /** The state values that it rests in. */
  readonly values: ReadonlySet<string>
  readonly broken: { readonly law: string; readonly at: string; readonly story: string } | undefined
}

/** More states than this mean that something in the key grows without end. */
const statesMax = 500_000

/** Ends the exploration at the first broken law. */
class LawBroken extends Error {
  readonly found: NonNullable<Explored["broken"]>

  constructor(found: NonNullable<Explored["broken"]>) {
    super(found.at)
    this.found = found
  }
}

/**
 * Lets `xstate/graph` find all states, with open jobs and running timers as part of them, and tries the laws on the
 * shortest path to every state followed by every move that is possible there. `names` are the laws to try.
 */
export const explore = (
  machine: AnyStateMachine,
  settings: Partial<ConversationSettings>,
  names: ReadonlyArray<string> = Object.keys(laws)
): Explored => {
  let paths = 0
  const known = new Map<string, Walk>()
  const transition = (walk: Walk, move: WalkEvent): Walk => {
    const next = move.take(walk) as Walk
    const broken = brokenLaw(next.steps, names)
    if (broken !== undefined) throw new LawBroken({ ...broken, story: story(next.steps) })
    paths++
    // One walk stands for all that the future can't tell apart, so that memory holds the states, not the paths.
    const key = stateKey(next)
    if (!known.has(key)) known.set(key, next)
    return known.get(key)!
  }
  const logic = { transition, getInitialSnapshot: () => beginForLaws(machine, settings) as Walk }
  try {
    const map = getAdjacencyMap(logic as unknown as ActorLogic<Walk, WalkEvent, undefined>, {
      events: (walk: Walk) => movesOf(walk) as ReadonlyArray<WalkEvent>,
      serializeState: (walk: Walk) => stateKey(walk),
      serializeEvent: (move: WalkEvent) => move.type,
      limit: statesMax
    })
    const values = new Set(Object.values(map).map(({ state }) => JSON.stringify(state.snapshot.value)))
    return { states: Object.keys(map).length, paths, values, broken: undefined }
  } catch (error) {
    if (error instanceof LawBroken)
      return { states: known.size, paths, values: new Set(), broken: error.found }
    throw error
  }
}

/** What the future can depend on. Texts, times and numbers that only grow are left out: finitely many states remain. */
const stateKey = (walk: Drive): string => {
  const { value, context } = walk.snapshot
  const { reply, lines, followUps, owner, handOver, approved } = context as Conversation
  // A reply that was given up, or that the next turn takes the place of, is never looked at again.
  const forgotten = reply === null || reply.end === "givenUp" || value === "collecting"
  return JSON.stringify([
    value,
    walk.timers.map((timer) => timer.name).sort(),
    walk.jobs.map((job) => job.child),
    owner === "agent",
    handOver !== null,
    approved,
    [followUps.inARow, followUps.ahead, followUps.ended],
    [lines.length === 0, lines.some((line) => (line.turn ?? 0) > 0), lines.some((line) => line.turn === 0)],
    lawMemory(walk.steps, forgotten ? [] : reply.chunks.map((chunk) => chunk.messageId)),
    forgotten
      ? null
      : [
          reply.purpose,
          reply.written,
          reply.closes,
          reply.repairs,
          reply.end,
          reply.chunks.map(({ status }) => status)
        ]
  ])
}
