import type { ActorView } from "../../../actors/engine/engine.ts"
import { restore } from "../../../actors/machine/persisted-state.ts"
import { possibleEvents } from "../../../actors/machine/possible-events.ts"
import { versionsOf } from "../../../actors/machine/running-machine.ts"
import type { JsonObject } from "../../../eventstore/database/json.ts"
import type { ListedMachine } from "../../../machines/listed-machine.ts"
import { memoize } from "../../../projections/query/memoize.ts"

/** Where an actor stands, and what a person may send to it there. */
export type Standing = Pick<ActorView, "value" | "status" | "can">

/** What a row of `actors` holds for `standingOf`. */
export interface HeldState {
  readonly machineVersion: string
  /** The column `snapshot`. */
  readonly snapshot: string
}

/** Made ready when the first is asked for. */
const versions = memoize(versionsOf)

/**
 * How an actor of the machine stands by its row of `actors`, as the engine that loads it would say; undefined when the
 * version that took the last step is not listed: only the engine knows how such an actor goes on.
 */
export const standingOf = (
  listed: ListedMachine,
  { machineVersion, snapshot: text }: HeldState
): Standing | undefined => {
  const running = versions(listed).all.get(machineVersion)
  if (running === undefined) return undefined
  const { snapshot } = restore(running, JSON.parse(text) as JsonObject)
  return {
    value: snapshot.value,
    status: snapshot.status as ActorView["status"],
    can: possibleEvents(listed, running, snapshot)
  }
}
