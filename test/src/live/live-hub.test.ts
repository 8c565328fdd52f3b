import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { LiveHub } from "../../../src/live/live-hub.ts"
import { databases } from "../../databases.ts"
import type { PartitionOwner } from "../../eventstore/owner.ts"
import {
  begun,
  connect,
  engineStatus,
  type LiveWorld,
  moved,
  opened,
  openLiveWorld,
  owned,
  principal,
  said
} from "./live-world.ts"

describe.each(databases)("live topics on $name", (kind) => {
  let world: LiveWorld
  let hub: LiveHub["Service"]
  let acme: ReadonlyArray<PartitionOwner>
  let other: ReadonlyArray<PartitionOwner>
  beforeAll(async () => {
    world = await openLiveWorld(kind)
    acme = await world.own("acme", 2)
    other = await world.own("other", 2)
    for (const owner of [...acme, ...other]) await world.tell(owner, ...opened(`d${owner.partition}`))
    hub = await world.openHub()
  })
  afterAll(() => world.close())

  const admin = principal("acme", "root", "Admin")
  const text = (frames: ReadonlyArray<{ event: { data: { text?: string } } }>) =>
    frames.map((frame) => frame.event.data.text)

  test("a conversation is told from now on, each event with its cursor", async () => {
    await world.tell(acme[0]!, begun("c1", "l1"), said("c1", "one"))
    const client = await connect(hub, admin)
    expect(await client.subscribe("conversation:c1", undefined, "a")).toBe(true)
    await world.tell(acme[0]!, said("c1", "two"), said("c1", "three"))
    await client.until(() => client.events("conversation:c1").length === 2)
    expect(client.frames).toEqual([
      { type: "subscribed", topic: "conversation:c1", id: "a", cursor: expect.any(String) },
      {
        type: "event",
        topic: "conversation:c1",
        cursor: expect.any(String),
        event: {
          machine: "conversation",
          id: "c1",
          version: 3,
          kind: "input",
          type: "MessageReceived",
          at: "2026-01-05T12:00:00.000Z",
          occurredAt: "2026-01-05T12:00:00.000Z",
          by: "person:ana",
          causation: null,
          correlation: "c1",
          machineVersion: expect.any(String),
          partition: 1,
          position: expect.any(Number),
          data: { messageId: "m-two", text: "two", at: 1 },
          withheld: false
        }
      },
      expect.objectContaining({ event: expect.objectContaining({ version: 4 }) })
    ])
    await client.close()
  })

  test("a conversation is told from its start, and from any cursor", async () => {
    await world.tell(acme[0]!, begun("c2", "l2"), said("c2", "one"), said("c2", "two"))
    const client = await connect(hub, admin)
    await client.subscribe("conversation:c2", "start")
    await world.tell(acme[0]!, said("c2", "three"))
    await client.until(() => client.events("conversation:c2").length === 4)
    const whole = client.events("conversation:c2")
    expect(text(whole)).toEqual([undefined, "one", "two", "three"])
    for (const [index, { cursor }] of whole.entries()) {
      const again = await connect(hub, admin)
      await again.subscribe("conversation:c2", cursor)
      await again.until(() => again.events("conversation:c2").length === whole.length - 1 - index)
      expect(again.events("conversation:c2")).toEqual(whole.slice(index + 1))
      await again.close()
    }
    await client.close()
  })

  test("a board tells every change of its machine with the row as it is then", async () => {
    const client = await connect(hub, admin)
    await client.subscribe("board:deals")
    await world.tell(acme[1]!, ...opened("d7"), begun("c3", "l3"), moved("d7", 0))
    await client.until(() => client.events("board:deals").length === 3)
    const [, , last] = client.events("board:deals")
    expect(last.event).toMatchObject({ machine: "deal", id: "d7", version: 3, type: "DealMoved" })
    expect(last.row).toMatchObject({
      dealId: "d7",
      state: "open",
      stage: "discovery",
      moves: 1,
      openedAt: "2026-01-05T12:00:00.000Z",
      version: 3
    })
    await client.close()
  })

  test("a machine without a table of its own has a board too, with the row that every actor has", async () => {
    const client = await connect(hub, admin)
    expect(await client.subscribe("board:companies")).toBe(true)
    await world.tell(acme[0]!, [
      "company/acme",
      { type: "ActorStarted", data: { machine: "company", input: {} } }
    ])
    await client.until(() => client.events("board:companies").length === 1)
    const [{ row }] = client.events("board:companies") as [{ row: Record<string, unknown> }]
    expect(row).toMatchObject({ machine: "company", id: "acme", version: 1 })
    expect(row).not.toHaveProperty("snapshot")
    await client.close()
  })

  test("another company's events under the same ids are never told", async () => {
    const client = await connect(hub, admin)
    const stranger = await connect(hub, principal("other", "root", "Admin"))
    for (const each of [client, stranger]) {
      await each.subscribe("board:deals")
      await each.subscribe("counters")
    }
    await world.tell(other[0]!, begun("c1", "l1"), said("c1", "hello"), moved("d1", 0))
    await world.tell(acme[0]!, moved("d1", 0), moved("d1", 1))
    await client.until(() => client.events("board:deals").length === 2)
    await stranger.until(() => stranger.events("board:deals").length === 1)
    // Its own conversation c1 has one message; acme's has others.
    await stranger.subscribe("conversation:c1", "start")
    await stranger.until(() => stranger.events("conversation:c1").length === 2)
    expect(text(stranger.events("conversation:c1"))).toEqual([undefined, "hello"])
    expect(await stranger.subscribe("conversation:c2", "start")).toBe(false)
    expect(stranger.frames.at(-1)).toMatchObject({ type: "error", code: "notFound" })
    // A cursor of another company's board is checked against one's own history.
    const far = client.events("board:deals").at(-1).cursor
    await stranger.unsubscribe("board:deals")
    expect(await stranger.subscribe("board:deals", far)).toBe(false)
    expect(stranger.frames.at(-1)).toMatchObject({ code: "wrongCursor" })
    await client.close()
    await stranger.close()
  })

  test("who may read only their own sees the deals and conversations of their contacts, and loses them with the contact", async () => {
    const [first] = acme
    await world.tell(first!, ...owned("own1", "ana"), ...owned("own2", "eva"))
    await world.tell(first!, ...opened("own1"), ...opened("own2"), begun("co1", "own1"), begun("co2", "own2"))
    const ana = await connect(hub, principal("acme", "ana", "Comercial"))
    expect(await ana.subscribe("board:deals")).toBe(true)
    expect(await ana.subscribe("conversation:co1")).toBe(true)
    expect(await ana.subscribe("conversation:co2")).toBe(false)
    expect(await ana.subscribe("conversation:nobody")).toBe(false)
    const refused = ana.frames.filter(({ type }) => type === "error")
    expect(refused.map(({ code, message }) => [code, message.replaceAll(/co2|nobody/g, "X")])).toEqual([
      ["notFound", "there is no conversation:X that you may follow"],
      ["notFound", "there is no conversation:X that you may follow"]
    ])
    expect(ana.refusals).toEqual([
      "conversation:co2 conversations:read",
      "conversation:nobody conversations:read"
    ])
    await world.tell(first!, moved("own2", 0), moved("own1", 0), said("co1", "mine"))
    await ana.until(() => ana.events("conversation:co1").length === 1)
    expect(ana.events("board:deals").map(({ event }) => event.id)).toEqual(["own1"])
    await world.tell(first!, [
      "contact/own1",
      { type: "OwnerAssigned", kind: "emitted", data: { owner: "eva", by: "x", reason: "y" } }
    ])
    await world.tell(first!, moved("own1", 1), said("co1", "not hers"))
    await ana.until((frames) => frames.some(({ code }) => code === "forbidden"))
    expect(ana.events("board:deals")).toHaveLength(1)
    expect(ana.events("conversation:co1")).toHaveLength(1)
    await ana.close()
  })

  test("a resumed board shows nobody what is not theirs", async () => {
    const ana = await connect(hub, principal("acme", "ana", "Comercial"))
    await ana.subscribe("board:deals")
    const { cursor } = ana.frames[0]
    await world.tell(acme[0]!, ...owned("own3", "ana"), ...opened("own3"), moved("own2", 1), moved("own3", 0))
    const again = await connect(hub, principal("acme", "ana", "Comercial"))
    await again.subscribe("board:deals", cursor)
    await again.until(() => again.events("board:deals").length === 3)
    expect(again.events("board:deals").map(({ event }) => [event.id, event.version])).toEqual([
      ["own3", 1],
      ["own3", 2],
      ["own3", 3]
    ])
    await ana.close()
    await again.close()
  })

  test("a company that has no read models yet is followed as soon as it has", async () => {
    await world.own("late", 1)
    const client = await connect(hub, principal("late", "root", "Admin"))
    for (const topic of ["board:deals", "counters"])
      while (!(await client.subscribe(topic)))
        expect(client.frames.at(-1)).toMatchObject({ code: "notReady" })
    await client.close()
  })

  test("topics are refused to who may not follow them, and that is audited", async () => {
    const client = await connect(hub, principal("acme", "max", "Cliente"))
    for (const topic of ["conversation:c1", "counters", "engine", "board:companies"])
      expect(await client.subscribe(topic)).toBe(false)
    expect(client.frames.map(({ code, topic }) => `${code} ${topic}`)).toEqual([
      "forbidden conversation:c1",
      "forbidden counters",
      "forbidden engine",
      "forbidden board:companies"
    ])
    expect(client.refusals).toEqual([
      "conversation:c1 conversations:read",
      "counters analytics:read",
      "engine engine:read",
      "board:companies settings:read"
    ])
    await client.close()
  })

  test("what is no topic, no cursor, twice or too much is refused", async () => {
    const client = await connect(hub, admin, { topicsMax: 2 })
    await client.subscribe("counters")
    const wrong = [
      ["", "unknownTopic"],
      ["nothing", "unknownTopic"],
      ["conversation", "unknownTopic"],
      ["conversation:", "unknownTopic"],
      ["conversation:a/../b", "unknownTopic"],
      ["board:users", "unknownTopic"],
      [`conversation:${"x".repeat(400)}`, "unknownTopic"],
      ["counters:acme", "unknownTopic"],
      ["counters", "alreadyFollowed"],
      ["conversation:nobody", "notFound"]
    ] as const
    for (const [topic, code] of wrong) {
      expect(await client.subscribe(topic)).toBe(false)
      expect(client.frames.at(-1)).toMatchObject({ type: "error", code })
    }
    const cursors = [
      "x",
      "!",
      "eyJ2Ijo5OTk5OTl9",
      Buffer.from('{"v":-1}').toString("base64url"),
      "x".repeat(9_000)
    ]
    for (const cursor of cursors) {
      expect(await client.subscribe("conversation:c1", cursor)).toBe(false)
      expect(client.frames.at(-1)).toMatchObject({ code: "wrongCursor" })
      expect(await client.subscribe("board:deals", cursor)).toBe(false)
      expect(client.frames.at(-1)).toMatchObject({ code: "wrongCursor" })
    }
    const partial = Buffer.from('{"p":[[1,1]]}').toString("base64url")
    const beyond = Buffer.from('{"p":[[1,1],[2,1000000]]}').toString("base64url")
    for (const cursor of [partial, beyond]) {
      expect(await client.subscribe("board:deals", cursor)).toBe(false)
      expect(client.frames.at(-1)).toMatchObject({ code: "wrongCursor" })
    }
    await client.unsubscribe("board:deals")
    expect(client.frames.at(-1)).toMatchObject({ code: "notFollowed" })
    await client.subscribe("board:deals")
    await client.subscribe("engine")
    expect(client.frames.at(-1)).toMatchObject({ code: "tooManyTopics" })
    await client.close()
  })

  test("what one may not any more ends when the rights are renewed", async () => {
    const client = await connect(hub, admin)
    for (const topic of ["counters", "board:deals", "conversation:c1"]) await client.subscribe(topic)
    await client.renew(principal("acme", "root", "Comercial"))
    const before = client.frames.length
    await world.tell(acme[0]!, said("c1", "not for a seller who does not own it"), moved("d1", 2))
    await client.until((frames) => frames.some(({ code }) => code === "forbidden"))
    expect(client.frames.slice(before).filter(({ type }) => type === "event")).toEqual([])
    await client.renew(principal("acme", "root", "Cliente"))
    expect(client.frames.filter(({ type }) => type === "error").map(({ topic }) => topic)).toEqual([
      "conversation:c1",
      "counters",
      "board:deals"
    ])
    await client.close()
  })

  test("the engine's status and the company's counters come whole", async () => {
    const client = await connect(hub, admin)
    await client.subscribe("engine")
    await client.subscribe("counters")
    const latest = (topic: string) =>
      client.frames.findLast((frame) => frame.type === "value" && frame.topic === topic)?.value
    await client.until(() => latest("engine") !== undefined && latest("counters") !== undefined)
    const { owner: _, ready, ...numbers } = engineStatus
    expect(latest("engine")).toEqual({
      running: true,
      ready,
      why: null,
      ...numbers,
      lag: { events: 0, ms: 0, parked: 0 },
      healthScore: 100
    })
    const before = latest("counters")
    expect(before).toMatchObject({
      leads: { new: 0, qualified: 0 },
      conversations: { open: expect.any(Number), waitingForPerson: 0 },
      deals: { new: expect.any(Number), won: 0, lost: 0 },
      today: { messagesIn: 0, messagesOut: 0, costUsd: 0, since: expect.any(String) }
    })
    await world.tell(
      acme[0]!,
      ["deal/d1", { type: "DealWon", kind: "emitted", data: { by: "x", reason: "y" } }],
      ["conversation/c1", { type: "MessageReceived", recordedAt: Date.now(), data: { text: "now", at: 1 } }]
    )
    // Two partitions, shown one after the other.
    await client.until(() => latest("counters").deals.won === 1 && latest("counters").today.messagesIn === 1)
    await client.close()
  })
})
