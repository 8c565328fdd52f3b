import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { DearestFirst } from "./test/house/costs/dearest-first.ts"

// What each file costs is measured and judged where all of them run: in continuous integration.
const showsCosts = process.env.CENTURION_TEST_COSTS !== undefined
const isLong = process.env.CENTURION_TEST_RUNS === "full"
const hangsMs = 300_000

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // For what hangs, and never for what is slow: a test that a busy machine can break says nothing. Proofs go on for long.
    testTimeout: isLong ? 0 : hangsMs,
    hookTimeout: hangsMs,
    expect: { poll: { timeout: hangsMs } },
    pool: "forks",
    // A process of its own for each file takes a third of the whole: files leave nothing behind for the next instead.
    isolate: false,
    maxWorkers: availableParallelism(),
    sequence: { sequencer: DearestFirst },
    setupFiles: showsCosts ? ["test/house/costs/measure-cost.ts"] : [],
    reporters: showsCosts ? ["default", "./test/house/costs/cost-reporter.ts"] : ["default"]
  }
})
