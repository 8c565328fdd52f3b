import { expect, test } from "vitest"
import { machines } from "../../../machines/index.ts"
import { modules } from "../../../src/accounts/permissions.ts"
import { findTopic, topics } from "../../../src/live/topics.ts"
import { pluralOf } from "../../../src/resources/machine-resource.ts"

test("every kind of topic has an example that is found, under its own name", () => {
  for (const { name, example } of topics) {
    expect(example.split(":")[0]).toBe(name)
    expect(findTopic(example)?.topic).toBe(example)
  }
})

test("every machine on the list has a board, for those who may read its module", () => {
  const boards = machines.map((listed) => findTopic(`board:${pluralOf(listed)}`))
  expect(boards.every((topic) => topic !== undefined && modules.includes(topic.module))).toBe(true)
  const moduleOf = (name: string) => findTopic(name)?.module
  expect(moduleOf("board:deals")).toBe("crm")
  expect(moduleOf("board:conversations")).toBe("conversations")
  expect(moduleOf("conversation:7")).toBe("conversations")
  expect(moduleOf("board:companies")).toBe("settings")
})

test("what is no topic is not found", () => {
  const wrong = [
    "",
    ":",
    "board",
    "board:",
    "board:nothing",
    "conversation",
    "conversation:a b",
    "conversation:a/b"
  ]
  const odd = ["__proto__", "constructor:x", "board:__proto__", "counters:acme", "engine:1", "CONVERSATION:1"]
  for (const text of [...wrong, ...odd, "conversation:a\n", `conversation:${"a".repeat(201)}`])
    expect(findTopic(text), text).toBeUndefined()
})
