import { readFileSync } from "node:fs"
import { afterAll } from "vitest"

declare module "vitest" {
  interface TaskMeta {
    /** What the file took of a processor, with the processes that it started and saw end. */
    cpuSeconds?: number
  }
}

const ticksPerSecond = 100

/** Time of this process and of its children that ended; from the kernel, as Node counts no children. */
const cpuSeconds = (): number => {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]!.split(" ")
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond
}

// A worker takes one file after the other, and this is read anew for each. As the first hook that is set up it is the
// last to run.
const before = cpuSeconds()
// biome-ignore lint/correctness/noEmptyPattern: vitest takes nothing but a pattern here
afterAll(({}, suite) => {
  suite.meta.cpuSeconds = cpuSeconds() - before
})
