import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { PassThrough, type Readable, type Writable } from "node:stream"
import { runCommand } from "../../../../src/cli/run-cli.ts"
import type { Io } from "../../../../src/cli/terminal.ts"

const main = join(import.meta.dirname, "../../../../src/cli/centurion.js")

/** Variables of a command, and no others. */
export type Env = Readonly<Record<string, string>>

/** What a command left behind. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A command that runs. */
export interface RunningCli {
  readonly stdin: Writable
  readonly out: () => string
  readonly err: () => string
  /** Done when all that it wrote fits. */
  readonly until: (fits: (out: string, err: string) => boolean) => Promise<void>
  /** Ctrl-C. */
  readonly interrupt: () => void
  readonly ended: Promise<Ran>
}

/** Starts a command within this process; on a terminal of so many columns if it is to have one. */
export const startCli = (args: ReadonlyArray<string>, env: Env = {}, columns?: number): RunningCli => {
  const interrupting = new AbortController()
  const [stdin, stdout, stderr] = [streamOf(columns), streamOf(columns), streamOf(columns)]
  const io = { stdin, stdout, stderr, env: { PATH: process.env.PATH ?? "", ...env } } as unknown as Io
  const code = runCommand(args, io, interrupting.signal).finally(() => {
    stdout.end()
    stderr.end()
  })
  return { stdin, interrupt: () => interrupting.abort(), ...listen(stdout, stderr, code) }
}

const streamOf = (columns: number | undefined) =>
  Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns })

/** Starts the real command in a process of its own. */
export const startProcess = (
  args: ReadonlyArray<string>,
  env: Env = {}
): RunningCli & { readonly child: ChildProcess } => {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH ?? "", ...env } })
  const code = new Promise<number | null>((resolve) => child.on("close", resolve))
  const heard = listen(child.stdout, child.stderr, code)
  return { child, stdin: child.stdin, interrupt: () => child.kill("SIGINT"), ...heard }
}

/** Keeps what comes, and shows it to those who wait for something. */
const listen = (stdout: Readable, stderr: Readable, code: Promise<number | null>) => {
  let [out, err] = ["", ""]
  const watchers = new Set<() => void>()
  stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text
    for (const watch of watchers) watch()
  })
  stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text
    for (const watch of watchers) watch()
  })
  const closed = [stdout, stderr].map((stream) => new Promise((resolve) => stream.once("close", resolve)))
  const ended = Promise.all([code, ...closed]).then(([code]): Ran => ({ code, out, err }))
  const until: RunningCli["until"] = (fits) =>
    new Promise((resolve, reject) => {
      const watch = () => {
        if (!fits(out, err)) return
        watchers.delete(watch)
        resolve()
      }
      watchers.add(watch)
      const tooLate = () =>
        fits(out, err) ? resolve() : reject(new Error(`it ended; it wrote ${out}${err}`))
      ended.then(tooLate, reject)
      watch()
    })
  return { out: () => out, err: () => err, until, ended }
}

/** Runs a command to its end, within this process. */
export const runCli = (args: ReadonlyArray<string>, env: Env = {}): Promise<Ran> => toEnd(startCli(args, env))

/** Runs the real command to its end. */
export const runProcess = (args: ReadonlyArray<string>, env: Env = {}): Promise<Ran> =>
  toEnd(startProcess(args, env))

const toEnd = (running: RunningCli): Promise<Ran> => {
  running.stdin.end()
  return running.ended
}

/** Each line of the output as JSON. */
export const jsonLines = (out: string): ReadonlyArray<Record<string, unknown>> =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
