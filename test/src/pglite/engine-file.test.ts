import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type EngineFile, findRunningEngine, takeDirectory } from "../../../src/pglite/engine-file.ts"

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "centurion-file-"))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const take = () => Effect.runPromise(takeDirectory(dir))
const refusal = () => Effect.runPromise(Effect.flip(takeDirectory(dir)))
const path = () => join(dir, "engine.json")
const content = () => JSON.parse(readFileSync(path(), "utf8"))
const write = (more: object) =>
  writeFileSync(
    path(),
    JSON.stringify({
      pid: 1,
      host: hostname(),
      processBegan: null,
      startedAt: "2026-01-01T00:00:00.000Z",
      url: null,
      token: "another's",
      ...more
    })
  )
const released = async (file: EngineFile) => {
  file.release()
  return readdirSync(dir)
}

test("the file names the process, and its address once it listens", async () => {
  const file = await take()
  expect(content()).toMatchObject({ pid: process.pid, host: hostname(), url: null, token: file.token })
  file.announce("http://127.0.0.1:8080")
  expect(content().url).toBe("http://127.0.0.1:8080")
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  expect(await released(file)).toEqual([])
})

test("a directory that a living process has is refused with how to go on", async () => {
  const file = await take()
  file.announce("http://127.0.0.1:8080")
  expect((await refusal()).message).toBe(
    `centurion already runs in ${dir} as process ${process.pid} at http://127.0.0.1:8080; stop it, or set CENTURION_DIR to another directory`
  )
  expect(await released(file)).toEqual([])
})

test.each([
  ["of a process that is gone", { pid: 2 ** 22 + 1 }],
  ["whose number another process has now", { pid: process.ppid, processBegan: "1" }],
  ["of this process's number in an earlier life", { pid: process.pid, processBegan: "1" }]
])("a file %s is taken over", async (_, holder) => {
  write(holder)
  expect(findRunningEngine(dir)).toBeUndefined()
  const file = await take()
  expect(content()).toMatchObject({ pid: process.pid, token: file.token })
  expect(await released(file)).toEqual([])
})

test("a file that is no JSON is taken over", async () => {
  writeFileSync(path(), "{")
  expect(await released(await take())).toEqual([])
})

test.skipIf(process.platform !== "linux")(
  "a killed process that nobody has waited for holds nothing",
  async () => {
    const shell = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    const pid = await new Promise<number>((resolve) =>
      shell.stdout.once("data", (data) => resolve(Number(data)))
    )
    process.kill(pid, "SIGKILL")
    // Its parent is another program by now and never asks for it, so it stays in the list.
    while (!readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) await new Promise(setImmediate)
    write({ pid })
    expect(findRunningEngine(dir)).toBeUndefined()
    shell.kill("SIGKILL")
  }
)

test("another machine's file counts while it is touched, and not after a silence", async () => {
  write({ host: "another-machine" })
  expect((await refusal()).message).toContain("already runs")
  const long = new Date(Date.now() - 60_000)
  utimesSync(path(), long, long)
  expect(await released(await take())).toEqual([])
})

test("what is no longer ours is neither changed nor removed", async () => {
  const file = await take()
  write({})
  file.announce("http://127.0.0.1:1")
  expect(await released(file)).toEqual(["engine.json"])
  expect(content()).toMatchObject({ token: "another's", url: null })
})

test("a directory that can't be made is told with its reason", async () => {
  writeFileSync(join(dir, "file"), "")
  const refused = await Effect.runPromise(Effect.flip(takeDirectory(join(dir, "file", "below"))))
  expect(refused).toMatchObject({ _tag: "WrongDirectory", message: expect.stringContaining("ENOTDIR") })
})
