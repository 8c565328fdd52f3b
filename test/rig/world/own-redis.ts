import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { Redis } from "ioredis"
import { becomesTrue, freePort } from "./program.ts"

/** A Redis of the rig's own, which it may empty and kill. */
export interface OwnRedis {
  readonly url: string
  readonly start: () => Promise<void>
  readonly kill: () => Promise<void>
  /** FLUSHALL. */
  readonly flush: () => Promise<void>
}

const startMaxMs = 60_000

/** Whether a server can be started here at all. */
export const canStartRedis = () => spawnSync("redis-server", ["--version"]).status === 0

/** Starts one that keeps nothing on the disk. */
export const startOwnRedis = async (directory: string): Promise<OwnRedis> => {
  const port = await freePort()
  const flags = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
  let server: ChildProcess | undefined
  process.on("exit", () => server?.kill("SIGKILL"))
  const ask = async (use: (redis: Redis) => Promise<unknown>): Promise<boolean> => {
    const redis = new Redis({
      host: "127.0.0.1",
      port,
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: null
    })
    redis.on("error", () => {})
    try {
      await redis.connect()
      await use(redis)
      return true
    } catch {
      return false
    } finally {
      redis.disconnect()
    }
  }
  const own: OwnRedis = {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      server = spawn("redis-server", flags, { cwd: directory, stdio: "ignore" })
      if (!(await becomesTrue(() => ask((redis) => redis.ping()), startMaxMs)))
        throw new Error(`redis-server did not answer on port ${port} within ${startMaxMs} ms`)
    },
    kill: async () => {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
      const gone = once(server, "exit")
      server.kill("SIGKILL")
      await gone
    },
    flush: async () => void (await ask((redis) => redis.flushall()))
  }
  await own.start()
  return own
}
