import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { floors } from "./floors.ts"
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

test("every room of src has its line in the map", () => {
  const rooms = readdirSync(join(root, "src")).filter(
    (name) => name.includes(".") || filesOf(join(root, "src", name)).length > 0
  )
  const named = new Set([...map.matchAll(/^\| [\w ]*\| `([\w-]+(?:\.ts|\/))` \|/gm)].map(([, name]) => name))
  expect(rooms.filter((name) => !named.has(name.includes(".") ? name : `${name}/`))).toEqual([])
  expect(rooms.filter((name) => !Object.values(floors).flat().includes(name))).toEqual([])
})
