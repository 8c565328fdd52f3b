import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type AnyStateMachine, assign, emit, setup } from "xstate"
import { persist } from "../../../actors/machine/persisted-state.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { MasterKeys, masterKeyOf } from "../../../eventstore/personal/master-keys.ts"
import { conversationMachine } from "../../../machines/conversation/machine.ts"
import { machines } from "../../../machines/index.ts"
import type { ListedMachine } from "../../../machines/listed-machine.ts"
import { outcomes, planMigration } from "../../../src/cli/migrate/plan-migration.ts"
import { planLines } from "../../../src/cli/migrate/show-migrate.ts"
import { MemoryWorld, registerAll } from "../../actors/memory-world.ts"
import { registerOne, StoredHistory } from "../../actors/stored-history.ts"
import { cost, input } from "../../machines/conversation/example.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"

/** A till in a version, with a state of that name, and a factor in what it says. */
const till = (version: string, state: string, factor = 1): AnyStateMachine =>
  setup({
    types: {} as { context: { total: number }; events: { type: "Sold" } | { type: "Shut" } },
    actions: {
      add: assign({ total: ({ context }) => context.total + factor }),
      say: emit(({ context }) => ({
        type: context.total > 9 ? "MuchSaid" : "TotalSaid",
        total: context.total
      }))
    }
  }).createMachine({
    id: "till",
    version,
    context: { total: 0 },
    initial: state,
    states: {
      [state]: { on: { Sold: { actions: ["add", "say"] }, Shut: "shut" } },
      shut: { type: "final" }
    }
  }) as AnyStateMachine

const version = (listed: ListedMachine) => registerAll([listed], []).get("till")!.current.version

/** Tills of version 1: one that sold, one with a snapshot, one that has ended; what a new list would do with them. */
const plan = (list: ReadonlyArray<ListedMachine>, scope: { readonly machine?: string } = {}) => {
  const world = new MemoryWorld(registerAll([{ machine: till("1.0.0", "open") }], []), {}, 1)
  for (const stream of ["till/sold", "till/kept", "till/ended"]) world.deliver(stream, "Sold")
  world.deliver("till/ended", "Shut")
  const kept = {
    version: 3,
    machineVersion: "1.0.0+x",
    state: JSON.stringify(persist(world.stateOf("till/kept")!))
  }
  const loadActors = (_: unknown, streams: ReadonlyArray<string>) =>
    Effect.succeed(
      streams.map((stream) => ({
        company: "acme",
        stream,
        subject: undefined,
        snapshot: stream === "till/kept" ? kept : undefined,
        events: stream === "till/kept" ? [] : world.stream(stream)
      }))
    )
  const reads = world.layer()
  const store = Layer.effect(
    EventStore,
    Effect.map(EventStore, (each) => ({ ...each, loadActors }) as never)
  ).pipe(Layer.provide(reads))
  const masters = MasterKeys.layer([masterKeyOf(new Uint8Array(32))])
  return Effect.runPromise(
    planMigration(registerAll(list, []), scope).pipe(Effect.provide(Layer.mergeAll(store, masters)))
  )
}

const none = Object.fromEntries(outcomes.map((outcome) => [outcome, 0]))
const one = (listed: ListedMachine, counts: object) => [
  {
    machine: "till",
    from: version({ machine: till("1.0.0", "open") }),
    to: version(listed),
    counts: { ...none, ...counts }
  }
]

