import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"

const main = join(import.meta.dirname, "../../../src/cli/main.ts")

/** What a command left behind. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A command that runs. */
export interface RunningCli {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Done when all that it wrote to stdout fits. */
  readonly until: (fits: (out: string) => boolean) => Promise<void>
  readonly ended: Promise<Ran>
}

/** Starts the real command with these variables and no others. */
export const startCli = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  cwd?: string
): RunningCli => {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH ?? "", ...env },
    ...(cwd === undefined ? {} : { cwd })
  })
  let out = ""
  let err = ""
  const watchers = new Set<() => void>()
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text
    for (const watch of watchers) watch()
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text
  })
  const ended = new Promise<Ran>((resolve) => {
    child.on("close", (code) => resolve({ code, out, err }))
  })
  const until: RunningCli["until"] = (fits) =>
    new Promise((resolve, reject) => {
      const watch = () => {
        if (!fits(out)) return
        watchers.delete(watch)
        resolve()
      }
      watchers.add(watch)
      void ended.then(() => (fits(out) ? resolve() : reject(new Error(`it ended; it wrote ${out}${err}`))))
      watch()
    })
  return { child, out: () => out, err: () => err, until, ended }
}

/** Runs the real command to its end. */
export const runCli = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  cwd?: string
): Promise<Ran> => {
  const running = startCli(args, env, cwd)
  running.child.stdin?.end()
  return running.ended
}

/** Each line of the output as JSON. */
export const jsonLines = (out: string): ReadonlyArray<Record<string, unknown>> =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
