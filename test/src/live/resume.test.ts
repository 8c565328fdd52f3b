import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { LiveHub } from "../../../src/live/live-hub.ts"
import { liveLimits } from "../../../src/live/live-limits.ts"
import { databases } from "../../databases.ts"
import type { PartitionOwner } from "../../eventstore/owner.ts"
import {
  type AnyFrame,
  begun,
  connect,
  type LiveClient,
  type LiveWorld,
  moved,
  opened,
  openLiveWorld,
  principal,
  said
} from "./live-world.ts"

/** The events of each stream, in the order in which they came. */
const byStream = (frames: ReadonlyArray<AnyFrame>) => {
  const streams: Record<string, Array<number>> = {}
  for (const { event } of frames) {
    streams[event.id] ??= []
    streams[event.id]!.push(event.version)
  }
  return streams
}

/** A sequence of numbers that looks random, the same each time. */
const chance = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

describe.each(databases)("resuming on $name", (kind) => {
  let world: LiveWorld
  let near: LiveHub["Service"]
  let far: LiveHub["Service"]
  let owners: ReadonlyArray<PartitionOwner>
  const admin = principal("acme", "root", "Admin")
  beforeAll(async () => {
    world = await openLiveWorld(kind)
    owners = await world.own("acme", 2)
    for (const owner of owners)
      await world.tell(owner, ...opened(`d${owner.partition}`), begun(`c${owner.partition}`, "l"))
    near = await world.openHub()
    // As a process that does not project: it hears of nothing and looks by itself.
    far = await world.openHub({ projects: false })
  })
  afterAll(() => world.close())

  const openAt = async (hub: LiveHub["Service"], topic: string, after?: string) => {
    const client = await connect(hub, admin)
    await client.subscribe(topic, after)
    return client
  }
  const cursorOf = (client: LiveClient): string =>
    client.frames.findLast(({ cursor }) => cursor !== undefined).cursor

  test("a board that was cut after any frame goes on without gaps or doubles, in this process and in another one", async () => {
    const whole = await openAt(near, "board:deals")
    const begin = cursorOf(whole)
    for (let n = 0; n < 12; n++) {
      const owner = owners[n % 2]!
      const [deal, conversation] = [`d${owner.partition}`, `c${owner.partition}`]
      await world.tell(owner, moved(deal, n), said(conversation, `${n}`), moved(deal, n + 1))
    }
    await whole.until(() => whole.events("board:deals").length === 24)
    const frames = whole.events("board:deals")
    for (const hub of [near, far]) {
      for (let cut = 0; cut <= frames.length; cut++) {
        const rest = frames.slice(cut)
        const after = cut === 0 ? begin : frames[cut - 1].cursor
        const again = await openAt(hub, "board:deals", after)
        await again.until(() => again.events("board:deals").length >= rest.length)
        expect(byStream(again.events("board:deals"))).toEqual(byStream(rest))
        // Where it is then is where everybody is.
        const end = await openAt(hub, "board:deals", cursorOf(again))
        expect(end.events("board:deals")).toEqual([])
        await Promise.all([again.close(), end.close()])
      }
    }
    await whole.close()
  })

  test("clients that are cut all the time, while events go on, see each event once and in order", async () => {
    const random = chance(7)
    const topics = ["board:deals", "conversation:c1", "board:conversations"]
    const wholes = await Promise.all(topics.map((topic) => openAt(near, topic)))
    const rounds = 60
    let isWritten = false
    const writing = (async () => {
      for (let n = 0; n < rounds; n++) {
        const owner = owners[Math.floor(random() * 2)]!
        const [deal, conversation] = [`d${owner.partition}`, `c${owner.partition}`]
        const many = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, m) =>
          random() < 0.5 ? moved(deal, m) : said(conversation, `${n}.${m}`)
        )
        await world.write(owner, ...many)
      }
      await world.projecting().shows(...owners)
      isWritten = true
    })()
    const follow = async (topic: string, begin: string, hubs: ReadonlyArray<LiveHub["Service"]>) => {
      const seen: Array<AnyFrame> = []
      const isAll = (more: number) => isWritten && seen.length + more >= countOf(topic, begin)
      let cursor = begin
      for (let turn = 0; !isAll(0); turn++) {
        const client = await openAt(hubs[turn % hubs.length]!, topic, cursor)
        const most = 1 + Math.floor(random() * 8)
        const enough = () => {
          const { length } = client.events(topic)
          return length >= most || isAll(length)
        }
        await Promise.race([client.until(enough), writing])
        if (isWritten) await client.until(enough)
        await client.close()
        seen.push(...client.events(topic))
        cursor = cursorOf(client)
      }
      return seen
    }
    const beginOf = (index: number): string => wholes[index]!.frames[0].cursor
    const following = topics.flatMap((topic, index) =>
      [[near], [far], [near, far]].map((hubs) => follow(topic, beginOf(index), hubs))
    )
    await writing
    await Promise.all(
      wholes.map((whole, index) =>
        whole.until(() => whole.events(topics[index]!).length === countOf(topics[index]!, beginOf(index)))
      )
    )
    for (const [index, seen] of (await Promise.all(following)).entries()) {
      const topic = topics[Math.floor(index / 3)]!
      const whole = wholes[Math.floor(index / 3)]!.events(topic)
      expect(byStream(seen), `${topic}, client ${index % 3}`).toEqual(byStream(whole))
    }
    await Promise.all(wholes.map((whole) => whole.close()))
  })

  /** How many events of the topic there are behind a cursor. */
  const countOf = (topic: string, cursor: string): number => {
    const { p, v } = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"))
    if (v !== undefined)
      return owners[0]!.events.filter(({ stream, version }) => stream === "conversation/c1" && version > v)
        .length
    const machine = topic === "board:deals" ? "deal/" : "conversation/"
    const begin = new Map<number, number>(p)
    return owners
      .flatMap(({ events }) => events)
      .filter(
        ({ stream, partition, position }) => stream.startsWith(machine) && position > begin.get(partition)!
      ).length
  }

  test("one who reads slowly while more happens than is kept for them gets all of it in the end", async () => {
    const ahead = await openAt(near, "board:deals")
    const begin = cursorOf(ahead)
    await world.tell(owners[0]!, moved("d1", 0))
    await ahead.until(() => ahead.events("board:deals").length === 1)
    let isOpen = false
    let go = () => {}
    const gate = new Promise<void>((resolve) => {
      go = () => {
        isOpen = true
        resolve()
      }
    })
    const slow = await connect(near, admin, {
      isFull: () => !isOpen,
      drained: Effect.promise(() => gate)
    })
    await slow.subscribe("board:deals", begin)
    const many = liveLimits.pendingEventsMax + 300
    for (let n = 0; n < many; n += 100)
      await world.tell(owners[1]!, ...Array.from({ length: 100 }, (_, m) => moved("d2", n + m)))
    await ahead.until(() => ahead.events("board:deals").length === many + 1)
    expect(slow.events("board:deals").length).toBeLessThan(10)
    go()
    await slow.until(() => slow.events("board:deals").length >= many + 1)
    expect(byStream(slow.events("board:deals"))).toEqual(byStream(ahead.events("board:deals")))
    await Promise.all([slow.close(), ahead.close()])
  })

  test("clients go on when the projector stops and another one takes over", async () => {
    const client = await openAt(far, "board:deals")
    await world.write(owners[0]!, moved("d1", 1))
    await world.restartProjector()
    await world.tell(owners[0]!, moved("d1", 2))
    // Of other deals it may still be told what the hub saw late.
    const moves = () =>
      client
        .events("board:deals")
        .filter(({ event }) => event.id === "d1")
        .map(({ event }) => event.data.reason)
    await client.until(() => moves().length === 2)
    expect(moves()).toEqual(["move 1", "move 2"])
    await client.close()
  })
})
