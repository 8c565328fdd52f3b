import { fork } from "node:child_process"
import * as Effect from "effect/Effect"
import type { Bench, BenchWorld } from "./bench.ts"
import { message, openConversations } from "./cold-load.ts"
import { rounded } from "./figure.ts"

const actorsDefault = 50_000
const inMemory = 5000
const messages = 2

/** What the process of its own answers. */
interface Answer {
  readonly rssBytes: number
  readonly actorsInMemory: number
}

/** In a process of its own, so that nothing of other measurements is counted. */
const measureHere = async (url: string, actors: number): Promise<Answer> => {
  const { engine, close } = await openConversations(url, inMemory)
  const ids = Array.from({ length: actors }, (_, n) => `idle-${n}`)
  await Effect.runPromise(
    Effect.forEach(
      ids,
      (id) =>
        Effect.forEach(Array.from({ length: messages }), (_, n) => message(engine, id, n), { discard: true }),
      { concurrency: 128, discard: true }
    )
  )
  // Idle means that what was only needed on the way is gone.
  ;(globalThis as { gc?: () => void }).gc?.()
  const status = await Effect.runPromise(engine.status)
  const rssBytes = process.memoryUsage.rss()
  await close()
  return { rssBytes, actorsInMemory: status.actorsInMemory }
}

const run = async (world: BenchWorld): Promise<void> => {
  const [actors = actorsDefault] = world.sizes ?? []
  const child = fork(import.meta.filename, [String(actors)], {
    env: { ...process.env, DATABASE_URL: world.database.url },
    execArgv: ["--expose-gc"]
  })
  const answer = await new Promise<Answer>((resolve, reject) => {
    child.once("message", (sent) => resolve(sent as Answer))
    child.once("exit", (code) => reject(new Error(`the measured process ended with ${code}`)))
  })
  world.report({
    bench: "memory",
    case: `${actors} known, ${answer.actorsInMemory} in memory`,
    unit: "MB",
    value: rounded(answer.rssBytes / 1e6),
    targets: [{ of: "value", is: "<=", than: 400 }]
  })
}

export const memory: Bench = {
  name: "memory",
  about: "resident memory of a process with idle conversations, as many in memory as it keeps by default",
  run
}

if (process.argv[1] === import.meta.filename) {
  const answer = await measureHere(process.env.DATABASE_URL!, Number(process.argv[2]))
  process.send!(answer, () => process.exit(0))
}
