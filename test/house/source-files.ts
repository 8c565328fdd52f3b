import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { type ESTree, parseSync, Visitor } from "rolldown/utils"

/** The root of the repository. */
export const root = resolve(import.meta.dirname, "../..")

const isSource = (name: string): boolean => /\.[cm]?[jt]sx?$/.test(name)

/** The files of a folder and those below that are TypeScript or JavaScript; none where it is not there. */
export const filesOf = (folder: string): ReadonlyArray<string> =>
  (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return filesOf(path)
    return isSource(name) ? [path] : []
  })

/** The text at `path` as the parser of the test runner reads it, with its comments; throws where it is no program. */
export const parsed = (path: string, text: string) => {
  const { program, comments, errors } = parseSync(path, text, { astType: "ts", preserveParens: false })
  if (errors.length > 0) throw new Error(`${path} can't be read: ${errors[0]!.message}`)
  return { program, comments }
}

/** What an expression says without being run; undefined where it is computed. */
export const saidBy = (node: ESTree.Node): string | undefined => {
  if (node.type === "Literal" && typeof node.value === "string") return node.value
  if (node.type !== "TemplateLiteral" || node.expressions.length > 0) return undefined
  return node.quasis[0]!.value.cooked ?? undefined
}

/** Ways to load what no import names: they are told as an import that no list allows. */
const loaders = /^(createRequire|getBuiltinModule)$/

const isMeta = (node: ESTree.Node | undefined, property: string): boolean =>
  node?.type === "MemberExpression" &&
  node.object.type === "MetaProperty" &&
  node.property.type === "Identifier" &&
  node.property.name === property

/** What the text at `path` imports, exports from elsewhere, or loads later; a computed target as it is written. */
export const importsOf = (path: string, text: string, when: "always" | "atRunTime" = "always") => {
  const found: Array<string> = []
  const add = (node: ESTree.Node | null | undefined, kind?: "type" | "value") => {
    if (node && (when === "always" || kind !== "type"))
      found.push(saidBy(node) ?? text.slice(node.start, node.end))
  }
  new Visitor({
    ImportDeclaration: ({ source, importKind }) => add(source, importKind),
    ExportNamedDeclaration: ({ source, exportKind }) => add(source, exportKind),
    ExportAllDeclaration: ({ source, exportKind }) => add(source, exportKind),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source, "type"),
    TSExternalModuleReference: ({ expression }) => add(expression),
    NewExpression: ({ arguments: [target, base] }) => isMeta(base, "url") && add(target),
    CallExpression: ({ callee, arguments: [target] }) => isMeta(callee, "resolve") && add(target),
    Identifier: (node) => loaders.test(node.name) && add(node)
  }).visit(parsed(path, text).program)
  return found
}

/** What the file at this path imports. */
export const importsIn = (path: string): ReadonlyArray<string> => importsOf(path, readFileSync(path, "utf8"))

/** One of our files imports another; both from the root, as `src/http/limits.ts`. */
export interface Arrow {
  readonly from: string
  readonly to: string
}

/** The imports among our own files that the text at `path` (from the root) has. */
export const arrowsOf = (path: string, text: string, when?: "always" | "atRunTime"): ReadonlyArray<Arrow> =>
  importsOf(path, text, when)
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
