import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { expect, test } from "vitest"
import { filesOf, root } from "./source-files.ts"

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
  "src/control/client.ts": [
    1,
    "Effect's client is typed call by call; the types of ControlClient are the contract's"
  ],
  "src/control/contract/call.ts": [1, "what is plain JSON is of the kernel's own type on both sides"],
  "src/control/remote-services.ts": [
    3,
    "methods are made of the contract's calls; what they give is typed by the contract"
  ],
  "src/demo/doubles/provider-double.ts": [1, "the double believes what the test sends to it"],
  "src/http/chat/chat-history.ts": [1, "stored events are of the machine's shape"],
  "src/models/model-kind.ts": [1, "as with a kind of channel"],
  "src/resources/machine-resource.ts": [1, "a struct of fields that need no service needs none"]
}

/** Casts that no type stands up to, outside of comments and texts. */
const castsIn = (text: string): number =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, "")
    .match(/\bas (never|any|unknown as)\b/g)?.length ?? 0

test("types of src are forced in few places, each with its reason", () => {
  const found = filesOf(join(root, "src")).flatMap((path) => {
    const casts = castsIn(readFileSync(path, "utf8"))
    return casts === 0 ? [] : [[relative(root, path), casts] as const]
  })
  // Fewer than before is good news: say so in the list.
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.entries(known).map(([path, [casts]]) => [path, casts]))
  )
})

test("a forced type is found, and words of a comment are not", () => {
  expect(castsIn("const a = b as never\nconst c = (d as unknown as E).f as any // as never")).toBe(3)
  expect(castsIn('/** As any other, as never before. */\nconst a = "as never"')).toBe(0)
})
