import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Reporter, TestModule } from "vitest/node"
import { costOf, type DearFiles, type FileCost, judgeCosts, slownessOf } from "./judge-costs.ts"

const shownFiles = 20
const list = join(import.meta.dirname, "dear-files.json")

const costIn = (module: TestModule): FileCost => {
  const { duration, collectDuration, setupDuration, prepareDuration } = module.diagnostic()
  return {
    file: module.relativeModuleId,
    cpuSeconds: module.meta().cpuSeconds ?? 0,
    wallSeconds: (duration + collectDuration + setupDuration + prepareDuration) / 1000
  }
}

/** Shows the dearest files of a whole run, and fails it when one of them has no reason to be dear. */
export default class CostReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>) {
    const dear = JSON.parse(readFileSync(list, "utf8")) as DearFiles
    const costs = modules.map(costIn).sort((a, b) => costOf(b) - costOf(a))
    const lines = costs.slice(0, shownFiles).map(({ file, cpuSeconds, wallSeconds }) => {
      const figures = [cpuSeconds, wallSeconds].map((seconds) => seconds.toFixed(1).padStart(7))
      return `${figures.join("")}  ${file}${dear.reasons[file] === undefined ? "" : ` (${dear.reasons[file]})`}`
    })
    const cpuSeconds = costs.reduce((sum, cost) => sum + cost.cpuSeconds, 0)
    console.log(`\n    cpu   wall  the dearest files, in seconds`)
    for (const line of lines) console.log(line)
    console.log(
      `${cpuSeconds.toFixed(0)} s of a processor in all, ${slownessOf(costs, dear).toFixed(2)} times what was noted`
    )
    const wrong = judgeCosts(costs, dear)
    for (const sentence of wrong) console.error(`TOO DEAR: ${sentence} (test/house/costs/dear-files.json)`)
    if (wrong.length > 0) process.exitCode = 1
  }
}
