import { expect, it } from "vitest"
import { withoutFiles } from "../../../../src/channels/evolution/without-files.ts"

const file = Buffer.alloc(3_000_000, 7).toString("base64")
const left = (json: string) => new TextDecoder().decode(withoutFiles(new TextEncoder().encode(json)))

it("lets the files of a webhook go and nothing else", () => {
  const body = { data: [{ text: "Oi, é 10", base64: file, more: 1 }, { base64: file }], base64: "short" }
  const kept = { data: [{ text: "Oi, é 10", base64: "", more: 1 }, { base64: "" }], base64: "short" }
  expect(JSON.parse(left(JSON.stringify(body)))).toEqual(kept)
  expect(JSON.parse(left(JSON.stringify(body, null, 2)))).toEqual(kept)
})

it.each([
  ["no file", '{"text":"Oi"}'],
  ["the words of a lead", JSON.stringify({ text: `"base64":"${file.slice(0, 4000)}"` })],
  ["a text with quotes", JSON.stringify({ base64: `a"${file.slice(0, 4000)}` })],
  ["another kind of value", JSON.stringify({ base64: { a: file.slice(0, 4000) } })],
  ["a file that breaks off", `{"base64":"${file.slice(0, 4000)}`],
  ["a name at the end", '{"base64"'],
  ["nothing", ""]
])("leaves %s as it is", (_, json) => {
  expect(left(json)).toBe(json)
})
