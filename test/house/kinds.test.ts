import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { expect, test } from "vitest"
import { machines } from "../../machines/index.ts"
import { readModels } from "../../projections/index.ts"
import { channelKinds } from "../../src/channels/index.ts"
import { modelKinds } from "../../src/models/index.ts"
import { mayName } from "./kind-names.ts"
import { filesOf, root } from "./source-files.ts"

/** A kind with the folder that says all about it, and what may be said there alone. */
interface Named {
  readonly folder: string
  readonly name: string
  /** Its names as text, and its settings as fields. */
  readonly pattern: RegExp
}

const alone = (names: ReadonlyArray<string>, settings: object) =>
  new RegExp(
    [
      ...names.map((name) => `["']${name}["']`),
      ...Object.keys(settings).map((field) => `\\b${field}\\b`)
    ].join("|")
  )

/** A company is the tenant too, so that its word alone says nothing. */
const asMachine = (id: string) => new RegExp(id === "company" ? `machine(:| [!=]==) "${id}"` : `"${id}"`)

const kinds: ReadonlyArray<Named> = [
  ...channelKinds.map(({ name, shownAs, settings }) => ({
    folder: `src/channels/${name}/`,
    name,
    pattern: alone([name, shownAs], settings)
  })),
  ...modelKinds.map(({ name, settings }) => ({
    folder: `src/models/${name}/`,
    name,
    pattern: alone([name], settings)
  })),
  ...machines.map(({ machine: { id } }) => ({ folder: `machines/${id}/`, name: id, pattern: asMachine(id) }))
]

/** The demo tells of our own sales, with names. */
const isDemo = (path: string) => /^src\/(demo\/|companies\/demo)/.test(path)

/** The file of a read model that follows the machine says so. */
const follows = (text: string, name: string) =>
  readModels.some((model) => model.machines?.includes(name) && text.includes(`name: "${model.name}"`))

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")

/** How a machine tells another, or whose personal data it says something is. */
const addressed = /(?:machine: |actorAt\(|subjectIn\()"\w+"/g

/** The kinds that a file names and that are none of its business. */
const namedIn = (path: string, text: string): ReadonlyArray<string> => {
  const whole = withoutComments(text)
  const code = path.startsWith("machines/") ? whole.replaceAll(addressed, "") : whole
  return kinds
    .filter(({ folder, name, pattern }) => {
      if (isDemo(path) || path.startsWith(folder) || !pattern.test(code)) return false
      return !(path.startsWith("projections/") && follows(code, name))
    })
    .map(({ name }) => `${path} names ${name}`)
}

test("a kind is named in its folder and in its list only", () => {
  const found = ["machines", "eventstore", "actors", "projections", "src"].flatMap((room) =>
    filesOf(join(root, room)).flatMap((path) => namedIn(relative(root, path), readFileSync(path, "utf8")))
  )
  const reasons = new Set(mayName.flatMap(({ kind, files }) => files.map((file) => `${file} names ${kind}`)))
  expect(found.filter((each) => !reasons.has(each))).toEqual([])
  // What names it no more is taken off the list.
  expect([...reasons].filter((each) => !found.includes(each))).toEqual([])
})

test("a channel by its name, by its webhook's and by its setting, a model and a machine are found", () => {
  const path = "src/http/webhook-routes.ts"
  expect(namedIn(path, 'if (channel.name === "telegram") return')).toEqual([`${path} names telegram`])
  expect(namedIn(path, "const names = { whatsapp: 'whatsapp' }")).toEqual([`${path} names evolution`])
  expect(namedIn(path, "if (settings.evolutionUrl === undefined) return")).toEqual([
    `${path} names evolution`
  ])
  expect(namedIn(path, 'model: "scripted"')).toEqual([`${path} names scripted`])
  expect(namedIn(path, 'case "deal":')).toEqual([`${path} names deal`])
  expect(namedIn(path, '// as "deal"\n/** or "telegram" */')).toEqual([])
  expect(namedIn("src/channels/telegram/update.ts", '"telegram"')).toEqual([])
  expect(namedIn("machines/visit/machine.ts", 'actorAt("lead", id)')).toEqual([])
  expect(namedIn("projections/deals.ts", 'name: "deals", machines: ["deal"]')).toEqual([])
})
