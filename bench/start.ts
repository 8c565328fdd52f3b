import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Bench, BenchWorld } from "./bench.ts"
import { rounded } from "./figure.ts"
import { runServer } from "./run-server.ts"

const run = async (world: BenchWorld): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), "centurion-bench-"))
  try {
    for (const [which, mostMs] of [
      ["fresh", 5000],
      ["existing data", 1500]
    ] as const) {
      const server = await runServer({ CENTURION_DIR: directory })
      await server.stop()
      world.report({
        bench: "start",
        case: `embedded, ${which}`,
        unit: "ms",
        value: rounded(server.startMs),
        targets: [{ of: "value", is: "<=", than: mostMs }]
      })
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

export const start: Bench = {
  name: "start",
  about: "npm start on the embedded database, from nothing running to the first 200 of /readyz",
  run
}
