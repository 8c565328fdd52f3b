import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, expect, test } from "vitest"
import { EventStore } from "../../../../eventstore/log/event-store.ts"
import { verify } from "../../../../eventstore/proof/verify.ts"
import { remoteStoreLayer } from "../../../../src/control/remote-services.ts"
import { findRunningEngine } from "../../../../src/pglite/engine-file.ts"
import { freePort } from "../../http/open-server.ts"
import { type ServerProcess, startServer } from "../../server-process.ts"

const dir = mkdtempSync(join(tmpdir(), "centurion-demo-history-"))
const servers: Array<ServerProcess> = []
afterAll(async () => {
  for (const server of servers) {
    server.kill("SIGKILL")
    await server.ended
  }
  rmSync(dir, { recursive: true, force: true })
})

const start = async () => {
  const server = await startServer(await freePort(), { CENTURION_DIR: dir })
  servers.push(server)
  return server
}

const begins = "writing the history of the demo company"
const ends = /wrote the history of the demo company: (\d+) events/

/** Starts the server on the directory, and kills it so long after it began to write the history. */
const killWhileWriting = async (afterMs: number) => {
  const server = await start()
  while (!server.said().includes(begins)) await new Promise((resolve) => setTimeout(resolve, 10))
  const from = performance.now()
  while (performance.now() - from < afterMs) await new Promise((resolve) => setTimeout(resolve, 5))
  server.kill("SIGKILL")
  await server.ended
  return server.said()
}

test("a first start that is killed while it writes the history has written nothing, and the next one writes it whole", async () => {
  for (const afterMs of [0, 300]) expect(await killWhileWriting(afterMs)).not.toMatch(ends)
  const server = await start()
  await server.until(200)
  const written = Number(ends.exec(server.said())?.[1])
  expect(written).toBeGreaterThan(10_000)
  const { url, token } = findRunningEngine(dir)!
  const look = Effect.gen(function* () {
    const store = yield* EventStore
    return { verified: yield* verify(), dead: yield* store.listJobs("demo", "failed", 10) }
  })
  const { verified, dead } = await Effect.runPromise(
    Effect.provide(look, remoteStoreLayer({ url: url!, token }))
  )
  expect(verified).toMatchObject({ ok: true, partitions: 4, damages: [] })
  expect(verified.events).toBeGreaterThanOrEqual(written)
  expect(dead).toEqual([])
  server.kill("SIGTERM")
  await server.ended
  const again = await start()
  await again.until(200)
  expect(again.said()).not.toContain(begins)
})
