import { spawn } from "node:child_process"
import { join } from "node:path"

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string
  /** Standard output and error so far. */
  readonly said: () => string
  readonly kill: (signal: NodeJS.Signals) => void
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Waits until `/readyz` answers so. */
  readonly until: (status: number) => Promise<void>
}

/** Starts the server with this environment and no other; resolves when it answers on its port. */
export const startServer = async (
  port: number,
  environment: Readonly<Record<string, string>>
): Promise<ServerProcess> => {
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [join(import.meta.dirname, "run-start.ts")], {
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let said = ""
  let over = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece) => {
      said += piece
    })
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once("close", (code, signal) => {
      over = true
      resolve(code ?? signal!)
    })
  )
  const until = async (path: string, status: number) => {
    while (!over) {
      const answer = await fetch(`${url}${path}`).catch(() => undefined)
      if (answer?.status === status) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await until("/healthz", 200)
  return {
    url,
    said: () => said,
    kill: (signal) => void child.kill(signal),
    ended,
    until: (status) => until("/readyz", status)
  }
}
