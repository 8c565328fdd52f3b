import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import type { Inbound } from "../../../src/channels/channel.ts"
import { saysNothing } from "../../../src/inbox/edits.ts"

const conversation = { company: "acme", machine: "conversation", id: "c" }
const context = {
  heard: ["old", "7", "7:edit:1", "9"],
  lines: [
    { from: "lead", text: "Oi", messageId: "7" },
    { from: "lead", text: "Olá", messageId: "7:edit:1" },
    { from: "person", text: "Bom dia", messageId: "8" },
    { from: "lead", text: "A fachada", messageId: "9", media: [{ kind: "image" }] }
  ]
}
const view = () => Effect.succeed({ context } as never)
const edit = (id: string, more: Partial<Extract<Inbound, { _tag: "message" }>> = {}, writerIsKnown = true) =>
  Effect.runPromise(
    saysNothing({ view }, conversation, {
      ...{
        _tag: "message",
        instance: "main",
        contact: "55",
        messageId: `${id}:edit:2`,
        at: 1,
        fromUs: false
      },
      edits: { id, writerIsKnown },
      ...more
    })
  )

it.each<[string, boolean, Parameters<typeof edit>]>([
  ["the same words", true, ["7", { text: "Olá" }]],
  ["the words of the version before", false, ["7", { text: "Oi" }]],
  ["other words", false, ["7", { text: "pare" }]],
  ["the same picture", true, ["9", { text: "A fachada", media: [{ kind: "image", reference: "x" }] }]],
  ["another kind of media", false, ["9", { text: "A fachada", media: [{ kind: "video", reference: "x" }] }]],
  ["a message of a person's, as the lead's", true, ["8", { text: "Boa tarde" }]],
  ["a message of a person's, as that person's", false, ["8", { text: "Boa tarde", fromUs: true }]],
  ["a message of long ago", false, ["old", { text: "Oi" }, false]],
  ["a message that nobody heard, by whoever", true, ["X", { text: "Oi" }, false]],
  ["a message that nobody heard, by the lead", false, ["X", { text: "Oi" }, true]]
])("an edit that brings %s says nothing: %j", async (_, nothing, [id, more, writerIsKnown]) => {
  expect(await edit(id, more, writerIsKnown)).toBe(nothing)
})

it("what is no edit is not looked up", async () => {
  const inbound: Inbound = {
    ...{ _tag: "message", instance: "main", contact: "55", messageId: "1", at: 1, fromUs: false, text: "Oi" }
  }
  const nobody = () => Effect.die("asked")
  expect(await Effect.runPromise(saysNothing({ view: nobody }, conversation, inbound))).toBe(false)
})
