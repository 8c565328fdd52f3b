import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { expect, it } from "vitest"
import { ModuleHashes } from "../../../actors/machine/module-hash.ts"
import { machines } from "../../../machines/index.ts"

/** Modules by their paths. */
const hashOf = (files: Readonly<Record<string, string>>, entry = "a.ts") =>
  new ModuleHashes((url) => {
    const text = files[url.slice("file:///m/".length)]
    if (text === undefined) throw new Error("no such file")
    return text
  }).of(`file:///m/${entry}`)

const small = {
  "a.ts": 'import { b } from "./b.ts"\nimport { c } from "./in/c.ts"\nexport const a = b + c',
  "b.ts": 'import { d } from "./in/d.ts"\nexport const b = d',
  "in/c.ts": 'import { d } from "./d.ts"\nexport const c = d + 1',
  "in/d.ts": 'import { setup } from "xstate"\nexport const d = setup'
}

it("is the same wherever files are, whatever they are called, and in whichever order they are imported", () => {
  const moved = {
    "here/start.ts":
      'import { c } from "../z.ts"\nimport { b } from "./other.ts"\n\nexport const a = b + c // same',
    "here/other.ts": small["b.ts"].replace("./in/d.ts", "../deep.ts"),
    "z.ts": small["in/c.ts"].replace("./d.ts", "./deep.ts"),
    "deep.ts": small["in/d.ts"]
  }
  expect(hashOf(moved, "here/start.ts")).toBe(hashOf(small))
})

it("is another one when any module says something else, or a package is another", () => {
  const others = Object.entries(small).map(([path, text]) =>
    hashOf({ ...small, [path]: `${text}\nexport const more = 1` })
  )
  const other = hashOf({ ...small, "in/d.ts": small["in/d.ts"].replace("xstate", "effect") })
  expect(new Set([hashOf(small), other, ...others]).size).toBe(6)
})

it("goes round a circle once, and sees each change in it", () => {
  const circle = {
    "a.ts": 'import { b } from "./b.ts"\nexport const a = () => b',
    "b.ts": 'import { c } from "./c.ts"\nexport const b = () => c',
    "c.ts": 'import { a } from "./a.ts"\nimport { b } from "./b.ts"\nexport const c = () => [a, b]'
  }
  const others = Object.entries(circle).map(([path, text]) =>
    hashOf({ ...circle, [path]: `${text}\nexport const more = 1` })
  )
  expect(new Set([hashOf(circle), ...others]).size).toBe(4)
  expect(hashOf(circle)).toBe(hashOf(circle))
})

it("says which module can't be read, and who imports it", () => {
  const { "in/d.ts": _, ...rest } = small
  expect(() => hashOf(rest)).toThrow(
    "file:///m/in/d.ts, which file:///m/b.ts imports, can't be read: no such file"
  )
})

const root = join(import.meta.dirname, "../../../machines")
const isLayout = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
const leaf = /\b\d[\d_]*\b|"[^"\n]+"|===|!==|&&|\|\|/g
const perFile = 5

/** Texts of the file with one thing in it changed. */
const mutantsOf = (text: string): ReadonlyArray<string> => {
  const code = text.replace(isLayout, (comment) => " ".repeat(comment.length))
  const imports = [...code.matchAll(/(?:from|import)\s*("[^"]+")/g)].map(({ index }) => index)
  const leaves = [...code.matchAll(leaf)].filter(
    ({ index }) => !imports.some((at) => index >= at && index < at + 20)
  )
  const chosen = leaves.filter((_, n) => n % Math.max(1, Math.floor(leaves.length / perFile)) === 0)
  const changed = chosen.map(({ 0: was, index }) => {
    const is = /^\d/.test(was) ? `${was}1` : was.startsWith('"') ? `"x${was.slice(1)}` : "=="
    return text.slice(0, index) + is + text.slice(index + was.length)
  })
  return [...changed, `${text}\nvoid 0\n`]
}

it("sees a change in each file of our machines, one at a time, in every machine that reaches it", () => {
  const texts = new Map<string, string>()
  const textOf = (url: string) => {
    texts.set(url, texts.get(url) ?? readFileSync(fileURLToPath(url), "utf8"))
    return texts.get(url)!
  }
  const reached = machines.map(({ machine, source = "" }) => {
    const files = new Set<string>()
    const hash = new ModuleHashes((url) => {
      files.add(url)
      return textOf(url)
    }).of(source)
    return { name: machine.id, source, files, hash }
  })
  expect(new Set(reached.map(({ hash }) => hash)).size).toBe(machines.length)
  const unseen: Array<string> = []
  const unreached: Array<string> = []
  let planted = 0
  for (const path of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts")) continue
    const file = pathToFileURL(join(root, path)).href
    const whose = reached.filter(({ files }) => files.has(file))
    if (whose.length === 0) unreached.push(relative(root, join(root, path)))
    for (const mutant of whose.length === 0 ? [] : mutantsOf(textOf(file))) {
      for (const { name, source, hash } of whose) {
        planted++
        const now = new ModuleHashes((url) => (url === file ? mutant : textOf(url))).of(source)
        if (now === hash) unseen.push(`${name}: ${path}`)
      }
    }
  }
  expect(unseen).toEqual([])
  expect(planted).toBeGreaterThan(200)
  // What is made of the list of machines is none of theirs.
  expect(unreached.sort()).toEqual(["index.ts", "upcasters.ts"])
})
