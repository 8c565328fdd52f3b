import { type ActionFunction, type EventObject, enqueueActions, type MachineContext } from "xstate"
import { actorAt } from "./listed-machine.ts"

/** An event for another actor of the same company. */
export interface Told {
  readonly machine: string
  readonly id: string
  readonly event: EventObject
}

/** What a rule makes of an event: new values in the context, domain facts, and word to other actors. */
export interface Change<Context, Emitted> {
  readonly context?: Partial<Context>
  readonly emit?: ReadonlyArray<Emitted>
  readonly tell?: ReadonlyArray<Told>
}

/** A named action of a machine, written as a pure function. */
export type Rule<Context, Event, Emitted> = (context: Context, event: Event) => Change<Context, Emitted>

/** One rule after another; each sees the context that the one before it left. */
export const chain =
  <Context, Event, Emitted>(
    ...rules: ReadonlyArray<Rule<Context, Event, Emitted>>
  ): Rule<Context, Event, Emitted> =>
  (context, event) => {
    let now = context
    const emit: Array<Emitted> = []
    const tell: Array<Told> = []
    for (const rule of rules) {
      const change = rule(now, event)
      now = { ...now, ...change.context }
      emit.push(...(change.emit ?? []))
      tell.push(...(change.tell ?? []))
    }
    return { context: now, emit, tell }
  }

/** The rule as an action for `setup`: assigns, then emits, then sends. */
export const act = <Context extends MachineContext, Event extends EventObject, Emitted extends EventObject>(
  rule: Rule<Context, Event, Emitted>
): ActionFunction<Context, Event, Event, undefined, never, never, never, never, Emitted> =>
  Object.assign(
    enqueueActions(({ context, event, enqueue }) => {
      const change = rule(context as Context, timed(context, event as Event))
      if (change.context !== undefined) enqueue.assign(change.context)
      for (const fact of change.emit ?? []) enqueue.emit(fact)
      for (const { machine, id, event: word } of change.tell ?? []) enqueue.sendTo(actorAt(machine, id), word)
    }),
    // Seen by the machine's version, so that a changed rule is another version.
    { rule }
  ) as never

/** The engine puts `at` on every event; XState's own interpreter does not, and there the clock stands still. */
const timed = <Event extends EventObject>(context: MachineContext, event: Event): Event =>
  typeof (event as { at?: unknown }).at === "number" ? event : { ...event, at: context.now ?? 0 }

/** The events of a list of schemas, as XState writes them: `{ type, ...data }`. */
export type EventsOf<Schemas extends Readonly<Record<string, { readonly Type: object }>>> = {
  [Type in keyof Schemas & string]: { readonly type: Type } & Schemas[Type]["Type"]
}[keyof Schemas & string]
