import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"

/** The root of the repository. */
export const root = resolve(import.meta.dirname, "../..")

/** The TypeScript files of a folder and those below; none where it is not there. */
export const filesOf = (folder: string): ReadonlyArray<string> =>
  (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return filesOf(path)
    return path.endsWith(".ts") ? [path] : []
  })

/** What a text imports, exports from elsewhere, or loads later. */
export const importsOf = (text: string): ReadonlyArray<string> =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^"']*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g
    )
  ].map((found) => found[1] ?? found[2]!)

/** One of our files imports another; both from the root, as `src/http/limits.ts`. */
export interface Arrow {
  readonly from: string
  readonly to: string
}

/** The imports among our own files that the text at `path` (from the root) has. */
export const arrowsOf = (path: string, text: string): ReadonlyArray<Arrow> =>
  importsOf(text)
    .filter((target) => target.startsWith("."))
    .map((target) => ({ from: path, to: relative(root, resolve(root, dirname(path), target)) }))

/** The imports among our own files of everything in a folder (from the root). */
export const arrowsIn = (folder: string): ReadonlyArray<Arrow> =>
  filesOf(join(root, folder)).flatMap((path) => arrowsOf(relative(root, path), readFileSync(path, "utf8")))

const isOurs = (name: string): boolean => !name.startsWith(".") && name !== "node_modules"

/** All folders below one, from the root, with how many files each holds itself. */
export const foldersOf = (
  folder: string
): ReadonlyArray<{ readonly folder: string; readonly files: number }> => {
  const entries = readdirSync(folder, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).length
  const below = entries.filter((entry) => entry.isDirectory() && isOurs(entry.name))
  return [
    { folder: relative(root, folder), files },
    ...below.flatMap(({ name }) => foldersOf(join(folder, name)))
  ]
}
