import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"
import { defaultLimits } from "../../../../actors/engine/engine-limits.ts"
import { sealingLayer } from "../../../../eventstore/database/store-layers.ts"
import type { Channel, Outbound } from "../../../../src/channels/channel.ts"
import { readStories } from "../../../../src/demo/history/read-stories.ts"
import { livedBy, shiftTo } from "../../../../src/demo/history/story.ts"
import { LanguageModel } from "../../../../src/models/model.ts"
import { replyByScript } from "../../../../src/models/scripted/scripted-model.ts"
import { makeMemoryStore } from "../../../simulator/store/memory-store.ts"
import { Random } from "../../../simulator/time/random.ts"
import { Timeline } from "../../../simulator/time/timeline.ts"
import { VirtualProcess } from "../../../simulator/time/virtual-process.ts"
import { isCalm, nextDueIn } from "../../../simulator/world/calm.ts"
import { masterKeys, type RunningNode, startNode } from "../../../simulator/world/node.ts"
import { allEvents, firstStart, ourDemo } from "./demo-world.ts"

const day = 86_400_000
const week = 7 * day
/** Wednesday, 16:20 in São Paulo. */
const now = Date.UTC(2031, 4, 7, 19, 20)

/** An installation on a virtual clock, just after its first start. */
const installed = async (at: number) => {
  const timeline = new Timeline(at)
  const store = makeMemoryStore({ now: () => Math.floor(timeline.now), lease: () => timeline.awake })
  const layer = sealingLayer().pipe(Layer.provideMerge(masterKeys), Layer.provideMerge(store.layer))
  await Effect.runPromise(Effect.provide(firstStart(), layer))
  const events = () => Effect.runSync(Effect.provide(allEvents, layer))
  return { timeline, store, events }
}

/** Runs the engine as it is set up when nothing is: with the page, and no other channel. */
const runEngine = ({ timeline, store }: Awaited<ReturnType<typeof installed>>) => {
  const process = new VirtualProcess("server", timeline, 0)
  const slot = { name: "server", process, node: undefined, owns: true, starts: 1, stop: () => {} }
  const calmable = { timeline, store, slots: [slot], wire: { isDown: false } }
  timeline.calm = { isCalm: () => isCalm(calmable), nextDue: () => nextDueIn(calmable) }
  const sent: Array<Outbound> = []
  const trouble: Array<string> = []
  const page: Channel = {
    name: "web-chat",
    idempotency: "key",
    receive: () => Effect.succeed([]),
    send: (outbound) => {
      sent.push(outbound)
      return Effect.succeed({ messageId: outbound.key, at: timeline.now })
    },
    showTyping: () => Effect.void
  }
  const model = Layer.succeed(LanguageModel, {
    writeReply: (request) => Effect.sync(() => replyByScript(request))
  })
  const running: { node?: RunningNode } = {}
  startNode(
    {
      ...{ process, owner: "server", events: store.events, subjects: store.subjects, companies: [ourDemo] },
      ...{ channels: [page], limits: defaultLimits, leaseMs: 10_000, random: new Random("server") },
      log: (line) => void (line.startsWith("info") || trouble.push(line)),
      broke: (why) => void trouble.push(why)
    },
    model,
    (node) => {
      running.node = node
    }
  )
  timeline.stayAwakeUntil(timeline.now + 60_000)
  return { sent, trouble, process, running }
}

