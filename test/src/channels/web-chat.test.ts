import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import {
  contactOfSession,
  makeWebChat,
  newSession,
  sessionHeader
} from "../../../src/channels/web-chat/make-web-chat.ts"
import { socketsPerContactMax, type ToPage, WebChatHub } from "../../../src/channels/web-chat/web-chat-hub.ts"
import { channelContract, request, run, type Subject } from "./contract.ts"

const secret = Redacted.make("s3cret-of-sessions")
const config = { instance: "site", sessionSecret: secret }
const contact = "visitor-1"
const session = newSession(secret, contact)

const start = async (): Promise<Subject> => ({
  channel: await run(makeWebChat(config)),
  instance: "site",
  contact,
  signed: (body) => request(body, { [sessionHeader]: session }),
  forged: (body) => request(body, { [sessionHeader]: session.replace("visitor-1", "visitor-2") }),
  message: {
    body: { type: "message", id: "m-1", text: "Oi", name: "Ana" },
    inbound: {
      _tag: "message",
      instance: "site",
      contact,
      messageId: "visitor-1:m-1",
      text: "Oi",
      contactName: "Ana",
      fromUs: false
    }
  },
  misshapen: { body: { type: "message", id: "m-1", text: ["secret-value"] }, field: "text" },
  unknownKind: { type: "hello" }
})

channelContract("web chat", start)

const outbound = { instance: "site", contact, text: "Olá!", key: "key-1", firstAttemptAt: 0 }

describe("web chat", () => {
  it("gives a chunk and typing to every open page of the contact, and to nobody else", async () => {
    const seen: Array<readonly [string, ToPage]> = []
    const sent = await run(
      Effect.gen(function* () {
        const hub = yield* WebChatHub
        const channel = yield* makeWebChat(config)
        hub.connect(contact, (toPage) => seen.push(["first", toPage]))
        const close = hub.connect(contact, (toPage) => seen.push(["second", toPage]))
        hub.connect("visitor-2", (toPage) => seen.push(["other", toPage]))
        yield* TestClock.setTime(1_000)
        yield* channel.showTyping?.({ instance: "site", contact }, 3_000) ?? Effect.void
        close?.()
        return yield* channel.send(outbound)
      }).pipe(Effect.provide(TestClock.layer()))
    )
    expect(sent).toEqual({ messageId: "key-1", at: 1_000 })
    expect(seen).toEqual([
      ["first", { type: "typing", durationMs: 3_000 }],
      ["second", { type: "typing", durationMs: 3_000 }],
      ["first", { type: "message", messageId: "key-1", text: "Olá!", at: 1_000 }]
    ])
  })

  it("gives the same message id in every attempt, so the page can drop the second", async () => {
    const ids: Array<string> = []
    await run(
      Effect.gen(function* () {
        const hub = yield* WebChatHub
        const channel = yield* makeWebChat(config)
        hub.connect(contact, (toPage) => toPage.type === "message" && ids.push(toPage.messageId))
        yield* channel.send(outbound)
        yield* channel.send(outbound)
      })
    )
    expect(ids).toEqual(["key-1", "key-1"])
  })

  it("takes off a page whose socket throws, and goes on with the others", async () => {
    const counts = await run(
      Effect.gen(function* () {
        const hub = yield* WebChatHub
        hub.connect(contact, () => {
          throw new Error("socket closed")
        })
        hub.connect(contact, () => {})
        const typing = { type: "typing", durationMs: 1 } as const
        return [
          yield* hub.send(contact, typing),
          yield* hub.send(contact, typing),
          hub.connect("x", () => {})
        ]
      })
    )
    expect(counts).toEqual([1, 1, expect.any(Function)])
  })

  it("holds so many pages of one contact and no more", async () => {
    const connected = await run(
      Effect.map(WebChatHub, (hub) =>
        Array.from({ length: socketsPerContactMax + 1 }, () => hub.connect(contact, () => {}))
      )
    )
    expect(connected.map((close) => close !== undefined)).toEqual([
      ...Array.from({ length: socketsPerContactMax }, () => true),
      false
    ])
  })

  it.each(["delivered", "read"] as const)("takes the page's word that a chunk was %s", async (type) => {
    const subject = await start()
    const frame = subject.signed(JSON.stringify({ type, messageId: "key-1" }))
    const at = Effect.andThen(TestClock.setTime(5_000), subject.channel.receive(frame))
    expect(await run(Effect.provide(at, TestClock.layer()))).toEqual([
      { _tag: "status", instance: "site", contact, messageId: "key-1", status: type, at: 5_000 }
    ])
  })

  it("ignores a blank line", async () => {
    const subject = await start()
    const frame = subject.signed(JSON.stringify({ type: "message", id: "m", text: " \u0000" }))
    expect(await run(subject.channel.receive(frame))).toEqual([])
  })

  it("knows the sessions that it signed, and no other", () => {
    const fresh = newSession(secret)
    expect(contactOfSession(fresh, secret)).toBe(fresh.split(".")[0])
    const others = [
      undefined,
      "",
      "x",
      `${fresh}0`,
      newSession(Redacted.make("other"), contact),
      `a b.${"0".repeat(64)}`
    ]
    expect(others.map((other) => contactOfSession(other, secret))).toEqual(others.map(() => undefined))
  })
})
