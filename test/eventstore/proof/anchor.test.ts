import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import {
  type Anchor,
  AnchorFailed,
  anchorSeals,
  anchorText,
  parseAnchor,
  runAnchor
} from "../../../eventstore/proof/anchor.ts"
import { anchorPath, directoryName, lastAnchored } from "../../../eventstore/proof/anchor-directory.ts"
import { anchorWebhook } from "../../../eventstore/proof/anchor-webhook.ts"
import { openNote } from "../../../eventstore/proof/checkpoint-note.ts"
import { SealStore } from "../../../eventstore/proof/seal-store.ts"
import { verifyHistory } from "../../../eventstore/proof/verify.ts"
import { databases } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"
import type { PartitionOwner } from "../owner.ts"
import { anchorInto, newFolder, sealNow, sealVerifier, write } from "../sealed-history.ts"

/** A receiver of notes that answers what it is told to. */
const openReceiver = async () => {
  const got: Array<{ seal: string; note: string }> = []
  const answers: Array<number> = []
  const server: Server = createServer((request, response) => {
    let note = ""
    request.setEncoding("utf8").on("data", (text) => {
      note += text
    })
    request.on("end", () => {
      got.push({ seal: String(request.headers["centurion-seal"]), note })
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { got, answers, origin, url: `${origin}/notes?secret=1`, close: () => server.close() }
}

describe.each(databases)("anchors on $name", (kind) => {
  const files = newFolder()
  const directory = `${files.folder}/anchors`
  let store: OpenStore
  let owner: PartitionOwner
  beforeAll(async () => {
    store = await openStore(kind)
  })
  afterAll(async () => {
    files.remove()
    await store?.close()
  })
  beforeEach(async () => {
    rmSync(directory, { recursive: true, force: true })
    await store.database.clear()
    owner = (await store.own("acme", 1))[0]!
    for (let n = 0; n < 3; n++) {
      await write(store, owner, 4)
      await sealNow(store)
    }
  })

  const reached = async () =>
    (await store.run(Effect.flatMap(SealStore, ({ anchors }) => anchors))).map(({ anchor, seal }) => [
      anchor,
      seal
    ])
  const verify = () => store.run(verifyHistory({ keys: [sealVerifier], anchors: directory }))
  const into = (url: string) => store.run(Effect.result(anchorSeals(anchorWebhook(url))))

  it("in a directory have a file for each seal, written once", async () => {
    expect([await anchorInto(store, directory), await anchorInto(store, directory)]).toEqual([3, 0])
    expect(readdirSync(dirname(anchorPath(directory, 1))).sort()).toEqual(
      [1, 2, 3].map((seal) => `${String(seal).padStart(12, "0")}.json`)
    )
    expect([await reached(), await lastAnchored(directory)]).toEqual([[[directoryName(directory), 3]], 3])
    const text = readFileSync(anchorPath(directory, 2), "utf8")
    expect(anchorText(parseAnchor(text)!)).toBe(text)
    expect(openNote(parseAnchor(text)!.note, [sealVerifier]).state).toBe("signed")
    expect(await verify()).toMatchObject({ ok: true, anchored: 3 })
  })

  it("in a directory never take another seal's place: it is told, and nothing is written over", async () => {
    mkdirSync(dirname(anchorPath(directory, 2)), { recursive: true })
    writeFileSync(anchorPath(directory, 2), "another log's seal\n")
    const message = await anchorInto(store, directory).catch((error: { message: string }) => error.message)
    expect([message, readFileSync(anchorPath(directory, 2), "utf8"), await reached()]).toEqual([
      `${anchorPath(directory, 2)} holds another seal than the database`,
      "another log's seal\n",
      [[directoryName(directory), 1]]
    ])
  })

  it("at a URL get each note once and in order, and go on after a refusal where they were", async () => {
    const receiver = await openReceiver()
    receiver.answers.push(200, 503)
    const refused = await into(receiver.url)
    expect([refused._tag, refused._tag === "Failure" && refused.failure.message, await reached()]).toEqual([
      "Failure",
      "it answered 503 to seal 2",
      [[`webhook ${receiver.origin}`, 1]]
    ])
    // That it has the note already is as good.
    receiver.answers.push(409)
    await into(receiver.url)
    await into(receiver.url)
    receiver.close()
    expect(receiver.got.map(({ seal }) => seal)).toEqual(["1", "2", "2", "3"])
    expect(receiver.got.map(({ note }) => openNote(note, [sealVerifier]).state)).toEqual([
      "signed",
      "signed",
      "signed",
      "signed"
    ])
    expect(await reached()).toEqual([[`webhook ${receiver.origin}`, 3]])
  })

  it("at a URL that nobody answers are told of and lose nothing", async () => {
    const refused = await into("http://127.0.0.1:1/")
    expect([refused._tag, await reached()]).toEqual(["Failure", []])
  })

  it("are missed when they are gone, and when the directory is, and it can be that none were ever written", async () => {
    const damages = async () =>
      (await verify()).damages.map(({ kind, seal, message }) => [kind, seal, message])
    expect(await damages()).toEqual([])
    await anchorInto(store, directory)
    const name = directoryName(directory)
    rmSync(anchorPath(directory, 2))
    expect(await damages()).toEqual([["anchor", 2, `the anchored seal 2 in ${name} is not there any more`]])
    rmSync(directory, { recursive: true })
    expect(await damages()).toEqual([["anchor", 1, `the anchored seal 1 in ${name} is not there any more`]])
  })

  it.skipIf(process.getuid?.() === 0)("in a directory that can't be written to are told of", async () => {
    mkdirSync(directory)
    chmodSync(directory, 0o500)
    const message = await anchorInto(store, directory).catch((error: { message: string }) => error.message)
    expect(message).toContain("EACCES")
  })
})

describe("an anchor that fails", () => {
  it("is tried again by itself, later and later, and then gets what it missed", async () => {
    const seals = [1, 2, 3].map((number) => ({ number, sealedAt: 0, note: "", frontier: new Uint8Array() }))
    let refusals = 3
    const took: Array<readonly [seal: number, ms: number]> = []
    const reached: Array<number> = []
    const anchor: Anchor = {
      name: "the test",
      write: ({ number }) =>
        Effect.flatMap(Clock.currentTimeMillis, (ms) => {
          took.push([number, ms])
          return refusals-- > 0 ? Effect.fail(new AnchorFailed({ message: "not now" })) : Effect.void
        })
    }
    const store = Layer.mock(SealStore, {
      anchors: Effect.sync(() =>
        reached.map((seal) => ({ anchor: anchor.name, seal, anchoredAt: 0 })).slice(-1)
      ),
      seals: (after) => Effect.sync(() => seals.filter(({ number }) => number > after)),
      sealedPartitions: () => Effect.succeed([]),
      noteAnchored: (_, seal) => Effect.sync(() => void reached.push(seal))
    })
    await Effect.runPromise(
      Effect.gen(function* () {
        yield* Effect.forkChild(runAnchor(anchor, 500), { startImmediately: true })
        yield* TestClock.adjust(20_000)
      }).pipe(Effect.provide(Layer.mergeAll(store, TestClock.layer(), Logger.layer([]))))
    )
    expect([took, reached]).toEqual([
      [
        [1, 0],
        [1, 1000],
        [1, 3000],
        [1, 7000],
        [2, 7000],
        [3, 7000]
      ],
      [1, 2, 3]
    ])
  })

  it("does not count the database's outages: after twenty it has what it missed within a second", async () => {
    let outages = 20
    let tookAt = 0
    const store = Layer.mock(SealStore, {
      anchors: Effect.suspend(() =>
        outages-- > 0
          ? Effect.fail(new StoreUnavailable({ message: "away", mayHaveHappened: false }))
          : Effect.succeed([])
      ),
      seals: (after) =>
        Effect.succeed(after > 0 ? [] : [{ number: 1, sealedAt: 0, note: "", frontier: new Uint8Array() }]),
      sealedPartitions: () => Effect.succeed([]),
      noteAnchored: () => Effect.void
    })
    const write = () =>
      Effect.map(Clock.currentTimeMillis, (ms) => {
        tookAt ||= ms
      })
    await Effect.runPromise(
      Effect.gen(function* () {
        yield* Effect.forkChild(runAnchor({ name: "the test", write }, 500), { startImmediately: true })
        yield* TestClock.adjust(600_000)
      }).pipe(Effect.provide(Layer.mergeAll(store, TestClock.layer(), Logger.layer([]))))
    )
    expect(tookAt).toBe(20_000)
  })
})
