import type { ActorView } from "../../../actors/engine.ts"
import { restore } from "../../../actors/persisted-state.ts"
import { possibleEvents } from "../../../actors/possible-events.ts"
import type { JsonObject } from "../../../eventstore/json.ts"
import type { ListedMachine } from "../../../machines/listed-machine.ts"
import { lazily, versionsOf } from "../../../projections/machine-versions.ts"

/** Where an actor stands, and what a person may send to it there. */
export type Standing = Pick<ActorView, "value" | "status" | "can">

/** What a row of `actors` holds for `standingOf`. */
export interface HeldState {
  readonly machineVersion: string
  /** The column `snapshot`. */
  readonly snapshot: string
}

/**
 * How the actors of a machine stand by their rows of `actors`, as the engine that loads them would say it; undefined when
 * the version that took the last step is not listed: only the engine knows how such an actor goes on.
 */
export const standingOf = (listed: ListedMachine): ((held: HeldState) => Standing | undefined) => {
  const versions = lazily(() => versionsOf(listed))
  return ({ machineVersion, snapshot: text }) => {
    const running = versions().all.get(machineVersion)
    if (running === undefined) return undefined
    const { snapshot } = restore(running, JSON.parse(text) as JsonObject)
    return {
      value: snapshot.value,
      status: snapshot.status as ActorView["status"],
      can: possibleEvents(listed, running, snapshot)
    }
  }
}
