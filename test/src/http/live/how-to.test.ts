import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { liveCloses } from "../../../../src/http/live/live-closes.ts"
import { liveHttpLimits } from "../../../../src/http/live/live-http-limits.ts"
import { liveLimits } from "../../../../src/live/live-limits.ts"
import { topics } from "../../../../src/live/topics.ts"
import { databases } from "../../../databases.ts"
import type { PartitionOwner } from "../../../eventstore/owner.ts"
import { type AnyFrame, type LiveWorld, moved, opened, openLiveWorld } from "../../live/live-world.ts"
import { startLiveServer, user } from "./live-server.ts"

const root = resolve(import.meta.dirname, "../../../..")
const page = readFileSync(join(root, "docs/how-to/follow-live.md"), "utf8")
const scratch = join(root, "node_modules/.cache/live-how-to")

let world: LiveWorld
let acme: PartitionOwner
beforeAll(async () => {
  world = await openLiveWorld(databases[0]!)
  acme = (await world.own("acme", 1))[0]!
  await world.tell(acme, ...opened("d1"))
})
afterAll(async () => {
  await world.close()
  rmSync(scratch, { recursive: true, force: true })
})

test("the example of the page follows a board over a server that comes and goes", async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(page)![1]!
  mkdirSync(scratch, { recursive: true })
  writeFileSync(join(scratch, "example.ts"), code)
  const { followLive } = await import(pathToFileURL(join(scratch, "example.ts")).href)
  const hub = await world.openHub()
  const first = await startLiveServer(hub)
  const port = Number(new URL(first.url).port)
  const token = async () => "acme-root"
  first.admit(user("acme", "root", "Admin"))
  const frames: Array<AnyFrame> = []
  let look = () => {}
  const until = (is: () => boolean) =>
    new Promise<void>((done) => {
      look = () => is() && done()
      look()
    })
  const count = (type: string) => frames.filter((frame) => frame.type === type).length
  const stop = followLive(first.socketUrl, token, ["board:deals"], (frame: AnyFrame) => {
    frames.push(frame)
    look()
  })
  await until(() => count("subscribed") === 1)
  await world.tell(acme, moved("d1", 0))
  await until(() => count("event") === 1)
  await first.stop()
  await world.tell(acme, moved("d1", 1), moved("d1", 2))
  const second = await startLiveServer(hub, {}, port)
  second.admit(user("acme", "root", "Admin"))
  await until(() => count("event") === 3)
  stop()
  expect(frames.filter(({ type }) => type === "event").map(({ event }) => event.version)).toEqual([3, 4, 5])
  await second.stop()
})

test("the page names every topic, every code and the limits as they are", () => {
  for (const { name } of topics) expect(page).toMatch(new RegExp(`\`${name}[:\`]`))
  for (const [code] of Object.values(liveCloses)) if (code !== 1011) expect(page).toContain(String(code))
  const seconds = [
    `no hello within ${liveHttpLimits.helloTimeoutMs / 1000} s`,
    `within ${liveHttpLimits.ticketLifeMs / 1000} s`,
    `for ${liveHttpLimits.slowMaxMs / 1000} s you did not read`,
    `every ${liveLimits.engineEveryMs / 1000} s`,
    `every ${liveLimits.lookEveryMs / 1000} s`,
    `a frame over ${liveHttpLimits.frameMaxBytes / 1024} KiB`,
    `${liveLimits.catchUpEventsMax.toLocaleString("en")} events behind`
  ]
  for (const words of seconds) expect(page).toContain(words)
})
