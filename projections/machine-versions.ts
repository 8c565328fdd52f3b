import { prepare, type RunningMachine } from "../actors/running-machine.ts"
import type { ListedMachine } from "../machines/listed-machine.ts"

/** A machine of the list made ready: as it is now, and in all versions by their full names. */
export interface MachineVersions {
  readonly current: RunningMachine
  readonly all: ReadonlyMap<string, RunningMachine>
}

/** Made ready when it is first asked for: not every program that knows the read models folds. */
export const lazily = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The versions of a machine that can be run. */
export const versionsOf = ({ machine, previous = [] }: ListedMachine): MachineVersions => {
  const current = prepare(machine)
  const all = [...previous.map(prepare), current]
  return { current, all: new Map(all.map((running) => [running.version, running])) }
}
