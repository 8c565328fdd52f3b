import { parentPort, workerData } from "node:worker_threads"
import { runSeed } from "./run-seed.ts"
import type { SimulateArguments } from "./simulate-arguments.ts"
import { plants } from "./world/plants.ts"

/** A thread that runs one seed after the other, as it is told which. */
const { leads, days, faults, plant } = workerData as SimulateArguments

parentPort!.on("message", (seed: number) => {
  parentPort!.postMessage(
    runSeed({
      seed,
      leads,
      days,
      faults: new Set(faults),
      ...(plant !== undefined && { plant: plants[plant] })
    })
  )
})
