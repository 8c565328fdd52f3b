import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

let installed: string
beforeEach(() => {
  installed = mkdtempSync(join(tmpdir(), "centurion-launcher-"))
  mkdirSync(join(installed, "src/cli"), { recursive: true })
  writeFileSync(join(installed, "package.json"), '{"type":"module"}')
  cpSync(join(import.meta.dirname, "../../../src/cli/centurion.js"), join(installed, "src/cli/centurion.js"))
})
afterEach(() => rmSync(installed, { recursive: true, force: true }))

/** The launcher alone, run by a Node that says it is an older one. */
const runByOlder = (...args: ReadonlyArray<string>) => {
  const older = `Object.defineProperty(process.versions, "node", { value: "20.20.2" })`
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(older)}`, "src/cli/centurion.js", ...args],
    { encoding: "utf8", cwd: installed }
  )
  return { status, stdout, stderr }
}

test("an older Node says in one sentence what is needed, when no newer one was installed", () => {
  expect(runByOlder("start")).toEqual({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(/^Centurion runs on Node 24 or newer, and this is .*\n$/)
  })
})

test("an older Node hands over to the one that was installed, with its arguments, and ends as that one does", () => {
  mkdirSync(join(installed, "node_modules/node/bin"), { recursive: true })
  const brought = '#!/bin/sh\nshift\necho "newer: $@"\nexit 3\n'
  writeFileSync(join(installed, "node_modules/node/bin/node"), brought, { mode: 0o755 })
  expect(runByOlder("jobs", "list")).toEqual({ status: 3, stdout: "newer: jobs list\n", stderr: "" })
})

test("output that can't be written, as on a full disk, is told and is no success", () => {
  const launcher = join(import.meta.dirname, "../../../src/cli/centurion.js")
  const { status, stderr } = spawnSync(process.execPath, [launcher, "--help"], {
    encoding: "utf8",
    stdio: ["ignore", openSync("/dev/full", "w"), "pipe"]
  })
  expect([status, stderr]).toEqual([
    1,
    "the output can't be written: ENOSPC: no space left on device, write\n"
  ])
})
