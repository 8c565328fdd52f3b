import { fork } from "node:child_process"
import * as Effect from "effect/Effect"
import type { Engine } from "../actors/engine/engine.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { addressOf, message, openConversations } from "./cold-load.ts"
import { rounded } from "./figure.ts"

const actorsDefault = 50_000
const inMemory = 5000
const messages = 2

/** What a process of its own does: it writes all conversations, or it loads as many as it keeps in memory. */
type Task = "write" | "load"

/** What it answers. */
interface Answer {
  readonly rssBytes: number
  readonly actorsInMemory: number
}

const writeOne = (engine: Engine["Service"], id: string) =>
  Effect.forEach(Array.from({ length: messages }), (_, n) => message(engine, id, n), { discard: true })

const loadOne = (engine: Engine["Service"], id: string) => engine.view(addressOf(id))

const measureHere = async (url: string, task: Task, actors: number): Promise<Answer> => {
  const { engine, close } = await openConversations(url, inMemory)
  const ids = Array.from({ length: task === "write" ? actors : inMemory }, (_, n) => `idle-${n % actors}`)
  const work = task === "write" ? writeOne : loadOne
  await Effect.runPromise(Effect.forEach(ids, (id) => work(engine, id), { concurrency: 128, discard: true }))
  // Idle means that what was only needed on the way is gone.
  ;(globalThis as { gc?: () => void }).gc?.()
  const status = await Effect.runPromise(engine.status)
  const rssBytes = process.memoryUsage.rss()
  await close()
  return { rssBytes, actorsInMemory: status.actorsInMemory }
}

/** In a process of its own, so that nothing of other measurements is counted. */
const measure = (url: string, task: Task, actors: number) => {
  const child = fork(import.meta.filename, [task, String(actors)], {
    env: { ...process.env, DATABASE_URL: url },
    execArgv: ["--expose-gc"]
  })
  return new Promise<Answer>((resolve, reject) => {
    child.once("message", (sent) => resolve(sent as Answer))
    child.once("exit", (code) => reject(new Error(`the measured process ended with ${code}`)))
  })
}

const run = async (world: BenchWorld): Promise<void> => {
  const [actors = actorsDefault] = world.sizes ?? []
  const bench = "memory"
  const unit = "MB"
  const written = await measure(world.database.url, "write", actors)
  const loaded = await measure(world.database.url, "load", actors)
  world.report({
    bench,
    case: `${actors} idle`,
    unit,
    value: rounded(loaded.rssBytes / 1e6),
    targets: [{ of: "value", is: "<=", than: 400 }]
  })
  world.report({ bench, case: "just written", unit, value: rounded(written.rssBytes / 1e6) })
  world.report({ bench, case: "in memory", unit: "actors", value: loaded.actorsInMemory })
}

export const memory: Bench = {
  name: "memory",
  about: "resident memory with idle conversations, as many of them in memory as a process keeps by default",
  run
}

if (process.argv[1] === import.meta.filename) {
  const [, , task, actors] = process.argv
  const answer = await measureHere(process.env.DATABASE_URL!, task as Task, Number(actors))
  process.send!(answer, () => process.exit(0))
}
