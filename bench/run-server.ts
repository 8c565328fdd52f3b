import { spawn } from "node:child_process"
import { createServer } from "node:net"
import { join } from "node:path"

/** The product's server, started as `npm start` starts it. */
export interface RunningServer {
  readonly url: string
  /** From the start of the process to the first 200 of /readyz, ms. */
  readonly startMs: number
  readonly stop: () => Promise<void>
}

const patienceMs = 60_000
const root = join(import.meta.dirname, "..")

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer().once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** Starts it with these settings and waits until it is ready; fails with what it said when it ends instead. */
export const runServer = async (settings: Readonly<Record<string, string>>): Promise<RunningServer> => {
  const port = await freePort()
  const { DATABASE_URL: _, ...env } = process.env
  const startedAt = performance.now()
  const child = spawn(process.execPath, [join(root, "src/cli/main.ts"), "start"], {
    cwd: root,
    env: { ...env, PORT: String(port), ...settings },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let said = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      said = (said + chunk).slice(-2000)
    })
  }
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const url = `http://127.0.0.1:${port}`
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${said}`)
    if (performance.now() - startedAt > patienceMs) {
      child.kill()
      throw new Error(`the server was not ready in ${patienceMs} ms: ${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const startMs = performance.now() - startedAt
  return {
    url,
    startMs,
    stop: () => {
      child.kill("SIGTERM")
      return ended
    }
  }
}

const isReady = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${url}/readyz`)
    await answer.text()
    return answer.ok
  } catch {
    return false
  }
}
