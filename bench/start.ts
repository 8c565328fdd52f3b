import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Bench, BenchWorld } from "./bench.ts"
import { rounded, type Target } from "./figure.ts"
import { runServer } from "./run-server.ts"

const run = async (world: BenchWorld): Promise<void> => {
  const directory = () => mkdtemp(join(tmpdir(), "centurion-bench-"))
  const [bare, own] = [await directory(), await directory()]
  const measure = async (
    which: string,
    targets: ReadonlyArray<Target>,
    env: Readonly<Record<string, string>>
  ) => {
    const server = await runServer(env)
    await server.stop()
    world.report({
      ...{ bench: "start", case: `embedded, ${which}`, unit: "ms", value: rounded(server.startMs), targets }
    })
  }
  try {
    // What the history of the demo company adds to a first start stands between these two.
    await measure("fresh, no demo history", [], { CENTURION_DIR: bare, CENTURION_DEMO_HISTORY: "no" })
    await measure("fresh", [{ of: "value", is: "<=", than: 5000 }], { CENTURION_DIR: own })
    await measure("existing data", [{ of: "value", is: "<=", than: 1500 }], { CENTURION_DIR: own })
  } finally {
    for (const each of [bare, own]) await rm(each, { recursive: true, force: true })
  }
}

export const start: Bench = {
  name: "start",
  about: "npm start on the embedded database, from nothing running to the first 200 of /readyz",
  run
}
