import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { machines } from "../../../machines/index.ts"
import { parseFailAbove, parseSetting, parseTime } from "../../../src/cli/backtest/compare-asked.ts"
import { loadCandidate } from "../../../src/cli/backtest/load-candidate.ts"
import { registerOne } from "../../actors/stored-history.ts"
import { runProcess } from "./world/run-cli.ts"

const root = join(import.meta.dirname, "../../..")
const candidate = (name: string) => join(root, `test/actors/backtest/candidates/${name}.ts`)
const lead = registerOne(machines.find(({ machine }) => machine.id === "lead")!)
const both = registerOne({
  ...lead.listed,
  previous: [lead.listed.machine.provide({ guards: { hasId: () => false } })]
})

describe("a candidate", () => {
  let scratch: string
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), "centurion-candidate-"))
  })
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))

  const write = (name: string, text: string) => {
    const file = join(scratch, name)
    writeFileSync(file, text)
    return file
  }
  const leadMachine = `import { leadMachine } from "${root}/machines/lead/machine.ts"`
  const load = (named: string, registered = lead) => Effect.runPromise(loadCandidate(named, registered))
  const refusal = async (named: string, registered = lead) =>
    (await Effect.runPromise(Effect.flip(loadCandidate(named, registered)))).message

  it("is a machine, a listed machine or a list of them, the default or the only one of its id", async () => {
    const texts = {
      "default.ts": `${leadMachine}\nexport default leadMachine`,
      "one.ts": `${leadMachine}\nexport const mine = { machine: leadMachine }\nexport const more = 1`,
      "list.ts": `export { machines } from "${root}/machines/index.ts"`
    }
    for (const [name, text] of Object.entries(texts)) {
      const { running } = await load(write(name, text))
      expect(running.name).toBe("lead")
    }
    const two = write(
      "two.ts",
      `${leadMachine}\nexport const a = leadMachine\nexport const b = leadMachine.provide({})`
    )
    expect((await load(`${two}#b`)).running.name).toBe("lead")
    expect(await refusal(two)).toBe(
      `${two} exports several machines of the id "lead"; name one: ${two}#a, ${two}#b`
    )
  })

  it("is a version of the list, by its declared part when that says which", async () => {
    expect((await load("current")).running).toBe(lead.current)
    const declared = lead.current.version.split("+")[0]!
    expect((await load(declared)).running).toBe(lead.current)
    const [older] = [...both.versions.values()]
    expect((await load(older!.version, both)).running).toBe(older)
    expect(await refusal(declared, both)).toBe(
      `lead has several versions "${declared}"; name one in full: ${[...both.versions.keys()].join(", ")}`
    )
    expect(await refusal("9.9.9")).toBe(
      `lead has no version "9.9.9"; listed are ${lead.current.version}. A module is named by its path, as ./machine.ts`
    )
  })

  it.each<[string, () => string, RegExp]>([
    ["no file", () => "./none.ts", /^the candidate \.\/none\.ts is no file \(looked for \/.*none\.ts\)$/],
    ["throws", () => write("throws.ts", "throw new Error('no way')"), /can't be loaded: Error: no way/],
    [
      "holds no machine",
      () => write("none.ts", "export const a = 1"),
      /none\.ts exports no machine; it exports a$/
    ],
    ["lacks the name", () => `${write("other.ts", "export const a = 1")}#b`, /exports no "b"; it exports a$/],
    [
      "is another machine",
      () => candidate("conversation-delay"),
      /exports "conversation" \(default\) and no machine of the id "lead", whose histories are compared$/
    ],
    [
      "can't be made durable",
      () =>
        write(
          "refused.ts",
          `import { fromCallback, setup } from "${root}/node_modules/xstate/dist/xstate.cjs.mjs"
           const made = setup({ actors: { tick: fromCallback(() => {}) } })
           export default made.createMachine({ id: "lead", invoke: { id: "tick", src: "tick" } })`
        ),
      /^machine "lead" can't be made durable:\n.*it invokes callback logic/
    ]
  ])("that %s is refused with what is wrong", async (_, named, message) => {
    expect(await refusal(named())).toMatch(message)
  })

  it("that is no code is refused with the line, before any database is opened", async () => {
    const file = write("bad.ts", "export const a = {\n  b: 1,,\n}\n")
    const { code, out, err } = await runProcess(["backtest", "lead", "--against", file, "--json"], {
      CENTURION_DIR: scratch
    })
    expect([code, out]).toEqual([1, ""])
    expect(JSON.parse(err)).toEqual({
      error: {
        reason: "NoCandidate",
        message: expect.stringMatching(/can't be loaded: SyntaxError: .*\(bad\.ts:2\)$/)
      }
    })
  })
})

describe("what is asked", () => {
  const refused = (effect: Effect.Effect<unknown, { readonly message: string; readonly exitCode: number }>) =>
    Effect.runPromise(Effect.map(Effect.flip(effect), ({ message, exitCode }) => [exitCode, message]))

  it("is a setting with JSON or text", async () => {
    const read = (text: string) => Effect.runPromise(parseSetting("set", text))
    expect([
      await read("settings.turnClosureMs=12000"),
      await read("channel=webChat"),
      await read("a=[1]")
    ]).toEqual([
      { path: ["settings", "turnClosureMs"], value: 12000 },
      { path: ["channel"], value: "webChat" },
      { path: ["a"], value: [1] }
    ])
    expect(await refused(parseSetting("set", "threshold"))).toEqual([
      2,
      '--set is path=value, as settings.turnClosureMs=12000; "threshold" is not'
    ])
  })

  it("is a limit in percent or a count", async () => {
    const read = (text: string) => Effect.runPromise(parseFailAbove(Option.some(text)))
    expect([await read("5%"), await read("12")]).toEqual([{ share: 0.05 }, { count: 12 }])
    for (const text of ["many", "101%", "1.5", "-1"]) {
      expect(await refused(parseFailAbove(Option.some(text)))).toEqual([
        2,
        `--fail-above is a share, as 5%, or a count, as 12; "${text}" is neither`
      ])
    }
  })

  it("is an ISO time", async () => {
    expect(await Effect.runPromise(parseTime("since", Option.some("2026-06-01")))).toBe(Date.UTC(2026, 5, 1))
    expect(await refused(parseTime("since", Option.some("yesterday")))).toEqual([
      2,
      '--since is an ISO time, as 2026-06-01T13:00:05Z; "yesterday" is none'
    ])
  })
})
