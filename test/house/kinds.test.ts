import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { type ESTree, Visitor } from "rolldown/utils"
import { expect, test } from "vitest"
import { machines } from "../../machines/index.ts"
import { readModels } from "../../projections/index.ts"
import { channelKinds } from "../../src/channels/index.ts"
import { modelKinds } from "../../src/models/index.ts"
import { mayName } from "./kind-names.ts"
import { filesOf, parsed, root } from "./source-files.ts"

/** What a file says, apart from its comments and from the files that it imports. */
interface Said {
  readonly code: string
  /** Its texts, and its regexes as text. */
  readonly texts: ReadonlyArray<string>
  /** Its names of fields. */
  readonly keys: ReadonlySet<string>
}

/** A kind with the folder that says all about it, and what may be said there alone. */
interface Named {
  readonly folder: string
  readonly name: string
  readonly isNamed: (said: Said) => boolean
}

/** Whether a text is the name, has it in quotes (as SQL does), or in a path or an address: `/lead/`, `lead:7f3`. */
const inTexts = (name: string) => {
  const pattern = new RegExp(`^${name}$|(["'])${name}\\1|(^|[\\s/:{}'])${name}[/:](?! )|/${name}(?![\\w.-])`)
  return ({ texts }: Said) => texts.some((text) => pattern.test(text))
}

const alone = (names: ReadonlyArray<string>, settings: object): Named["isNamed"] => {
  const named = names.map(inTexts)
  const fields = Object.keys(settings).map((field) => new RegExp(`\\b${field}\\b`))
  return (said) =>
    named.some((isNamed) => isNamed(said)) ||
    names.some((name) => said.keys.has(name)) ||
    fields.some((field) => field.test(said.code))
}

/** Machines whose names are also what a message, a turn or a row has. */
const areFields: ReadonlySet<string> = new Set(["contact", "conversation", "reply"])

