import { expect, it } from "vitest"
import { anyWords, jsonOf } from "../../../../src/channels/evolution/message-words.ts"

it.each([
  ["at the top", { text: "Oi" }, "Oi"],
  ["deeper", { header: { subtitle: 1 }, body: { text: "Oi" } }, "Oi"],
  ["nearest to the top", { inner: { text: "deep" }, caption: "Oi" }, "Oi"],
  ["in JSON", { params: '{"display_text":"Oi"}' }, "Oi"],
  ["in a list", [{ a: 1 }, { title: "Oi" }], "Oi"],
  ["of somebody else", { contextInfo: { quotedMessage: { text: "no" } } }, undefined],
  ["nowhere", { a: { b: [1, null, true] } }, undefined],
  ["in broken JSON", { params: '{"display_text":' }, undefined]
])("finds words %s", (_, message, words) => {
  expect(anyWords(message)).toBe(words)
})

it("looks at so many values and no more", () => {
  const far = Array.from({ length: 100_000 }, (_, at) => (at < 99_999 ? {} : { text: "Oi" }))
  expect(anyWords(far)).toBeUndefined()
})

it("leaves what is no JSON as it is", () => {
  expect([jsonOf("Oi"), jsonOf(5), jsonOf("{}"), jsonOf("{")]).toEqual(["Oi", 5, {}, undefined])
})
