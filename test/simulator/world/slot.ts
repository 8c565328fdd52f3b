import type { VirtualProcess } from "../time/virtual-process.ts"
import type { RunningNode } from "./node.ts"

/** A place where an engine runs, is dead, or is starting. */
export interface Slot {
  readonly name: string
  process: VirtualProcess
  /** Undefined while there is none to speak to. */
  node: RunningNode | undefined
  /** Whether it owned partitions when it was last looked at; what a load balancer knows. */
  owns: boolean
  starts: number
  stop: (stopped: () => void) => void
}
