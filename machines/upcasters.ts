import { machines } from "./index.ts"
import type { ListedMachine } from "./listed-machine.ts"

const upcasters = new Map(machines.map(({ machine, upcasters }) => [machine.id, upcasters]))

/** How the old events of a machine become present ones; undefined where all are, or nobody knows the machine. */
export const upcastersOf = (machine: string): ListedMachine["upcasters"] => upcasters.get(machine)
