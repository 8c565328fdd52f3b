import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:net"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** The demo can't go on; `message` says what was waited for and what the process said last. */
export class DemoFailed extends Schema.TaggedError<DemoFailed>()("DemoFailed", {
  message: Schema.String
}) {}

const root = resolve(import.meta.dirname, "../../..")
const waitEveryMs = 25
const outputKeptMax = 4000

/** A process of the demo, and what it printed last. */
export interface Child {
  readonly process: ChildProcess
  readonly output: () => string
}

/** Starts one of our programs; it is killed when the scope ends, if it still runs. */
export const startChild = (
  program: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [join(root, program), ...args], {
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let output = ""
      const keep = (bytes: Buffer) => {
        output = (output + bytes.toString("utf8")).slice(-outputKeptMax)
      }
      child.stdout.on("data", keep)
      child.stderr.on("data", keep)
      return { process: child, output: () => output }
    }),
    ({ process: child }) => Effect.sync(() => hasEnded(child) || child.kill("SIGKILL"))
  )

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/** Ends a process by a signal and waits until it is gone. */
export const endChild = ({ process: child }: Child, signal: "SIGTERM" | "SIGKILL"): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (hasEnded(child)) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill(signal)
  })

/** A port that is free now. */
export const freePort: Effect.Effect<number> = Effect.callback((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() =>
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    )
  })
})

/** A JSON request to a process of the demo; undefined while it does not answer. */
export const ask = <A>(url: string, body?: unknown): Effect.Effect<A | undefined> =>
  Effect.tryPromise(async () => {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    }
    const answer = await fetch(url, body === undefined ? {} : init)
    const text = await answer.text()
    return answer.ok ? ((text === "" ? {} : JSON.parse(text)) as A) : undefined
  }).pipe(Effect.catch(() => Effect.succeed(undefined)))

/** Looks again and again until `look` gives something; fails after `mostMs`. */
export const waitFor = <A>(
  what: string,
  mostMs: number,
  look: Effect.Effect<A | undefined>,
  child?: Child
): Effect.Effect<A, DemoFailed> =>
  Effect.gen(function* () {
    const until = performance.now() + mostMs
    while (performance.now() < until) {
      const found = yield* look
      if (found !== undefined) return found
      if (child !== undefined && hasEnded(child.process)) break
      yield* Effect.sleep(waitEveryMs)
    }
    const said = child === undefined ? "" : `; the process said: ${child.output()}`
    return yield* new DemoFailed({
      message: `waited ${mostMs / 1000} s for ${what}, and it did not come${said}`
    })
  })
