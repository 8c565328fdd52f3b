import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { createServer } from "node:net"
import { join } from "node:path"

/** A program of the rig in a process of its own. */
export interface RigProcess {
  readonly child: ChildProcess
  readonly kill: () => Promise<void>
  /** The port that it said it listens on; for programs that say so. */
  readonly listening: Promise<number>
}

const root = join(import.meta.dirname, "../..")

/** Starts a program of this repository. */
export const startProgram = (
  program: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): RigProcess => {
  const child = spawn(process.execPath, [join(root, program), ...args], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"]
  })
  const listening = new Promise<number>((resolve, reject) => {
    child.stdout!.once("data", (bytes: Buffer) => resolve(JSON.parse(bytes.toString("utf8")).listening))
    child.once("exit", () => reject(new Error(`${program} ended`)))
  })
  // Not every program says where it listens, and nobody may ask.
  listening.catch(() => {})
  return {
    child,
    listening,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, "exit")
      child.kill("SIGKILL")
      await gone
    }
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

/** The JSON answer; undefined while nobody answers there, or answers no. */
export const askJson = async <A>(url: string, body?: unknown): Promise<A | undefined> => {
  try {
    const answer = await fetch(
      url,
      body === undefined
        ? {}
        : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
    )
    const text = await answer.text()
    if (!answer.ok) return undefined
    return (text === "" ? {} : JSON.parse(text)) as A
  } catch {
    return undefined
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
