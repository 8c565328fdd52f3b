import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative, resolve } from "node:path"
import { type ESTree, Visitor } from "rolldown/utils"
import { expect, test } from "vitest"
import { filesOf, foldersOf, importsIn, importsOf, parsed, root } from "./source-files.ts"

const rooms = ["machines", "eventstore", "actors", "projections", "src"] as const
type Room = (typeof rooms)[number]

/** What a room may import of ours, and which packages; `all` is whatever the product is installed with. */
const mayImport: Record<
  Room,
  { readonly rooms: ReadonlyArray<Room>; readonly packages: ReadonlyArray<RegExp> | "all" }
> = {
  machines: { rooms: ["machines"], packages: [/^xstate$/, /^effect\/Schema$/] },
  eventstore: { rooms: ["eventstore"], packages: [/^effect\//, /^@effect\/sql-pg\//, /^node:/] },
  actors: { rooms: ["actors", "eventstore", "machines"], packages: [/^effect\//, /^xstate$/, /^node:/] },
  // Of actors only what replays, as the read model of every machine's actors does, and how one waits and is told.
  projections: {
    rooms: ["projections", "actors", "eventstore", "machines"],
    packages: [/^effect\//, /^node:/]
  },
  src: { rooms: ["machines", "eventstore", "actors", "projections", "src"], packages: "all" }
}

const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Readonly<Record<string, string>>
}

/** Whether it comes with Node or is a dependency, and none that only developers install. */
const isInstalled = (target: string): boolean =>
  target.startsWith("node:") || Object.hasOwn(dependencies, /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? "")

/** What a file loads otherwise, each for a reason; it may only shrink. */
const excused: ReadonlyArray<string> = [
  // An older Node starts the one that is installed with us.
  "src/cli/centurion.js imports node_modules/: ../../node_modules/node/bin/node",
  // A candidate of a backtest is a file of the user's.
  "src/cli/backtest/load-candidate.ts imports the package pathToFileURL(path).href"
]

/** Sentences about the imports of one file that its room does not allow. */
const wrongImports = (room: Room, path: string, text: string): ReadonlyArray<string> =>
  importsOf(path, text).flatMap((target) => {
    const allowed = mayImport[room]
    if (target.startsWith(".")) {
      const other = relative(root, resolve(dirname(path), target)).split("/")[0] as Room
      return allowed.rooms.includes(other) ? [] : [`${relative(root, path)} imports ${other}/: ${target}`]
    }
    const sentence = `${relative(root, path)} imports the package ${target}`
    const may =
      allowed.packages === "all"
        ? isInstalled(target)
        : allowed.packages.some((pattern) => pattern.test(target))
    return may ? [] : [sentence]
  })

test("every file imports only what its room allows", () => {
  const wrong = rooms.flatMap((room) =>
    filesOf(join(root, room)).flatMap((path) => wrongImports(room, path, readFileSync(path, "utf8")))
  )
  expect(wrong.toSorted()).toEqual(excused.toSorted())
})

test("a forbidden import is found", () => {
  const path = join(root, "machines/lead/machine.ts")
  const text =
    'import { readFileSync } from "node:fs"\nimport type Engine from "../../actors/engine/engine.ts"\n'
  expect(wrongImports("machines", path, text)).toEqual([
    "machines/lead/machine.ts imports the package node:fs",
    "machines/lead/machine.ts imports actors/: ../../actors/engine/engine.ts"
  ])
})

test("a product file takes what is installed with it, and what comes with Node", () => {
  const path = join(root, "src/planted.ts")
  const taken = [
    "effect/Effect",
    "@effect/sql-pg/PgClient",
    "node:fs",
    "fast-check",
    "pg",
    "#a",
    "fs",
    "@effect/x"
  ]
  const text = taken.map((name) => `import "${name}"`).join("\n")
  expect(wrongImports("src", path, `${text}\nimport(name)`)).toEqual(
    [...taken.slice(3), "name"].map((name) => `src/planted.ts imports the package ${name}`)
  )
})

test("a machine only takes the list's type from outside its room's rules", () => {
  const takesMore = filesOf(join(root, "actors")).flatMap((path) =>
    importsIn(path).filter(
      (target) => target.includes("machines/") && !target.endsWith("machines/listed-machine.ts")
    )
  )
  expect(takesMore).toEqual([])
})

test("projections name and replay actors, and run none", () => {
  const replays =
    /actors\/(address|poll-loop|subscribers|machine\/(actor-state|live-actor|persisted-state|personal-shape|running-machine|step))\.ts$/
  const takesMore = filesOf(join(root, "projections")).flatMap((path) =>
    importsIn(path)
      .filter((target) => /(^|\/)actors\//.test(target) && !replays.test(target))
      .map((target) => `${relative(root, path)} imports ${target}`)
  )
  expect(takesMore).toEqual([])
})

test("a file fits in a head", () => {
  const tooLong = [...rooms, "test", "bench"].flatMap((room) => {
    const most = room === "test" ? 500 : 300
    return filesOf(join(root, room))
      .map((path) => ({
        path: relative(root, path),
        lines: readFileSync(path, "utf8").split("\n").length - 1
      }))
      .filter(({ path, lines }) => lines > (path.endsWith("/machine.ts") ? 250 : most))
      .map(({ path, lines }) => `${path} has ${lines} lines, ${most} is the most`)
  })
  expect(tooLong).toEqual([])
})

/** The rule itself is Biome's, in biome.json; here are those that it may not apply to. */
const longOnes = /^[\s*]*biome-ignore lint\/complexity\/noExcessiveLinesPerFunction: (.{20,})/
/** Whatever else silences it: for a whole file, for a range, with all rules or all of its group. */
const silenced = /biome-ignore(-\w+)? lint(\/complexity)?(\/noExcessiveLinesPerFunction|(?!\/))/
const longOnesMax = 3
const linesMax = 50

/** The functions of a file that Biome may not judge, or doesn't: `wrong` ones have no reason. */
const exceptionsIn = (path: string, text: string) => {
  const { program, comments } = parsed(path, text)
  const ignored = comments.filter(({ value }) => silenced.test(value))
  const unseen: Array<string> = []
  // Biome doesn't count the lines of these.
  const judge = ({ start, end }: ESTree.Node) => {
    const lines = text.slice(start, end).split("\n").length
    if (lines > linesMax + 2)
      unseen.push(`${path} has ${lines} lines at ${text.slice(start, end).split("\n")[0]}`)
  }
  new Visitor({
    StaticBlock: judge,
    MethodDefinition: (node) => /^[gs]et$/.test(node.kind) && judge(node),
    Property: (node) => node.kind !== "init" && judge(node)
  }).visit(program)
  const wrong = ignored.filter(({ value }) => !longOnes.test(value)).map(({ value }) => `${path}:${value}`)
  return { excused: ignored.length - wrong.length, wrong: [...wrong, ...unseen] }
}

test("a function fits on a screen, but for a few with a reason", () => {
  const found = rooms.flatMap((room) =>
    filesOf(join(root, room)).map((path) => exceptionsIn(relative(root, path), readFileSync(path, "utf8")))
  )
  expect(found.flatMap(({ wrong }) => wrong)).toEqual([])
  expect(found.reduce((sum, { excused }) => sum + excused, 0)).toBeLessThanOrEqual(longOnesMax)
  // A second word about the rule could take it back for some.
  expect(readFileSync(join(root, "biome.json"), "utf8").split("noExcessiveLinesPerFunction").length).toBe(2)
})

const rule = "lint/complexity/noExcessiveLinesPerFunction"

test.each([
  `// biome-ignore ${rule}: too short`,
  `// biome-ignore-all ${rule}: a reason that is long enough`,
  `// biome-ignore-start ${rule}: a reason that is long enough`,
  "/* biome-ignore lint/complexity: a reason that is long enough */",
  "// biome-ignore lint: a reason that is long enough",
  `class A {\n  get b() {${"\n".repeat(52)}return 1 }\n}`,
  `const a = { set b(c) {${"\n".repeat(52)}} }`,
  `class A {\n  static {${"\n".repeat(52)}}\n}`
])("a way around the rule is found: %s", (text) => {
  expect(exceptionsIn("planted.ts", text)).toMatchObject({ excused: 0, wrong: [expect.any(String)] })
})

test("a full reason is counted, and a word about another rule is not", () => {
  const text = `// biome-ignore ${rule}: a reason that is long enough\n// biome-ignore lint/suspicious/noExplicitAny: so`
  expect(exceptionsIn("planted.ts", text)).toEqual({ excused: 1, wrong: [] })
})

test("a function of more than 50 lines is found", () => {
  const folder = mkdtempSync(join(tmpdir(), "centurion-long-"))
  const { vcs: _, ...rules } = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"))
  mkdirSync(join(folder, "src"))
  writeFileSync(join(folder, "biome.json"), JSON.stringify(rules))
  writeFileSync(
    join(folder, "src/long.ts"),
    `export const long = () => {\n${'  console.log("so")\n'.repeat(51)}}\n`
  )
  const biome = join(root, "node_modules/.bin/biome")
  const ran = spawnSync(biome, ["lint", "src"], { cwd: folder, encoding: "utf8" })
  rmSync(folder, { recursive: true })
  expect(ran.stdout + ran.stderr).toContain("noExcessiveLinesPerFunction")
  expect(ran.status).not.toBe(0)
})

interface Folder {
  readonly folder: string
  readonly files: number
}

/** Sentences about folders that hold more files than somebody can look over; a part of the API holds fewer. */
const crowded = (folders: ReadonlyArray<Folder>): ReadonlyArray<string> =>
  folders.flatMap(({ folder, files }) => {
    const most = folder.startsWith("src/api") ? 15 : 25
    return files > most ? [`${folder} has ${files} files, ${most} is the most`] : []
  })

/** Each bench is a file that can be run, each read model a file; golden histories are data, a file each. */
const mayBeCrowded: ReadonlySet<string> = new Set([
  "projections",
  "bench",
  "test/golden/conversation/1.0.0",
  "test/golden/conversation/2.0.0"
])

test("a folder can be looked over", () => {
  expect(crowded(foldersOf(root).filter(({ folder }) => !mayBeCrowded.has(folder)))).toEqual([])
  expect(crowded([{ folder: "src/api/lists", files: 16 }])).toEqual([
    "src/api/lists has 16 files, 15 is the most"
  ])
})

test("no file is called by a name that says nothing", () => {
  const vague = [...rooms, "test", "bench"].flatMap((room) =>
    filesOf(join(root, room)).filter((path) =>
      /(^|[/-])(utils?|helpers?|common|types|managers?)[-.]/.test(relative(root, path))
    )
  )
  expect(vague).toEqual([])
})
