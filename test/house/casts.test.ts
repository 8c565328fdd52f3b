import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { type ESTree, Visitor } from "rolldown/utils"
import { expect, test } from "vitest"
import { filesOf, parsed, root } from "./source-files.ts"

/** Where the types of `src` are forced, how often, and why it can't be said in types; it may only shrink. */
const known: Readonly<Record<string, readonly [casts: number, why: string]>> = {
  "src/api/contract/group.ts": [
    2,
    "the endpoints of a list have no types of their own; an example is of the schema's encoded form, which Effect wants decoded"
  ],
  "src/api/handlers-of.ts": [
    2,
    "the builder follows endpoints by literal names; what it gives is typed by the two functions"
  ],
  "src/channels/channel-kind.ts": [1, "a kind's settings are known to itself alone once it is in the list"],
  "src/cli/users/with-operator.ts": [
    3,
    "the services of a store are known when it is open: they are taken out of it, and what is missing is added"
  ],
  "src/control/client.ts": [
    1,
    "Effect's client is typed call by call; the types of ControlClient are the contract's"
  ],
  "src/control/contract/call.ts": [1, "what is plain JSON is of the kernel's own type on both sides"],
  "src/control/remote-services.ts": [
    4,
    "methods are made of the contract's calls; what they give is typed by the contract"
  ],
  "src/demo/doubles/provider-double.ts": [1, "the double believes what the test sends to it"],
  "src/http/chat/chat-history.ts": [1, "stored events are of the machine's shape"],
  "src/models/model-kind.ts": [1, "as with a kind of channel"],
  "src/resources/machine-resource.ts": [1, "a struct of fields that need no service needs none"]
}

const castsMax = 18

/** Casts that no type stands up to: to `any` or `never`, wherever the type has it, or one after another; and what silences a type error. */
const castsIn = (path: string, text: string): number => {
  const { program, comments } = parsed(path, text)
  const casts: Array<ESTree.TSAsExpression | ESTree.TSTypeAssertion> = []
  const forced: Array<number> = []
  new Visitor({
    TSAsExpression: (node) => casts.push(node),
    TSTypeAssertion: (node) => casts.push(node),
    TSAnyKeyword: ({ start }) => forced.push(start),
    TSNeverKeyword: ({ start }) => forced.push(start)
  }).visit(program)
  const isForced = ({ expression, typeAnnotation: { start, end } }: (typeof casts)[number]) =>
    /^TS(As|TypeAssertion)/.test(expression.type) || forced.some((at) => start <= at && at < end)
  const silenced = comments.filter(({ value }) => /^[\s*]*@ts-(ignore|expect-error|nocheck)/m.test(value))
  return casts.filter(isForced).length + silenced.length
}

test("types of src are forced in few places, each with its reason", () => {
  expect(Object.values(known).reduce((sum, [casts]) => sum + casts, 0)).toBeLessThanOrEqual(castsMax)
  const found = filesOf(join(root, "src")).flatMap((path) => {
    const casts = castsIn(path, readFileSync(path, "utf8"))
    return casts === 0 ? [] : [[relative(root, path), casts] as const]
  })
  // Fewer than before is good news: say so in the list.
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.entries(known).map(([path, [casts]]) => [path, casts]))
  )
})

test.each([
  ["const a = b as never\nconst c = (d as unknown as E).f as any // as never", 3],
  [`const a = \`\${b}\`.c as\n  never`, 1],
  ["const a = b as unknown as\n  C", 1],
  ['const a = /"/.exec(b) as Array<never>', 1],
  ["const a = ((b as object) as C)", 1],
  ["const a = <C><unknown>b", 1],
  ["const a = b as (c: any) => void", 1],
  ["// @ts-expect-error: so\nconst a: B = c\n/* @ts-ignore */", 2],
  ["// @ts-nocheck", 1]
])("a forced type is found: %s", (text, casts) => {
  expect(castsIn("planted.ts", text)).toBe(casts)
})

test("words of a comment or a text, and a type that holds, are no forced types", () => {
  const text = `/** As any other, as never before. */
const a = "as never" as const
const b = \`as any \${c as D} as any\``
  expect(castsIn("planted.ts", text)).toBe(0)
})