const asMachine = (id: string): Named["isNamed"] => {
  // A company is the tenant too, so that its word alone says nothing.
  if (id === "company") return ({ code }) => /machine(:| [!=]==) ["'`]company["'`]/.test(code)
  const named = inTexts(id)
  return (said) => named(said) || (!areFields.has(id) && said.keys.has(id))
}

const kinds: ReadonlyArray<Named> = [
  ...channelKinds.map(({ name, shownAs, settings }) => ({
    folder: `src/channels/${name}/`,
    name,
    isNamed: alone([name, shownAs], settings)
  })),
  ...modelKinds.map(({ name, settings }) => ({
    folder: `src/models/${name}/`,
    name,
    isNamed: alone([name], settings)
  })),
  ...machines.map(({ machine: { id } }) => ({ folder: `machines/${id}/`, name: id, isNamed: asMachine(id) }))
]

/** The demo tells of our own sales, with names. */
const isDemo = (path: string) => /^src\/(demo\/|companies\/demo)/.test(path)

/** The file of a read model that follows the machine says so. */
const follows = (text: string, name: string) =>
  readModels.some((model) => model.machines?.includes(name) && text.includes(`name: "${model.name}"`))

/** How a machine tells another, or whose personal data it says something is. */
const addressed = /(machine: |actorAt\(|subjectIn\()"\w+"/g

/** What a regex looks for: kinds alone, or a path. Those for what people write have such words among others. */
const wordsOf = (pattern: string): ReadonlyArray<string> => {
  const words = pattern.match(/[\w-]+/g) ?? []
  const areKinds = words.every((word) => kinds.some(({ name }) => name === word))
  return areKinds ? words : [pattern.replaceAll(/[\\()]/g, "").replaceAll(/[|^$]/g, " ")]
}

const saidIn = (path: string, text: string): Said => {
  const { program, comments } = parsed(path, text)
  const texts: Array<string> = []
  const keys = new Set<string>()
  const unsaid: Array<ESTree.Span> = [...comments]
  const add = ({ key }: { readonly key: ESTree.Node }) => keys.add(key.type === "Identifier" ? key.name : "")
  new Visitor({
    ImportDeclaration: ({ source }) => unsaid.push(source),
    ImportExpression: ({ source }) => unsaid.push(source),
    Literal: (node) => {
      if (unsaid.every(({ start }) => start !== node.start))
        texts.push(...("regex" in node ? wordsOf(node.regex.pattern) : [String(node.value)]))
    },
    TemplateElement: ({ value }) => texts.push(value.cooked ?? value.raw),
    Property: add,
    PropertyDefinition: add,
    MethodDefinition: add,
    TSPropertySignature: add,
    MemberExpression: ({ property }) => add({ key: property })
  }).visit(program)
  let code = text
  for (const { start, end } of unsaid) code = code.slice(0, start) + " ".repeat(end - start) + code.slice(end)
  return { code, texts, keys }
}

const reasonsMax = 85

/** The kinds that a file names and that are none of its business. */
const namedIn = (path: string, text: string): ReadonlyArray<string> => {
  if (isDemo(path)) return []
  const said = saidIn(path, path.startsWith("machines/") ? text.replaceAll(addressed, '$1""') : text)
  return kinds
    .filter(({ folder, name, isNamed }) => {
      if (path.startsWith(folder) || !isNamed(said)) return false
      return !(path.startsWith("projections/") && follows(said.code, name))
    })
    .map(({ name }) => `${path} names ${name}`)
}

test("a kind is named in its folder and in its list only", () => {
  const found = ["machines", "eventstore", "actors", "projections", "src"].flatMap((room) =>
    filesOf(join(root, room)).flatMap((path) => namedIn(relative(root, path), readFileSync(path, "utf8")))
  )
  const reasons = new Set(mayName.flatMap(({ kind, files }) => files.map((file) => `${file} names ${kind}`)))
  expect(found.filter((each) => !reasons.has(each))).toEqual([])
  expect(reasons.size).toBeLessThanOrEqual(reasonsMax)
  // What names it no more is taken off the list.
  expect([...reasons].filter((each) => !found.includes(each))).toEqual([])
})

const path = "src/http/webhook-routes.ts"

test("a channel by its name, by its webhook's and by its setting, a model and a machine are found", () => {
  const found = (text: string) =>
    namedIn(path, text)
      .map((sentence) => sentence.replace(`${path} names `, ""))
      .sort()
  expect(found('if (channel.name === "telegram") stop()')).toEqual(["telegram"])
  expect(found("const names = { of: 'whatsapp' }")).toEqual(["evolution"])
  expect(found("const names = { telegram: 1 }\nnames.whatsapp()")).toEqual(["evolution", "telegram"])
  expect(found("if (settings.evolutionUrl === undefined) stop()")).toEqual(["evolution"])
  expect(found('add({ model: "scripted" })')).toEqual(["scripted"])
  expect(found('switch (machine) { case "deal": }')).toEqual(["deal"])
  expect(found("const machine = `deal`")).toEqual(["deal"])
  expect(found("const close = { deal: closeDeal }\ninterface A { lead: string }")).toEqual(["deal", "lead"])
  expect(found("const is = /^deal$/.test(machine) || /(account|reply)\\//.test(path)")).toEqual([
    ...["account", "deal", "reply"]
  ])
  expect(found("const is = /^\\w+\\/deal\\/|^lead:/.test(path)")).toEqual(["deal", "lead"])
  expect(found(`const path = \`/v1/\${company}/lead/\${id}\``)).toEqual(["lead"])
  expect(found(`const address = \`\${company}/lead/\${id}\`, topic = \`conversation:\${id}\``)).toEqual([
    ...["conversation", "lead"]
  ])
  expect(found("const sql = `select 1 where machine = 'contact'`")).toEqual(["contact"])
  expect(found("const ours = { machine: 'company' }")).toEqual(["company"])
})

test("a word of a comment, of prose or of an import names no kind, nor does what belongs to it", () => {
  const prose = 'const about = "A lead is heard: the conversation begins."\nconst reply = message.contact'
  expect(namedIn(path, `// as "deal"\n/** or "telegram" */\n${prose}`)).toEqual([])
  expect(namedIn(path, "const asks = /^(please )?(call|contact|reply)$/")).toEqual([])
  expect(namedIn(path, 'import { a } from "../channels/telegram/telegram.ts"')).toEqual([])
  expect(namedIn("src/channels/telegram/update.ts", 'add("telegram")')).toEqual([])
  expect(namedIn("machines/visit/machine.ts", 'actorAt("lead", id)')).toEqual([])
  expect(namedIn("projections/deals.ts", 'add({ name: "deals", machines: ["deal"] })')).toEqual([])
})
