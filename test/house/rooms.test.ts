import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative, resolve } from "node:path"
import { expect, test } from "vitest"
import { filesOf, foldersOf, importsOf, root } from "./source-files.ts"

const rooms = ["machines", "eventstore", "actors", "projections", "src"] as const
type Room = (typeof rooms)[number]

/** What a room may import of ours, and which packages; `all` is every dependency. */
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

/** Sentences about the imports of one file that its room does not allow. */
const wrongImports = (room: Room, path: string, text: string): ReadonlyArray<string> =>
  importsOf(text).flatMap((target) => {
    const allowed = mayImport[room]
    if (target.startsWith(".")) {
      const other = relative(root, resolve(dirname(path), target)).split("/")[0] as Room
      return allowed.rooms.includes(other) ? [] : [`${relative(root, path)} imports ${other}/: ${target}`]
    }
    if (allowed.packages === "all") return []
    return allowed.packages.some((pattern) => pattern.test(target))
      ? []
      : [`${relative(root, path)} imports the package ${target}`]
  })

test("every file imports only what its room allows", () => {
  const wrong = rooms.flatMap((room) =>
    filesOf(join(root, room)).flatMap((path) => wrongImports(room, path, readFileSync(path, "utf8")))
  )
  expect(wrong).toEqual([])
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

test("a machine only takes the list's type from outside its room's rules", () => {
  const takesMore = filesOf(join(root, "actors")).flatMap((path) =>
    importsOf(readFileSync(path, "utf8")).filter(
      (target) => target.includes("machines/") && !target.endsWith("machines/listed-machine.ts")
    )
  )
  expect(takesMore).toEqual([])
})

test("projections name and replay actors, and run none", () => {
  const replays =
    /actors\/(address|poll-loop|subscribers|machine\/(actor-state|live-actor|persisted-state|personal-shape|running-machine|step))\.ts$/
  const takesMore = filesOf(join(root, "projections")).flatMap((path) =>
    importsOf(readFileSync(path, "utf8"))
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
const longOnes = /biome-ignore lint\/complexity\/noExcessiveLinesPerFunction: (.+)/g
const longOnesMax = 10

test("a function fits on a screen, but for a few with a reason", () => {
  const reasons = rooms.flatMap((room) =>
    filesOf(join(root, room)).flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(longOnes)].map(([, reason]) => reason!)
    )
  )
  expect(reasons.length).toBeLessThanOrEqual(longOnesMax)
  expect(reasons.filter((reason) => reason.length < 20)).toEqual([])
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

/** Each bench is a file that can be run; golden histories are data, a file each. */
const mayBeCrowded: ReadonlySet<string> = new Set(["bench", "test/golden/conversation/1.0.0"])

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
