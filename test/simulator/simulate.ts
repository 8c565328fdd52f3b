import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { MasterKeys } from "../../eventstore/personal/master-keys.ts"
import { progressBar } from "../rig/progress-bar.ts"
import { copyInto } from "./into/copy-into.ts"
import { withTarget } from "./into/open-target.ts"
import { withoutPassword } from "./into/without-password.ts"
import { runWorld, type SeedResult } from "./run-seed.ts"
import { helpText, readArguments, type SimulateArguments } from "./simulate-arguments.ts"
import { Totals } from "./totals.ts"
import { masterKeys } from "./world/node.ts"

/** Runs all seeds on as many threads as were asked for. */
const simulate = (asked: SimulateArguments): Promise<Totals> => {
  const totals = new Totals(asked)
  const bar = progressBar("simulate", process.stderr)
  const last = asked.seed + asked.runs
  let next = asked.seed
  return new Promise((resolve, reject) => {
    const workers = Array.from({ length: Math.min(asked.workers, asked.runs) }, () => {
      const worker = new Worker(new URL("./simulate-worker.ts", import.meta.url), {
        workerData: asked,
        // What a seed makes is garbage with its end: a larger nursery keeps it from being carried around.
        resourceLimits: { maxYoungGenerationSizeMb: 64 }
      })
      const giveNext = () => {
        if (next < last) worker.postMessage(next++)
      }
      worker.on("message", (result: SeedResult) => {
        totals.add(result)
        bar.show(
          totals.seeds / asked.runs,
          `${totals.seeds} of ${asked.runs} seeds, ${totals.broken.length} broken`
        )
        if (totals.seeds === asked.runs) {
          bar.clear()
          for (const each of workers) void each.terminate()
          return resolve(totals)
        }
        giveNext()
      })
      worker.on("error", reject)
      giveNext()
      giveNext()
      return worker
    })
  })
}

/** Simulates one history and writes it into a real store. */
const writeInto = async (asked: SimulateArguments, into: string) => {
  const bar = progressBar("simulate", process.stderr)
  const { seed, leads, days, company } = asked
  const options = {
    seed,
    leads,
    days,
    faults: new Set(asked.faults),
    ...(company !== undefined && { company })
  }
  const world = runWorld(options, (share) => bar.show(share / 2, `${leads} leads, ${days} days`))
  if (world.trouble.length > 0) throw new Error(`the simulation broke: ${world.trouble[0]}`)
  let all = 0
  for (const { position } of world.store.tables.partitions.values()) all += position
  const copy = Effect.gen(function* () {
    const simulated = yield* Effect.provide(MasterKeys, masterKeys)
    return yield* copyInto(world.store.tables, simulated, (events) =>
      bar.show(0.5 + events / all / 2, `${events} of ${all} events written`)
    )
  })
  const copied = await Effect.runPromise(withTarget(into, copy))
  bar.clear()
  return copied
}

const main = async () => {
  const asked = readArguments(process.argv.slice(2))
  if (asked === "help") return void process.stdout.write(`${helpText()}\n`)
  if (asked.into !== undefined) {
    const copied = await writeInto(asked, asked.into)
    const { events, subjects } = copied
    const told = `wrote ${events} events of ${subjects} persons at company ${asked.company} into ${withoutPassword(asked.into)}`
    return void process.stdout.write(`${asked.json ? JSON.stringify(copied) : told}\n`)
  }
  const totals = await simulate(asked)
  process.stdout.write(`${asked.json ? JSON.stringify(totals.json()) : totals.lines().join("\n")}\n`)
  process.exitCode = totals.broken.length === 0 ? 0 : 1
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})
