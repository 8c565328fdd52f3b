import { isDeepStrictEqual } from "node:util"
import { prepare } from "../../actors/machine/running-machine.ts"
import { durableActor, type Life, replay, type TakeStep } from "./durable-actor.ts"
import { interpret } from "./interpreter.ts"
import type { Move } from "./moves.ts"
import type { Observed, Subject } from "./observed.ts"
import type { Shape } from "./shapes/shape.ts"

/** Where the engine and the interpreter part; undefined when they never do. */
export interface Parting {
  readonly afterMove: number
  readonly move: Move | "start"
  readonly interpreter: Partial<Observed>
  readonly engine: Partial<Observed>
}

/** Takes both through the same moves and compares all that can be seen after each. */
export const findParting = async (
  shape: Shape,
  moves: ReadonlyArray<Move>,
  life: Life,
  step?: TakeStep
): Promise<Parting | undefined> => {
  const reference = interpret(shape)
  const engine = durableActor(shape, life, step)
  let parting = compare(reference.look(), engine.look(), -1, "start")
  for (const [index, move] of moves.entries()) {
    if (parting !== undefined) return parting
    parting = compare(await make(reference, move), await make(engine, move), index, move)
  }
  return parting
}

/** The second law: the recorded inputs, taken again from the start, give exactly what was emitted. */
export const findReplayDifference = async (shape: Shape, moves: ReadonlyArray<Move>, life: Life) => {
  const engine = durableActor(shape, life)
  for (const move of moves) await make(engine, move)
  const recorded = engine.recorded.map((each) => each.emitted)
  const again = replay(prepare(shape.machine), engine.recorded).emitted
  return isDeepStrictEqual(again, recorded) ? undefined : { recorded, again }
}

const make = (subject: Subject, move: Move): Promise<Observed> => {
  switch (move.kind) {
    case "send":
      return subject.send(move.event)
    case "advance":
      return subject.advance(move.ms)
    case "settle":
      return subject.settle(move.nth, move.ok, move.value)
    case "late":
      return subject.late(move.nth, move.ok, move.value)
  }
}

const compare = (
  interpreter: Observed,
  engine: Observed,
  afterMove: number,
  move: Move | "start"
): Parting | undefined => {
  const differs = (Object.keys(interpreter) as Array<keyof Observed>).filter(
    (key) =>
      // Actions and log lines of a step that throws: the interpreter has done them, we throw the step away.
      !(interpreter.status === "error" && (key === "actions" || key === "logs")) &&
      !isDeepStrictEqual(interpreter[key], engine[key])
  )
  if (differs.length === 0) return undefined
  const only = (observed: Observed) => Object.fromEntries(differs.map((key) => [key, observed[key]]))
  return { afterMove, move, interpreter: only(interpreter), engine: only(engine) }
}
