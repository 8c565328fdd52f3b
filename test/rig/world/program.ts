import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, writeSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { createServer } from "node:net"
import { join } from "node:path"

/** A program of the rig in a process of its own. */
export interface Program {
  readonly pid: number
  readonly isAlive: () => boolean
  /** As a power cut would end it. */
  readonly kill: () => Promise<void>
  /** As an orchestrator ends it; killed when that takes too long. */
  readonly stop: () => Promise<void>
  /** It stands still as if its machine were suspended, and goes on as if nothing had been. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** The port that it said it listens on; for programs that say so. */
  readonly listening: Promise<number>
}

const root = join(import.meta.dirname, "../../..")
const running = new Set<ChildProcess>()
const stopMaxMs = 8000

// Nothing of ours outlives the rig, however it ends.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL")
})

/** Starts a program of this repository; what it says is added to the file, and looked through for its port. */
export const startProgram = (
  program: string,
  args: ReadonlyArray<string>,
  options: {
    readonly env?: Readonly<Record<string, string>>
    readonly nodeFlags?: ReadonlyArray<string>
    readonly logFile: string
  }
): Program => {
  const log = openSync(options.logFile, "a")
  const child = spawn(process.execPath, [...(options.nodeFlags ?? []), join(root, program), ...args], {
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", log]
  })
  child.stdout!.on("data", (bytes: Buffer) => writeSync(log, bytes))
  running.add(child)
  const gone = once(child, "close").then(() => {
    running.delete(child)
    closeSync(log)
  })
  const listening = new Promise<number>((resolve, reject) => {
    child.stdout!.once("data", (bytes: Buffer) => {
      const line = bytes.toString("utf8")
      if (line.startsWith('{"listening"')) resolve(JSON.parse(line).listening)
    })
    child.once("exit", () => reject(new Error(`${program} ended`)))
  })
  // Not every program says where it listens, and nobody may ask.
  listening.catch(() => {})
  const isAlive = () => child.exitCode === null && child.signalCode === null
  const end = async (signal: NodeJS.Signals) => {
    if (!isAlive()) return
    child.kill(signal)
    await gone
  }
  return {
    pid: child.pid ?? 0,
    isAlive,
    listening,
    kill: () => end("SIGKILL"),
    stop: async () => {
      const patience = setTimeout(() => child.kill("SIGKILL"), stopMaxMs)
      await end("SIGTERM")
      clearTimeout(patience)
    },
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT")
  }
}

/** A port that is free now. */
export const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const askMaxMs = 5000

/** The JSON answer; undefined while nobody answers there, or answers no. */
export const askJson = async <A>(
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {}
): Promise<A | undefined> => {
  try {
    const signal = AbortSignal.timeout(askMaxMs)
    const answer = await fetch(
      url,
      body === undefined
        ? { signal, headers }
        : {
            signal,
            method: "POST",
            headers: { "content-type": "application/json", ...headers },
            body: JSON.stringify(body)
          }
    )
    const text = await answer.text()
    if (!answer.ok) return undefined
    return (text === "" ? {} : JSON.parse(text)) as A
  } catch {
    return undefined
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const lookEveryMs = 30

/** Looks until it is so; false when that takes longer than `mostMs`. */
export const becomesTrue = async (
  isSo: () => Promise<boolean> | boolean,
  mostMs: number
): Promise<boolean> => {
  const giveUp = performance.now() + mostMs
  while (!(await isSo())) {
    if (performance.now() > giveUp) return false
    await pause(lookEveryMs)
  }
  return true
}