describe("an engine that goes on with the demo company's history", () => {
  it("sends nothing at its start, nothing to a channel that is not there, and leaves no dead letter", async () => {
    const world = await installed(now)
    const before = world.events().length
    const { sent, trouble } = runEngine(world)
    world.timeline.runUntil(now + 60_000)
    // At most the follow-up of somebody who was in the middle of one.
    expect(sent.length).toBeLessThan(5)
    expect(world.events().length - before).toBeLessThan(60)
    world.timeline.runUntil(now + 14 * day)
    expect(trouble).toEqual([])
    expect([...world.store.tables.jobs.values()]).toEqual([])
    expect(sent.length).toBeGreaterThan(5)
    expect(sent.length).toBeLessThan(60)
    const after = world.events().slice()
    expect(after.filter(({ type }) => type === "JobFailed" || type === "ReplyFailed").length).toBe(
      after.filter(
        ({ type, recordedAt }) => (type === "JobFailed" || type === "ReplyFailed") && recordedAt < now
      ).length
    )
    // Whoever is silent for a week is closed, so that all comes to rest.
    expect(world.store.tables.timers.size).toBeLessThan(20)
  })

  it("hears somebody who writes again, as the same lead", async () => {
    const world = await installed(now)
    const { trouble, process, running } = runEngine(world)
    world.timeline.runUntil(now + 60_000)
    const { stories } = await readStories()
    const back = stories.find(({ channel }) => channel === "web-chat")!
    const before = world.events()
    let taken = ""
    process.run(
      running.node!.inbox.take(
        "web-chat",
        [
          {
            ...{ _tag: "message", instance: back.instance, contact: back.contact, messageId: "again-1" },
            ...{ at: world.timeline.now, text: "oi, voltei", fromUs: false }
          }
        ],
        "demo"
      ),
      (exit) => {
        taken = Exit.isSuccess(exit) ? JSON.stringify(exit.value) : String(exit.cause)
      }
    )
    world.timeline.runUntil(now + 120_000)
    expect(taken).toBe('{"stored":1,"known":0,"refused":0}')
    const heard = world.events().filter(({ data }) => data.text === "oi, voltei")
    expect(heard).toHaveLength(1)
    expect(before.some(({ stream }) => stream === heard[0]!.stream)).toBe(true)
    expect(trouble).toEqual([])
  })
})

describe("the story", () => {
  it("fits whenever the first start is: on any day of the week, at any hour", async () => {
    for (let hours = 0; hours < 7 * 24; hours += 61) {
      const at = now + hours * 3_600_000
      const { events } = await installed(at)
      const own = events()
      expect([hours, own.length > 12_000]).toEqual([hours, true])
      expect(Math.max(...own.map(({ recordedAt }) => recordedAt))).toBeLessThan(at)
    }
  })

  it("moves by whole weeks, to an end that is now or within the next week", async () => {
    const { calendar } = await readStories()
    for (const at of [calendar.until - 3 * week, calendar.until, calendar.until + 1, now, now + 5 * day]) {
      const shift = shiftTo(at, calendar)
      expect(Math.abs(shift % week)).toBe(0)
      expect(calendar.until + shift).toBeGreaterThanOrEqual(at)
      expect(calendar.until + shift).toBeLessThan(at + week)
    }
  })

  it("cuts a life where nothing is under way, and leaves out those who have not begun", async () => {
    const { calendar, stories } = await readStories()
    for (const story of stories.slice(0, 40)) {
      const whole = livedBy(story, calendar.until)
      expect(livedBy(story, story.events[0]!.at - 1)).toEqual([])
      const then = story.events[Math.floor(story.events.length / 2)]!.at
      const half = livedBy(story, then)
      expect(half.at(-1)?.rest ?? true).toBe(true)
      expect(half.every(({ at }) => at <= then)).toBe(true)
      expect(whole.slice(0, half.length)).toEqual(half)
    }
  })

  it("tells of nobody who could be real", async () => {
    const { stories } = await readStories()
    const contacts = new Set(stories.map(({ channel, contact }) => `${channel} ${contact}`))
    expect(contacts.size).toBe(stories.length)
    for (const { channel, contact } of stories) {
      if (channel === "evolution") expect(contact).toMatch(/^(551190000\d{4}|1\d{3}55501\d\d)$/)
      if (channel === "telegram") expect(contact).toMatch(/^99000000\d{4}$/)
    }
    const texts = JSON.stringify(stories)
    const mails = [...texts.matchAll(/"email":"([^"]+)"/g)].map(([, mail]) => mail!)
    expect(mails.length).toBeGreaterThan(20)
    for (const mail of mails) expect(mail).toMatch(/^[a-z.]+\.\d+@example\.com$/)
  })
})