describe("a plan of a migration", () => {
  const all = { events: 10, actors: 3, current: 0, unlisted: {}, parked: [] }

  it("has nothing to move where every actor is on the present version", async () => {
    expect(await plan([{ machine: till("1.0.0", "open") }])).toEqual({ ...all, current: 3, versions: [] })
  })

  it("says which actors keep their version", async () => {
    const listed = { machine: till("2.0.0", "open", 2), previous: [till("1.0.0", "open")] }
    expect(await plan([listed])).toEqual({ ...all, versions: one(listed, { keep: 3 }) })
  })

  it("tries the others on their states: as they are, by folding anew, or ended", async () => {
    const listed = { machine: till("2.0.0", "open") }
    const found = await plan([listed])
    expect(found).toEqual({ ...all, versions: one(listed, { asItIs: 1, byFold: 1, ended: 1 }) })
    expect(planLines(found)).toEqual([
      `till ${found.versions[0]?.from}, now ${found.versions[0]?.to}`,
      "          1 would be moved with their state as it is",
      "          1 would be moved by folding their events anew",
      "          1 have ended: nothing comes any more",
      "3 actors in 10 events: 0 on the present version of their machine; nothing was written"
    ])
  })

  it("tries migrate where there is one", async () => {
    const migrate = (state: unknown) => ({
      ...(state as object),
      value: "ready",
      nodes: ["till", "till.ready"]
    })
    const listed = { machine: till("2.0.0", "ready"), migrate }
    expect((await plan([listed])).versions).toEqual(one(listed, { byMigrate: 1, byFold: 1, ended: 1 }))
  })

  it("names the actors that would be parked, and why", async () => {
    const listed = { machine: till("2.0.0", "ready", 10) }
    const { versions, parked } = await plan([listed])
    expect(versions).toEqual(one(listed, { parked: 3 }))
    const from = version({ machine: till("1.0.0", "open") })
    expect(parked.map(({ address, from, why }) => [address, from, why.split(": ")[1]])).toEqual([
      [
        "acme/till/sold",
        from,
        'at version 3 it would say MuchSaid, and TotalSaid was said. List the older machine under "previous", or give "migrate".'
      ],
      ["acme/till/kept", from, expect.stringContaining("open")],
      ["acme/till/ended", from, expect.stringContaining("it would say MuchSaid")]
    ])
  })

  it("counts actors of machines that are not listed, and keeps to the machine asked for", async () => {
    const other = { machine: till("1.0.0", "open").provide({}) }
    Object.assign(other.machine, { id: "desk" })
    expect(await plan([other])).toEqual({ ...all, unlisted: { till: 3 }, versions: [] })
    expect(await plan([other], { machine: "desk" })).toEqual({ ...all, actors: 0, versions: [] })
  })
})

describe("centurion migrate", () => {
  let database: CliDatabase
  beforeAll(async () => {
    database = await cliDatabases[0]!.make()
    const registered = registerOne({ machine: conversationMachine }, [
      "writeReply",
      "sendChunk",
      "showTyping"
    ])
    Object.assign(registered.current, { version: "0.9.0+0a0a0a0a" })
    const history = new StoredHistory(registered, input as unknown as Json)
    history.take("MessageReceived", { messageId: "m1", at: history.now, text: "oi" })
    history.advance(8000)
    history.settle(0, true, { chunks: ["Oi!"], language: "pt", answers: [], ...cost })
    await database.append("acme", history.batches)
  })
  afterAll(() => database?.drop())

  it("tells as JSON what actors on another version would do", async () => {
    const { code, out } = await runCli(["migrate", "acme", "--dry-run", "--json"], database.env)
    expect([code, jsonLines(out)]).toEqual([
      0,
      [
        {
          dryRun: true,
          events: 7,
          actors: 1,
          current: 0,
          unlisted: {},
          parked: [],
          versions: [
            {
              machine: "conversation",
              from: "0.9.0+0a0a0a0a",
              to: expect.stringMatching(/^2\.0\.0\+[0-9a-f]{8}$/),
              counts: { ...none, byFold: 1 }
            }
          ]
        }
      ]
    ])
  })

  it("says what is wrong with what it was asked", async () => {
    const asked = async (...args: ReadonlyArray<string>) => {
      const { code, err } = await runCli(["migrate", ...args], database.env)
      return [code, err]
    }
    expect(await asked("acme", "--machine", "talk", "--dry-run")).toEqual([
      1,
      `no machine is called "talk"; there are ${machines.map(({ machine }) => machine.id).join(", ")}\n`
    ])
    expect(await asked("nope", "--dry-run")).toEqual([1, 'no company is called "nope"; there is acme\n'])
    expect(await asked("acme")).toEqual([
      2,
      "an actor moves to the present version at its next event, by itself; --dry-run tells what each would do\n"
    ])
  })
})
