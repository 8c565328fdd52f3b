import { readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { expect, test } from "vitest"
import { filesOf, importsOf, root } from "./source-files.ts"

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
    'import { readFileSync } from "node:fs"\nimport type { Engine } from "../../actors/engine/engine.ts"\n'
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

/** Sentences about folders that hold more files than somebody can look over; a part of the API holds fewer. */
const crowded = (paths: ReadonlyArray<string>): ReadonlyArray<string> => {
  const files = new Map<string, number>()
  for (const path of paths) files.set(dirname(path), (files.get(dirname(path)) ?? 0) + 1)
  return [...files].flatMap(([folder, count]) => {
    const most = folder.startsWith("src/api") ? 15 : 25
    return count > most ? [`${folder} has ${count} files, ${most} is the most`] : []
  })
}

test("a folder can be looked over", () => {
  const paths = rooms.flatMap((room) => filesOf(join(root, room)).map((path) => relative(root, path)))
  expect(crowded(paths)).toEqual([])
  const planted = Array.from({ length: 16 }, (_, n) => `src/api/lists/planted-${n}.ts`)
  expect(crowded(planted)).toEqual(["src/api/lists has 16 files, 15 is the most"])
})

test("no file is called by a name that says nothing", () => {
  const vague = [...rooms, "test", "bench"].flatMap((room) =>
    filesOf(join(root, room)).filter((path) =>
      /(^|[/-])(utils?|helpers?|common|types|managers?)[-.]/.test(relative(root, path))
    )
  )
  expect(vague).toEqual([])
})
