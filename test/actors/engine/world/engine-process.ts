import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import type { ActorEvent, Delivered, EngineStatus, Envelope } from "../../../../actors/engine/engine.ts"
import { until } from "./run-engine.ts"

/** What the process is asked. */
export type Asked =
  | {
      readonly kind: "deliver"
      readonly to: string
      readonly event: ActorEvent
      readonly envelope?: Partial<Envelope>
    }
  | { readonly kind: "status" }

/** How a delivery ended there. */
export type Outcome =
  | Delivered
  | { readonly _tag: string; readonly reason?: string; readonly message: string }

/** An engine with the counter machine in a process of its own, to be killed, frozen and woken. */
export interface EngineProcess {
  readonly deliver: (to: string, event: ActorEvent, envelope?: Partial<Envelope>) => Promise<Outcome>
  readonly status: () => Promise<EngineStatus>
  readonly signal: (signal: NodeJS.Signals) => void
  /** Ends it without a farewell. */
  readonly kill: () => Promise<void>
}

export const startEngineProcess = async (options: {
  readonly databaseUrl: string
  readonly owner: string
  readonly leaseMs: number
}): Promise<EngineProcess> => {
  const child = fork(join(import.meta.dirname, "engine-program.ts"), {
    env: {
      ...process.env,
      DATABASE_URL: options.databaseUrl,
      OWNER: options.owner,
      LEASE_MS: String(options.leaseMs)
    },
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"]
  })
  const ask = asker(child)
  await until(
    `${options.owner} answers`,
    async () => (await ask<EngineStatus>({ kind: "status" })) !== undefined
  )
  return {
    deliver: (to, event, envelope) =>
      ask<Outcome>({ kind: "deliver", to, event, ...(envelope && { envelope }) }),
    status: () => ask<EngineStatus>({ kind: "status" }),
    signal: (signal) => void child.kill(signal),
    kill: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once("exit", () => resolve())
        child.kill("SIGKILL")
      })
  }
}

/** Questions that the process never answers, because it died, are answered with `died`. */
const asker = (child: ChildProcess) => {
  const open = new Map<number, (answer: unknown) => void>()
  let asked = 0
  const died = { _tag: "died", message: "the process is gone" }
  child.on("message", ({ id, answer }: { id: number; answer: unknown }) => {
    open.get(id)?.(answer)
    open.delete(id)
  })
  child.on("exit", () => {
    for (const answer of open.values()) answer(died)
    open.clear()
  })
  return <A>(question: Asked): Promise<A> =>
    new Promise((resolve) => {
      if (!child.connected) return resolve(died as A)
      const id = ++asked
      open.set(id, resolve as (answer: unknown) => void)
      child.send({ id, question })
    })
}
