import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, expect, it } from "vitest"
import { type AnyStateMachine, assign, setup } from "xstate"
import { checkMachine } from "../../../actors/machine/check-machine.ts"
import { prepare, versionsOf } from "../../../actors/machine/running-machine.ts"
import { machines } from "../../../machines/index.ts"
import { readGoldens } from "../../golden/golden-files.ts"

const folder = mkdtempSync(join(tmpdir(), "centurion-sources-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const shop = (version: string, price = 1) =>
  setup({ actions: { sell: assign({ price }) as never } }).createMachine({
    id: "shop",
    version,
    context: { price: 0 },
    on: { Sold: { actions: "sell" } }
  }) as AnyStateMachine

const written = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return pathToFileURL(path).href
}

it("covers what a machine calls: a price in another module is another version", () => {
  const entry = 'import { price } from "./NAME"\nexport const shop = () => price'
  const sources = ["108000", "96000"].map((price, n) => {
    written(`price-${n}.ts`, `export const price = ${price}`)
    return written(`shop-${n}.ts`, entry.replace("NAME", `price-${n}.ts`))
  })
  const [dear, cheap] = sources.map((source) => prepare(shop("1.0.0"), source).version)
  expect(dear).not.toBe(cheap)
  expect([dear, cheap]).toEqual([
    expect.stringMatching(/^1\.0\.0\+[0-9a-f]{8}$/),
    expect.stringMatching(/^1\.0\.0\+[0-9a-f]{8}$/)
  ])
  // Two machines of one module differ by what they are given.
  expect(prepare(shop("1.0.0", 2), sources[0]).version).not.toBe(dear)
})

it("is the same under a test runner, which rewrites functions, as in plain node", () => {
  const program = `
    import { versionsOf } from ${JSON.stringify(import.meta.resolve("../../../actors/machine/running-machine.ts"))}
    import { machines } from ${JSON.stringify(import.meta.resolve("../../../machines/index.ts"))}
    process.stdout.write(JSON.stringify(machines.map((listed) => versionsOf(listed).current.version)))`
  const ran = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })
  expect([ran.stderr, JSON.parse(ran.stdout)]).toEqual([
    "",
    machines.map((listed) => versionsOf(listed).current.version)
  ])
})

it("knows the versions that histories recorded before modules counted", () => {
  const source = written("before.ts", "export const before = 1")
  const { version: asBefore } = prepare(shop("1.0.0"))
  const { current, all } = versionsOf({ machine: shop("1.0.0"), source })
  expect(all.get(asBefore)).toBe(current)
  expect([all.has("1.0.0+00000000"), [...all.keys()]]).toEqual([false, [current.version]])
  // What is listed as an older version takes all that were recorded under its number.
  const both = versionsOf({ machine: shop("2.0.0"), source, previous: [shop("1.0.0", 2)] }).all
  expect(both.get("1.0.0+00000000")).toBe([...both.values()][0])
  expect(both.has("2.0.0+00000000")).toBe(false)
  const copied = both.copied((running) => ({ ...running }))
  expect(copied.get("1.0.0+00000000")).toBe([...copied.values()][0])
  expect([...copied.keys()]).toEqual([...both.keys()])
})

it("is noted of each released machine of ours beside the one of before", () => {
  const goldens = readGoldens(join(import.meta.dirname, "../../golden"))
  for (const listed of machines) {
    const { current } = versionsOf(listed)
    const [declared] = current.version.split("+")
    const golden = goldens.find(({ machine, version }) => machine === current.name && version === declared)
    expect(golden?.release.versions).toContain(current.version)
  }
})

it("refuses a source that can't be read, and says which", () => {
  const source = written("lost.ts", 'import { gone } from "./gone.ts"\nexport const lost = gone')
  const [finding] = checkMachine({ machine: shop("1.0.0"), source }).refused
  expect(finding).toMatchObject({ place: "shop", wayOut: expect.stringContaining("import.meta.url") })
  expect(finding?.what).toContain("gone.ts, which ")
})
