import type { StoreWire } from "./wire.ts"
import type { World } from "./world.ts"

/** What of a world tells whether it is calm. */
export interface Calmable extends Pick<World, "store" | "timeline" | "slots"> {
  readonly wire: Pick<StoreWire, "isDown">
}

/** Work that the store knows of, and that is due by now. */
const overdue = (world: Calmable) => {
  const { tables } = world.store
  const { now } = world.timeline
  let jobs = 0
  for (const job of tables.jobs.values()) if (job.state !== "failed" && job.dueAt <= now) jobs++
  let timers = 0
  for (const timer of tables.timers.values()) if (timer.dueAt <= now) timers++
  let messages = 0
  for (const partition of tables.partitions.values()) messages += partition.messages.size
  return { jobs, timers, messages }
}

/** Every partition is owned by an engine that runs, and nothing waits but the world and what is due later. */
export const isCalm = (world: Calmable): boolean => {
  // Nobody is there whom time would make do anything.
  if (world.slots.every(({ process }) => process.state === "dead")) return true
  const alive = new Set(
    world.slots.filter(({ process }) => process.state === "running").map(({ process }) => process.name)
  )
  if (world.wire.isDown) return false
  for (const { owner } of world.store.tables.partitions.values()) {
    if (owner === null || !alive.has(owner)) return false
  }
  const { jobs, timers, messages } = overdue(world)
  return (
    timers === 0 &&
    messages === 0 &&
    jobs <= world.slots.reduce((sum, { process }) => sum + process.atWork, 0)
  )
}

/** The next timer, or try of a job, that is still ahead. */
export const nextDueIn = ({ store, timeline, slots }: Calmable): number => {
  if (slots.every(({ process }) => process.state === "dead")) return Number.POSITIVE_INFINITY
  let next = Number.POSITIVE_INFINITY
  for (const { dueAt } of store.tables.timers.values())
    next = dueAt > timeline.now ? Math.min(next, dueAt) : next
  for (const { dueAt, state } of store.tables.jobs.values()) {
    if (state !== "failed" && dueAt > timeline.now) next = Math.min(next, dueAt)
  }
  return next
}
