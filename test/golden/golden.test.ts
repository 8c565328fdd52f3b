import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type AnyStateMachine, assign, emit, setup } from "xstate"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import { type Drive, say, start } from "../machines/drive.ts"
import { checkGoldens } from "./check-goldens.ts"
import { readGoldens } from "./golden-files.ts"
import { recordGoldens } from "./record-goldens.ts"

it("every released version gives the histories that it gave, and its data still decodes", () => {
  // In plain node: a machine's version covers the text of its functions, which a test runner rewrites.
  const ran = spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), "--check"], {
    encoding: "utf8"
  })
  expect(ran.stderr).toBe("")
  expect(JSON.parse(ran.stdout)).toEqual([])
})

const Sold = Schema.Struct({ amount: Schema.Number })
const Summed = Schema.Struct({ total: Schema.Number })

/** A till that says its total; what is given makes another of it. */
const till = ({
  version = "1.0.0",
  sum = (total: number, amount: number) => total + amount,
  state = "open",
  more = {}
}: {
  readonly version?: string
  readonly sum?: (total: number, amount: number) => number
  readonly state?: string
  readonly more?: object
} = {}): ListedMachine => ({
  machine: setup({
    types: {} as { context: { total: number }; events: { type: "Sold"; amount: number } },
    actions: {
      add: Object.assign(
        assign({
          total: ({ context, event }) => sum(context.total, (event as unknown as { amount: number }).amount)
        }),
        { sum }
      ) as never,
      say: emit(({ context }) => ({ type: "Summed", total: context.total }))
    }
  }).createMachine({
    id: "till",
    version,
    context: { total: 0 },
    initial: state,
    states: { [state]: { on: { Sold: { actions: ["add", "say"] as never } } }, ...more }
  }) as AnyStateMachine,
  events: { Sold },
  emitted: { Summed }
})

const sources = {
  walks: (machine: string) =>
    machine === "till"
      ? [[5, 7], [1]].map((amounts) => {
          const first: Drive = start(till().machine, null, 1)
          const drive = amounts.reduce((now, amount) => say(now, { type: "Sold", amount }), first)
          return { input: null, drive }
        })
      : undefined,
  examples: { till: { events: { Sold: { amount: 3 } }, emitted: { Summed: { total: 3 } } } }
}

const wayOut =
  'If the change is meant, give the machine a new version, keep the old machine under "previous" (or give "migrate"), and record the new version with `npm run golden`. Never edit recorded histories.'

describe("a released machine", () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "centurion-golden-"))
    expect(recordGoldens([till()], root, sources)).toEqual(["till 1.0.0: recorded 1 histories, 5 events"])
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const check = (...list: ReadonlyArray<ListedMachine>) => checkGoldens(list, readGoldens(root))

  it("that has not changed gives nothing to say, and is never recorded anew", () => {
    expect(check(till())).toEqual([])
    expect(recordGoldens([till()], root, sources)).toEqual(["till 1.0.0: recorded before, nothing to do"])
  })

  it("that says other facts is named with the history, the place and the way out", () => {
    expect(check(till({ sum: (total, amount) => total + amount + 1 }))).toEqual([
      `till 1.0.0 is released, and walk-01.ndjson comes out otherwise at version 3: recorded is Summed {"total":5}, now it says Summed {"total":6}. ${wayOut}`
    ])
  })

  it("that ends in another state is named with what is other in it", () => {
    const [said] = check(till({ state: "ready" }))
    expect(said).toContain(
      'walk-01.ndjson ends in another state: state.nodes.1 was "till.open" and is "till.ready"'
    )
  })

  it("whose chart has a new state is named, even if no history goes there", () => {
    expect(check(till({ more: { shut: {} } }))).toEqual([
      `the chart of till 1.0.0, which is released, has changed. ${wayOut}`
    ])
  })

  it("whose text alone has changed is noted by the command, and then it is as it was", () => {
    const rewritten = till({ sum: (total, amount) => amount + total })
    expect(check(rewritten)).toEqual([
      expect.stringContaining("the text of till 1.0.0, which is released, has changed")
    ])
    const before = readGoldens(root)[0]!.histories
    expect(recordGoldens([rewritten], root, sources)).toEqual([
      expect.stringContaining("till 1.0.0: its text changed and its histories come out the same")
    ])
    expect([check(rewritten), check(till()), readGoldens(root)[0]!.histories]).toEqual([[], [], before])
    expect(() => recordGoldens([till({ sum: () => 0 })], root, sources)).toThrow("comes out otherwise")
  })

  it("in a new version must be recorded, and keeps the old one or takes its state over", () => {
    const next = till({ version: "2.0.0", state: "ready", sum: (total, amount) => total + 2 * amount })
    expect(check(next)).toEqual([
      expect.stringContaining("2.0.0 can't take over the state that walk-01.ndjson ends in"),
      "till 2.0.0 is not recorded: run `npm run golden`"
    ])
    recordGoldens([next], root, sources)
    const moved = (state: unknown) => ({
      ...(state as object),
      value: "ready",
      nodes: ["till", "till.ready"]
    })
    expect(check({ ...next, migrate: moved })).toEqual([])
    expect(check({ ...next, previous: [till().machine] })).toEqual([])
  })

  it("must still read what its schemas let in", () => {
    const other = Schema.Struct({ amount: Schema.String })
    expect(check({ ...till(), events: { Sold: other } })).toEqual([
      expect.stringContaining("event Sold of till 1.0.0 was released and does not decode any more")
    ])
    const upcasters = { Sold: [({ amount }: { amount: number }) => ({ amount: String(amount) })] }
    const text = till({ sum: (total, amount) => total + Number(amount) })
    recordGoldens([text], root, sources)
    expect(check({ ...text, events: { Sold: other }, upcasters })).toEqual([])
    expect(check({ ...till(), events: {} })).toEqual([
      "event Sold of till 1.0.0 was released and has no schema any more: stored data could not be read. Keep it."
    ])
  })

  it("that got another event, or is gone, is named", () => {
    expect(check({ ...till(), emitted: { Summed, Emptied: Summed } })).toEqual([
      `till 1.0.0 has emitted Emptied, which no recorded history holds: it came after the release. ${wayOut}`,
      `till 1.0.0 has emitted Emptied, of which no data is recorded: it came after the release. ${wayOut}`
    ])
    expect(check()).toEqual(["till was released and is not listed any more: its histories could not be read"])
    expect(() =>
      recordGoldens([{ ...till(), machine: till().machine.provide({}) }], "/nowhere", {
        ...sources,
        walks: () => undefined
      })
    ).toThrow("no walks of till are given: add some to test/golden/walks.ts")
  })
})
