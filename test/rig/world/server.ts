import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { askJson, becomesTrue, freePort, type Program, startProgram } from "./program.ts"

/** `centurion start` as a process that the rig may kill and start again on the same port. */
export interface Server {
  readonly name: string
  readonly url: string
  /** Of the process that runs now, or ran last. */
  readonly pid: () => number
  /** Starts it, with its clock wrong by so much; it need not be ready when this comes back. */
  readonly start: (clockOffMs?: number) => void
  readonly kill: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly freeze: () => void
  readonly thaw: () => void
  readonly isAlive: () => boolean
  /** Serves now: the database answers, and the partitions are its. */
  readonly isReady: () => Promise<boolean>
  /** Waits for it; says what is wrong when it ends by itself or takes too long. */
  readonly ready: () => Promise<void>
  /** Ends that nobody of the rig asked for. */
  readonly endedByItself: () => number
  readonly logFile: string
}

/** What `/_engine` wants of whoever asks. */
export const rigToken = "token-of-the-rig"

const readyMaxMs = 120_000
const preload = pathToFileURL(join(import.meta.dirname, "../app/preload.ts")).href

/** Makes one, which does not run yet. */
export const makeServer = async (
  name: string,
  directory: string,
  env: Readonly<Record<string, string>>
): Promise<Server> => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const logFile = join(directory, `${name}.log`)
  let program: Program | undefined
  /** It was up, and nobody asked it to end. */
  let shouldLive = false
  let ended = 0
  const isAlive = () => program?.isAlive() ?? false
  const countEnd = () => {
    if (shouldLive && !isAlive()) ended++
    shouldLive = false
  }
  const isReady = async () => (await askJson(`${url}/readyz`)) !== undefined
  return {
    name,
    url,
    pid: () => program?.pid ?? 0,
    logFile,
    isAlive,
    isReady,
    start: (clockOffMs = 0) => {
      countEnd()
      program = startProgram("src/cli/main.ts", ["start"], {
        logFile,
        nodeFlags: ["--import", preload],
        env: {
          ...env,
          PORT: `${port}`,
          RIG_TOKEN: rigToken,
          RIG_CLOCK_OFF_MS: `${clockOffMs}`
        }
      })
      shouldLive = true
    },
    kill: async () => {
      countEnd()
      await program?.kill()
    },
    stop: async () => {
      countEnd()
      await program?.stop()
    },
    freeze: () => program?.freeze(),
    thaw: () => program?.thaw(),
    ready: async () => {
      if (await becomesTrue(async () => !isAlive() || (await isReady()), readyMaxMs)) {
        if (isAlive()) return
        throw new Error(`the server ${name} ended by itself; its log is ${logFile}`)
      }
      throw new Error(`the server ${name} was not ready after ${readyMaxMs / 1000} s; its log is ${logFile}`)
    },
    endedByItself: () => ended + (shouldLive && !isAlive() ? 1 : 0)
  }
}
