import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { liveCloses } from "../../../../src/http/live/live-closes.ts"
import { liveHttpLimits } from "../../../../src/http/live/live-http-limits.ts"
import type { LiveHub } from "../../../../src/live/live-hub.ts"
import { databases } from "../../../databases.ts"
import type { PartitionOwner } from "../../../eventstore/owner.ts"
import { begun, type LiveWorld, moved, opened, openLiveWorld, said } from "../../live/live-world.ts"
import { enter, type LiveServer, openSocket, startLiveServer, user } from "./live-server.ts"

const closeOf = (why: keyof typeof liveCloses) => ({ code: liveCloses[why][0], reason: liveCloses[why][1] })

describe("live sockets", () => {
  let world: LiveWorld
  let hub: LiveHub["Service"]
  let acme: PartitionOwner
  let globex: PartitionOwner
  let server: LiveServer
  beforeAll(async () => {
    world = await openLiveWorld(databases[0]!)
    acme = (await world.own("acme", 1))[0]!
    globex = (await world.own("globex", 1))[0]!
    for (const owner of [acme, globex]) await world.tell(owner, ...opened("d1"), begun("c1", "l1"))
    hub = await world.openHub()
  })
  beforeEach(async () => {
    server = await startLiveServer(hub, { liveRecheckMs: 50, liveUnreadMaxBytes: 64 * 1024 })
  })
  afterEach(() => server.stop())
  afterAll(() => world.close())

  const admin = user("acme", "root", "Admin")

  test("a hello lets in, and the welcome says as whom", async () => {
    const socket = openSocket(server.socketUrl)
    expect(await socket.ask({ type: "hello", token: server.admit(admin) }, "welcome")).toEqual({
      type: "welcome",
      as: "person:root",
      company: "acme",
      topics: ["conversation:7f3a", "board:deals", "counters", "engine"]
    })
    expect(await socket.ask({ type: "ping" }, "pong")).toEqual({ type: "pong" })
    expect(server.clients()).toBe(1)
    socket.socket.close()
    await socket.closed()
  })

  test("programs come in by their Authorization header, without a hello", async () => {
    const socket = openSocket(server.socketUrl, { authorization: `Bearer ${server.admit(admin)}` })
    await socket.until(() => socket.frames.length === 1)
    expect(socket.last()).toMatchObject({ type: "welcome", as: "person:root" })
    socket.socket.close()
  })

  test("nobody comes in without a hello, with a wrong token, or by another frame", async () => {
    server.admit(admin)
    const wrong = [
      { type: "hello", token: "wrong" },
      { type: "hello" },
      { type: "subscribe", topic: "board:deals" },
      "no JSON",
      "",
      JSON.stringify({ type: "hello", token: "x".repeat(9_000) })
    ]
    for (const frame of wrong) {
      const socket = openSocket(server.socketUrl)
      await socket.send(frame)
      expect(await socket.closed()).toEqual(closeOf("notAuthenticated"))
      expect(socket.frames).toEqual([])
    }
    const header = openSocket(server.socketUrl, { authorization: "Bearer wrong" })
    expect(await header.closed()).toEqual(closeOf("notAuthenticated"))
    const silent = openSocket(server.socketUrl)
    expect(await silent.closed()).toEqual(closeOf("noHello"))
  })

  test("events come by a socket, and resume on another one behind the last cursor", async () => {
    const token = server.admit(admin)
    const first = await enter(server, token)
    const subscribed = await first.ask({ type: "subscribe", topic: "board:deals", id: "1" }, "subscribed")
    expect(subscribed).toMatchObject({ topic: "board:deals", id: "1" })
    await world.tell(acme, moved("d1", 0), moved("d1", 1), moved("d1", 2))
    await first.until(() => first.events("board:deals").length === 3)
    const cursors = [subscribed.cursor, ...first.events("board:deals").map(({ cursor }) => cursor)]
    // As a cable that is pulled out.
    first.socket.terminate()
    for (const [index, after] of cursors.entries()) {
      const again = await enter(server, token)
      await again.ask({ type: "subscribe", topic: "board:deals", after }, "subscribed")
      await again.until(() => again.events("board:deals").length === 3 - index)
      expect(again.events("board:deals").map(({ event }) => event.version)).toEqual(
        first
          .events("board:deals")
          .slice(index)
          .map(({ event }) => event.version)
      )
      again.socket.close()
    }
  })

  test("two companies with the same ids see only their own", async () => {
    const ours = await enter(server, server.admit(admin))
    const theirs = await enter(server, server.admit(user("globex", "root", "Admin")))
    for (const socket of [ours, theirs])
      for (const topic of ["board:deals", "conversation:c1"])
        await socket.ask({ type: "subscribe", topic }, "subscribed")
    await world.tell(acme, said("c1", "ours"), moved("d1", 3))
    await world.tell(globex, said("c1", "theirs"))
    await ours.until(() => ours.events("board:deals").length === 1)
    await theirs.until(() => theirs.events("conversation:c1").length === 1)
    const textsOf = (socket: typeof ours) =>
      socket.events("conversation:c1").map(({ event }) => event.data.text)
    expect([textsOf(ours), textsOf(theirs)]).toEqual([["ours"], ["theirs"]])
    expect(theirs.events("board:deals")).toEqual([])
    for (const socket of [ours, theirs]) socket.socket.close()
  })

  test("someone else's conversation is refused as one that is not there, and audited", async () => {
    const seller = await enter(server, server.admit(user("acme", "ana", "Comercial")))
    const refused = await seller.ask({ type: "subscribe", topic: "conversation:c1", id: "x" }, "error")
    expect(refused).toEqual({
      type: "error",
      code: "notFound",
      message: "there is no conversation:c1 that you may follow",
      topic: "conversation:c1",
      id: "x"
    })
    expect(server.refusals).toEqual(["acme person:ana topic:conversation:c1 needs conversations:read"])
    seller.socket.close()
  })

  test("wrong frames are answered, and too many of them close the socket", async () => {
    const socket = await enter(server, server.admit(admin))
    const wrong = [
      "{",
      "[]",
      "null",
      '{"type":"shout"}',
      '{"type":"subscribe"}',
      '{"type":"subscribe","topic":1}'
    ]
    for (const frame of wrong) {
      expect(await socket.ask(frame, "error")).toMatchObject({ type: "error", code: "wrongFrame" })
    }
    socket.socket.send(Buffer.from([1, 2, 3]))
    await socket.until(() => socket.frames.filter(({ type }) => type === "error").length === wrong.length + 1)
    for (let n = wrong.length; n <= liveHttpLimits.refusalsMax; n++)
      await socket.ask({ type: "subscribe", topic: `nothing:${n}` }, "error")
    expect(await socket.closed()).toEqual(closeOf("wrongFrames"))
  })

  test("a frame that is too large, and too many at once, close the socket", async () => {
    const large = await enter(server, server.admit(admin))
    await large.send(JSON.stringify({ type: "ping", padding: "x".repeat(liveHttpLimits.frameMaxBytes) }))
    expect((await large.closed()).code).toBe(1009)
    const many = await enter(server, server.admit(admin))
    for (let n = 0; n <= liveHttpLimits.framesBurst + 10; n++) await many.send({ type: "ping" })
    expect(await many.closed()).toEqual(closeOf("tooManyFrames"))
  })

  test("a token that has expired ends the socket, unless a new hello came before", async () => {
    const [first, second] = [server.admit(admin, "first"), server.admit(admin, "second")]
    const [gone, kept] = [await enter(server, first), await enter(server, first)]
    await kept.ask({ type: "subscribe", topic: "board:deals" }, "subscribed")
    expect(await kept.ask({ type: "hello", token: second }, "welcome")).toMatchObject({ as: "person:root" })
    server.tokens.delete(first)
    expect(await gone.closed()).toEqual(closeOf("notAuthenticated"))
    await world.tell(acme, moved("d1", 4))
    await kept.until(() => kept.events("board:deals").length === 1)
    server.tokens.delete(second)
    expect(await kept.closed()).toEqual(closeOf("notAuthenticated"))
  })

  test("a hello of somebody else does not change whose socket it is", async () => {
    for (const other of [user("globex", "root", "Admin"), user("acme", "ana", "Admin")]) {
      const socket = await enter(server, server.admit(admin))
      await socket.send({ type: "hello", token: server.admit(other) })
      expect(await socket.closed()).toEqual(closeOf("otherPrincipal"))
    }
    const wrong = await enter(server, server.admit(admin))
    await wrong.send({ type: "hello", token: "wrong" })
    expect(await wrong.closed()).toEqual(closeOf("notAuthenticated"))
  })

  test("rights that are taken away end their topics, and nothing else", async () => {
    const token = server.admit(user("acme", "eva", "Diretor"))
    const socket = await enter(server, token)
    for (const topic of ["engine", "counters"]) await socket.ask({ type: "subscribe", topic }, "subscribed")
    server.tokens.set(token, user("acme", "eva", "Comercial"))
    await socket.until(() => socket.frames.some(({ type }) => type === "error"))
    expect(socket.frames.filter(({ type }) => type === "error")).toMatchObject([
      { code: "forbidden", topic: "engine" }
    ])
    expect(await socket.ask({ type: "unsubscribe", topic: "counters" }, "unsubscribed")).toBeDefined()
    socket.socket.close()
  })

  test("one who does not read is closed, and resumes from its cursor; one who reads is not, however much comes", async () => {
    const token = server.admit(admin)
    const slow = await enter(server, token)
    const quick = await enter(server, token)
    for (const socket of [slow, quick])
      await socket.ask({ type: "subscribe", topic: "conversation:c1" }, "subscribed")
    slow.socket.pause()
    const long = "x".repeat(20_000)
    // More than the kernel keeps for both sides, each page of it more than a client may have unread.
    const many = 600
    for (let n = 0; n < many; n += 40)
      await world.tell(acme, ...Array.from({ length: 40 }, (_, m) => said("c1", `${n + m} ${long}`)))
    await quick.until(() => quick.events("conversation:c1").length === many)
    while (server.clients() > 1) await new Promise((resolve) => setTimeout(resolve, 20))
    slow.socket.resume()
    expect([liveCloses.tooSlow[0], 1006]).toContain((await slow.closed()).code)
    const got = slow.events("conversation:c1")
    expect(got.length).toBeLessThan(many)
    const again = await enter(server, token)
    const after = (got.at(-1) ?? slow.frames.find(({ type }) => type === "subscribed")).cursor
    await again.ask({ type: "subscribe", topic: "conversation:c1", after }, "subscribed")
    await again.until(() => again.events("conversation:c1").length === many - got.length)
    const versions = (socket: typeof slow) =>
      socket.events("conversation:c1").map(({ event }) => event.version)
    expect([...versions(slow), ...versions(again)]).toEqual(versions(quick))
    quick.socket.close()
    again.socket.close()
  })

  test("two hundred clients all see each change once", async () => {
    const token = server.admit(admin)
    const sockets = []
    for (let n = 0; n < 200; n++) {
      const socket = await enter(server, token)
      sockets.push(socket)
      await socket.ask({ type: "subscribe", topic: "board:deals" }, "subscribed")
    }
    for (let n = 0; n < 10; n++) await world.tell(acme, moved("d1", n), moved("d1", n + 1))
    for (const socket of sockets) await socket.until(() => socket.events("board:deals").length === 20)
    const versions = sockets.map((socket) =>
      socket
        .events("board:deals")
        .map(({ event }) => event.version)
        .join()
    )
    expect(new Set(versions).size).toBe(1)
    for (const socket of sockets) socket.socket.close()
  })

  test("there are not more sockets than there may be", async () => {
    const small = await startLiveServer(hub, { liveSocketsMax: 2 })
    const token = small.admit(admin)
    const first = await enter(small, token)
    await enter(small, token)
    expect(await openSocket(small.socketUrl).closed()).toEqual(closeOf("tryAgain"))
    first.socket.close()
    await first.closed()
    while (small.clients() > 1) await new Promise((resolve) => setImmediate(resolve))
    const third = await enter(small, token)
    expect(third.last()).toMatchObject({ type: "welcome" })
    await small.stop()
  })

  test("strangers of one address can't take all sockets", async () => {
    const strangers = Array.from({ length: liveHttpLimits.strangersPerAddressMax }, () =>
      openSocket(server.socketUrl)
    )
    for (const { socket } of strangers) await new Promise((resolve) => socket.once("open", resolve))
    expect(await openSocket(server.socketUrl).closed()).toEqual(closeOf("tryAgain"))
    await strangers[0]!.ask({ type: "hello", token: server.admit(admin) }, "welcome")
    const next = openSocket(server.socketUrl)
    expect(await next.ask({ type: "hello", token: server.admit(admin) }, "welcome")).toBeDefined()
    for (const { socket } of strangers) socket.terminate()
  })

  test("when the server stops, sockets hear when to come back", async () => {
    const own = await startLiveServer(hub)
    const socket = await enter(own, own.admit(admin))
    await socket.ask({ type: "subscribe", topic: "board:deals" }, "subscribed")
    await own.stop()
    expect(await socket.closed()).toEqual(closeOf("restart"))
    expect(socket.last()).toEqual({
      type: "closing",
      reason: liveCloses.restart[1],
      reconnectAfterMs: expect.any(Number)
    })
  })

  test("reasons fit into a close frame", () => {
    for (const [, reason] of Object.values(liveCloses))
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123)
  })
})
