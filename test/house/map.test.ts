import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { floors, sideways } from "./floors.ts"
import { filesOf, root } from "./source-files.ts"

const map = readFileSync(join(root, "ARCHITECTURE.md"), "utf8")

/** Paths of the map that are not there; `*` and `<…>` stand for any name. */
const missing = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/`((?:machines|eventstore|actors|projections|src|test|bench|docs)\/[\w./-]*)`/g)]
    .map(([, path]) => path!)
    .filter((path) => !existsSync(join(root, path)))

test("every path of the map is there", () => {
  expect(missing(map)).toEqual([])
  expect(missing("| it moved | `src/attic/old.ts` |")).toEqual(["src/attic/old.ts"])
})

/** The floors as the map's table tells them, from the lowest, each with its rooms. */
const floorsIn = (text: string): ReadonlyArray<readonly [floor: string, rooms: ReadonlyArray<string>]> => {
  const told: Array<readonly [string, Array<string>]> = []
  const table = text.split("| floor | room |")[1]?.split("\n\n")[0] ?? ""
  for (const [, floor, room] of table.matchAll(/^\| ([\w ]*)\| `([\w-]+(?:\.ts)?)\/?` \|/gm)) {
    if (floor!.trim() !== "") told.push([floor!.trim(), []])
    told.at(-1)![1].push(room!)
  }
  return told
}

/** The arrows that stay on their floor, as the map's table tells them with their reasons. */
const arrowsIn = (text: string) =>
  [...text.matchAll(/^\| (\w+ → \w+) \| .{10,} \|$/gm)].map(([, arrow]) => arrow)

test("the law of the floors is what the map tells, with a reason for every arrow", () => {
  expect(floorsIn(map)).toEqual(Object.entries(floors))
  expect(arrowsIn(map).sort()).toEqual([...sideways].sort())
})

test("every room of src stands on a floor, and every room of a floor is there", () => {
  const rooms = readdirSync(join(root, "src")).filter(
    (name) => name.includes(".") || filesOf(join(root, "src", name)).length > 0
  )
  expect(Object.values(floors).flat().sort()).toEqual(rooms.sort())
})

test("a floor that is told otherwise, and an arrow without a reason, are found", () => {
  const moved =
    "| floor | room | holds |\n|---|---|---|\n| app | `inbox/` | a |\n| | `live/` | b |\n| top | `main.ts` | c |\n\n"
  expect(floorsIn(moved)).toEqual([
    ["app", ["inbox", "live"]],
    ["top", ["main.ts"]]
  ])
  expect(arrowsIn("| live → inbox | so |\n| live → seals | a topic shows what it shows |\n")).toEqual([
    "live → seals"
  ])
})
