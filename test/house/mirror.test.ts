import { existsSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { expect, test } from "vitest"
import { filesOf, root } from "./source-files.ts"

const rooms = ["machines", "eventstore", "actors", "projections", "src"]

/** Files without a test of the same path under `test/`; suites by contract or by law may try them. It may only shrink. */
const known: ReadonlyArray<string> = JSON.parse(
  readFileSync(join(import.meta.dirname, "without-mirror.json"), "utf8")
)
const knownMax = 543

const mirrorOf = (path: string): string => `test/${path.replace(/\.[cm]?[jt]sx?$/, ".test.ts")}`

/** What has no mirror and is not on the list, and what is on the list and has one by now, or is gone. */
const judge = (
  paths: ReadonlyArray<string>,
  listed: ReadonlyArray<string>,
  has: (path: string) => boolean
) => ({
  unmirrored: paths.filter((path) => !has(mirrorOf(path)) && !listed.includes(path)),
  stale: listed.filter((path) => has(mirrorOf(path)) || !paths.includes(path))
})

const isThere = (path: string): boolean => existsSync(join(root, path))

test("a new file has a test of the same path", () => {
  expect(known.length).toBeLessThanOrEqual(knownMax)
  const paths = rooms.flatMap((room) => filesOf(join(root, room)).map((path) => relative(root, path)))
  expect(judge(paths, known, isThere)).toEqual({ unmirrored: [], stale: [] })
})

test("a file without a mirror is found, and so is a line that nobody needs", () => {
  const has = (path: string) => path === "test/src/a.test.ts"
  expect(judge(["src/a.ts", "src/b.ts"], ["src/a.ts", "src/gone.ts"], has)).toEqual({
    unmirrored: ["src/b.ts"],
    stale: ["src/a.ts", "src/gone.ts"]
  })
})
