import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Inbound } from "../../../src/channels/channel.ts"
import { makeEvolution } from "../../../src/channels/evolution/make-evolution.ts"
import { makeTelegram } from "../../../src/channels/telegram/make-telegram.ts"
import { makeWebChat, newSession, sessionHeader } from "../../../src/channels/web-chat/make-web-chat.ts"
import { request, run } from "./contract.ts"
import { messages, update, upsert } from "./evolution-shapes.ts"
import { contents, message as telegramMessage, update as telegramUpdate } from "./telegram-updates.ts"

const secret = "secret"
const evolution = await run(
  makeEvolution({
    baseUrl: "http://127.0.0.1:1",
    apiKey: Redacted.make("key"),
    instances: ["main"],
    webhookSecret: Redacted.make(secret)
  })
)
const telegram = await run(
  makeTelegram({
    baseUrl: "http://127.0.0.1:1",
    token: Redacted.make("1:a"),
    instance: "bot",
    webhookSecret: Redacted.make(secret)
  })
)
const webChat = await run(makeWebChat({ instance: "site", sessionSecret: Redacted.make(secret) }))

const subjects = [
  {
    channel: evolution,
    headers: { "x-centurion-secret": secret },
    bodies: [...Object.values(messages).map((content) => upsert(content)), update("READ"), update(undefined)]
  },
  {
    channel: telegram,
    headers: { "x-telegram-bot-api-secret-token": secret },
    bodies: [
      ...Object.values(contents).map((content) => telegramUpdate(content)),
      { update_id: 1, edited_message: telegramMessage(contents.text, { edit_date: 1_760_000_060 }) }
    ]
  },
  {
    channel: webChat,
    headers: { [sessionHeader]: newSession(Redacted.make(secret)) },
    bodies: [
      { type: "message", id: "m-1", text: "Oi", name: "Ana" },
      { type: "read", messageId: "key-1" }
    ]
  }
]

/** Values that break naive readers. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "\u0000",
    "\ud800",
    "__proto__",
    "constructor",
    [],
    {},
    [[]],
    -1,
    0.5,
    1e308,
    -0,
    2 ** 53,
    "1e999",
    { low: 1e308, high: 1e308 },
    { message: { message: {} } }
  ),
  fc.jsonValue()
)

/** Replaces, drops or doubles the `at`-th value of a JSON tree. */
const mutate = (tree: unknown, at: number, how: "replace" | "drop" | "double", value: unknown): unknown => {
  let left = at
  const visit = (node: unknown): unknown => {
    if (left-- === 0) return how === "double" ? [node, node] : how === "drop" ? undefined : value
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== "object" || node === null) return node
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, visit(inner)]))
  }
  return visit(tree)
}

/** What Postgres and the machines count on. */
const sound = (inbound: Inbound): boolean => {
  const strings = JSON.stringify(inbound)
  return (
    Number.isSafeInteger(inbound.at) &&
    inbound.at >= 0 &&
    /^[!-~]{1,400}$/.test(inbound.messageId) &&
    inbound.contact.length > 0 &&
    !strings.includes("\\u0000") &&
    !/\\ud[89a-f]/i.test(strings) &&
    // A command of a messenger says nothing, and begins a conversation.
    (inbound._tag === "status" || inbound.text !== "")
  )
}

describe.each(subjects)("a webhook of $channel.name", ({ channel, headers, bodies }) => {
  const receive = (body: string | Uint8Array) =>
    Effect.runPromise(Effect.exit(channel.receive(request(body, headers))))
  const expectSound = (exit: Exit.Exit<ReadonlyArray<Inbound>, unknown>) => {
    if (Exit.isSuccess(exit)) expect(exit.value.filter((inbound) => !sound(inbound))).toEqual([])
    else expect(exit.cause.reasons).toMatchObject([{ _tag: "Fail", error: { _tag: "WebhookRefused" } }])
  }

  it("gives sound inbounds or is refused, whatever was changed in it", async () => {
    const change = fc.record({
      at: fc.nat({ max: 40 }),
      how: fc.constantFrom("replace", "drop", "double"),
      value: hostile
    })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<unknown>(...bodies),
        fc.array(change, { maxLength: 3 }),
        async (body, changes) => {
          const changed = changes.reduce((tree, { at, how, value }) => mutate(tree, at, how, value), body)
          expectSound(await receive(JSON.stringify(changed) ?? ""))
        }
      ),
      { numRuns: 2_000 }
    )
  })

  it("gives sound inbounds or is refused, whatever byte was changed in it", async () => {
    const byte = fc.record({ at: fc.nat({ max: 700 }), value: fc.nat({ max: 255 }) })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<unknown>(...bodies),
        fc.array(byte, { maxLength: 4 }),
        async (body, bytes) => {
          const raw = new TextEncoder().encode(JSON.stringify(body))
          for (const { at, value } of bytes) raw[at % raw.length] = value
          expectSound(await receive(raw))
        }
      ),
      { numRuns: 1_000 }
    )
  })
})
