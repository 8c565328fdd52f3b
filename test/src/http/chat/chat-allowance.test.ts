import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { Contacts } from "../../../../src/companies/contacts.ts"
import { Settings } from "../../../../src/config.ts"
import { type Chatting, chatAllowance } from "../../../../src/http/chat/chat-allowance.ts"
import { contactOfVisitor } from "../../../../src/http/chat/visitors.ts"
import { httpLimits } from "../../../../src/http/limits.ts"
import { limiterStoreMemory } from "../../../../src/redis/limiter-store.ts"
import { openServer } from "../open-server.ts"
import { openPage } from "../page-socket.ts"

const newVisitor = () => randomBytes(16).toString("hex")

const allowanceOf = (chatPerAddress: number, chatPerCompany: number) =>
  Effect.runPromise(
    Effect.provide(
      chatAllowance,
      Layer.merge(Settings.layerWith({ chatPerAddress, chatPerCompany }), limiterStoreMemory)
    )
  )
const ana: Chatting = { address: "203.0.113.7", company: "acme", contact: "ana" }
/** How many of so many tries are taken. */
const taken = async (tries: number, ask: (n: number) => Effect.Effect<number | undefined>) => {
  const waits = await Promise.all(Array.from({ length: tries }, (_, n) => Effect.runPromise(ask(n))))
  return waits.filter((wait) => wait === undefined).length
}

test("messages are counted by address, by visitor and by company, and say when the next is taken", async () => {
  const { frame } = await allowanceOf(30, 50)
  const message = (who: Partial<Chatting>) => frame({ ...ana, ...who }, "message", false)
  expect(await taken(50, () => message({}))).toBe(httpLimits.chatPerVisitor)
  expect(await taken(50, (n) => message({ contact: `other-${n}` }))).toBe(0)
  const waitMs = await Effect.runPromise(message({ contact: "late" }))
  expect(waitMs).toBeGreaterThan(0)
  expect(waitMs).toBeLessThanOrEqual(60_000)
  // From everywhere, each as somebody else.
  const elsewhere = (n: number) => ({ address: `198.51.100.${n}`, contact: `c${n}` })
  expect(await taken(80, (n) => message(elsewhere(n)))).toBe(50 - httpLimits.chatPerVisitor)
  expect(await taken(10, (n) => message({ ...elsewhere(n + 100), company: "globex" }))).toBe(10)
})

test("a subscriber's addresses of IPv6 are one", async () => {
  const { frame } = await allowanceOf(10, 1_000)
  const from = (n: number) => ({ ...ana, address: `2001:db8:1:2::${n.toString(16)}`, contact: `c${n}` })
  expect(await taken(30, (n) => frame(from(n), "message", false))).toBe(10)
})

test("those who are new are a third, and what says that a line arrived leaves room for messages", async () => {
  const { frame, hello } = await allowanceOf(30, 1_000)
  const visitor = (n: number) => ({ ...ana, contact: `c${n}` })
  expect(await taken(40, (n) => frame(visitor(n), "message", true))).toBe(10)
  expect(await taken(1_000, () => frame(ana, "read", false))).toBe(30 * httpLimits.chatReceiptsPerMessage)
  expect(await taken(100, () => hello(ana.address))).toBe(30)
})

test("strangers store nothing by saying hello, and no more than they may by talking", async () => {
  const server = await openServer({ chatPerAddress: 6 })
  try {
    const { find } = Context.get(await Effect.runPromise(server.booted), Contacts)
    const visitors = Array.from({ length: 6 }, newVisitor)
    const known = async () => {
      const contacts = visitors.map((visitor) => contactOfVisitor("quick", visitor))
      const of = { company: "quick", channel: "web-chat", instance: "page" }
      const found = await Promise.all(contacts.map((contact) => Effect.runPromise(find({ ...of, contact }))))
      return found.filter((each) => each !== undefined).length
    }
    // The company's own history begins when it likes.
    const stored = async () =>
      (await server.events()).filter(({ stream }) => !stream.startsWith("company/")).length
    const pages = await Promise.all(visitors.map((visitor) => openPage(server.url, visitor)))
    for (const page of pages) await page.until((frame) => frame.type === "history")
    expect([await known(), await stored()]).toEqual([0, 0])
    const refused = await openPage(server.url, newVisitor())
    expect(await refused.closed).toBe(1013)
    for (const page of pages) page.send({ type: "message", messageId: "m1", text: "Oi" })
    const answers = await Promise.all(
      pages.map((page) => page.until(({ type }) => type === "accepted" || type === "refused"))
    )
    expect(answers.filter(({ type }) => type === "accepted")).toHaveLength(2)
    for (const answer of answers.filter(({ type }) => type === "refused"))
      expect(answer).toEqual({
        ...{ type: "refused", reason: "tooFast", messageId: "m1" },
        retryAfterMs: expect.any(Number)
      })
    expect(await known()).toBe(2)
    await Promise.all(pages.map((page) => page.close()))
  } finally {
    await server.close()
  }
})

test("one address has so many sockets at once and no more", async () => {
  const server = await openServer({ chatPerAddress: 1_000 })
  try {
    const most = httpLimits.chatSocketsPerAddress
    const pages = await Promise.all(Array.from({ length: most }, () => openPage(server.url, newVisitor())))
    await expect(openPage(server.url, newVisitor())).rejects.toThrow("429")
    await pages[0]!.close()
    await expect
      .poll(() =>
        openPage(server.url, newVisitor()).then(
          () => "open",
          () => "refused"
        )
      )
      .toBe("open")
    for (const page of pages) page.socket.terminate()
  } finally {
    await server.close()
  }
})
