import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

const running: Array<ChildProcess> = []
let directory = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "centurion-double-"))
})
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL")
  rmSync(directory, { recursive: true, force: true })
})

const start = async (provider: string, ...flags: ReadonlyArray<string>) => {
  const file = fileURLToPath(new URL(`../../../../src/demo/doubles/${provider}.ts`, import.meta.url))
  const child = spawn(process.execPath, [file, ...flags], { stdio: ["pipe", "pipe", "inherit"] })
  running.push(child)
  const [line] = (await once(createInterface(child.stdout), "line")) as [string]
  const { listening } = JSON.parse(line) as { listening: number }
  const call = async (path: string, body?: unknown) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }
    const headers = { apikey: "double-key" }
    return (await fetch(`http://127.0.0.1:${listening}${path}`, { ...init, headers })).json()
  }
  return { child, call }
}

const sends = [
  ["evolution", "/message/sendText/main", { number: "5511987654321", text: "Olá!" }],
  ["telegram", "/bot42:double-token/sendMessage", { chat_id: 7012345678, text: "Olá!" }]
] as const

describe.each(sends)("the double of %s as a process", (provider, path, body) => {
  it("knows after a kill what it accepted before, and uses no id again", async () => {
    const state = join(directory, "state.ndjson")
    const first = await start(provider, "--state", state)
    await first.call(path, body)
    const before = await first.call("/_double/sent")
    first.child.kill("SIGKILL")
    await once(first.child, "exit")
    const second = await start(provider, "--state", state)
    expect(await second.call("/_double/sent")).toEqual(before)
    await second.call(path, body)
    const { sent } = (await second.call("/_double/sent")) as { sent: ReadonlyArray<{ id: string }> }
    expect(new Set(sent.map(({ id }) => id)).size).toBe(2)
  })

  it("ends on SIGTERM, and with its parent when it is told to", async () => {
    const alone = await start(provider)
    alone.child.kill("SIGTERM")
    expect(await once(alone.child, "exit")).toEqual([0, null])
    const child = await start(provider, "--with-parent")
    child.child.stdin?.end()
    expect(await once(child.child, "exit")).toEqual([0, null])
  })
})
