import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { DearestFirst } from "./test/house/costs/dearest-first.ts"

// What each file costs is measured and judged where all of them run: in continuous integration.
const showsCosts = process.env.CENTURION_TEST_COSTS !== undefined

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Databases, servers and child processes are started by tests: time for a slow machine, none of it slept away.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: availableParallelism(),
    sequence: { sequencer: DearestFirst },
    setupFiles: showsCosts ? ["test/house/costs/measure-cost.ts"] : [],
    reporters: showsCosts ? ["default", "./test/house/costs/cost-reporter.ts"] : ["default"]
  }
})
