import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import type { ChatLine, ToVisitor } from "../../../../src/http/chat/chat-frames.ts"
import { frameAllowance } from "../../../../src/http/chat/frame-allowance.ts"
import { pageSender, type SendingSocket, watchPulse } from "../../../../src/http/chat/page-sender.ts"
import { contactOfVisitor } from "../../../../src/http/chat/visitors.ts"
import { httpLimits } from "../../../../src/http/limits.ts"
import { eventually, type OpenServer, openServer } from "../open-server.ts"
import { openPage, type PageSocket } from "../page-socket.ts"

let server: OpenServer
beforeAll(async () => {
  server = await openServer()
})
afterAll(() => server.close())

const newVisitor = () => randomBytes(16).toString("hex")
const isReply = (frame: ToVisitor) => frame.type === "message" && frame.from === "agent"
const linesOf = (page: PageSocket): ReadonlyArray<ChatLine> =>
  page.frames.flatMap((frame) => (frame.type === "history" ? frame.messages : []))
const history = (page: PageSocket) => page.until((frame) => frame.type === "history")

test("a message is accepted once it is stored, and answered on the page", async () => {
  const page = await openPage(server.url, newVisitor())
  expect(await history(page)).toEqual({ type: "history", company: "Quick", agent: "Lia", messages: [] })
  page.send({ type: "message", messageId: "m1", text: "Oi, quanto custa?" })
  await page.until((frame) => frame.type === "accepted" && frame.messageId === "m1")
  const stored = (await server.events()).find((event) => event.type === "MessageReceived")
  expect(stored?.data).toMatchObject({ text: "Oi, quanto custa?" })
  await page.until((frame) => frame.type === "typing")
  const reply = await page.until(isReply)
  await page.until((frame) => frame.type === "status" && frame.messageIds.includes("m1"))
  const ids = page.frames.flatMap((frame) => (frame.type === "message" ? [frame.messageId] : []))
  expect(ids).toEqual([...new Set(ids)])
  expect(reply).toMatchObject({ from: "agent", text: expect.stringContaining("Lia") })
  await page.close()
})

test("a page that comes back reads what was said, and its repeated message is the same one", async () => {
  const visitor = newVisitor()
  const page = await openPage(server.url, visitor)
  page.send({ type: "message", messageId: "m1", text: "Oi" })
  const reply = (await page.until(isReply)) as ChatLine
  page.send({ type: "read", messageId: reply.messageId })
  await page.until(
    (frame) => frame.type === "status" && frame.messageIds[0] === reply.messageId && frame.status === "read"
  )
  await page.close()
  const again = await openPage(server.url, visitor)
  await history(again)
  expect(linesOf(again).slice(0, 2)).toEqual([
    { messageId: "m1", text: "Oi", at: expect.any(Number), from: "lead", status: "read" },
    { messageId: reply.messageId, text: reply.text, at: reply.at, from: "agent", status: "read" }
  ])
  again.send({ type: "message", messageId: "m1", text: "Oi" })
  await again.until((frame) => frame.type === "accepted")
  const contact = contactOfVisitor("quick", visitor)
  const received = (await server.events()).filter(
    (event) => event.type === "MessageReceived" && event.data.messageId === `${contact}:m1`
  )
  expect(received.length).toBe(1)
  await again.close()
})

test("two pages of one visitor show the same, and another visitor sees nothing of it", async () => {
  const visitor = newVisitor()
  const [first, second, other] = await Promise.all([
    openPage(server.url, visitor),
    openPage(server.url, visitor),
    openPage(server.url, newVisitor())
  ])
  await Promise.all([history(first), history(second), history(other)])
  first.send({ type: "message", messageId: "m1", text: "Oi" })
  const own = await second.until((frame) => frame.type === "message" && frame.from === "lead")
  expect(own).toMatchObject({ messageId: "m1", text: "Oi" })
  await Promise.all([first.until(isReply), second.until(isReply)])
  other.send({ type: "message", messageId: "m1", text: "Hello" })
  await other.until(isReply)
  expect(other.frames.some((frame) => "text" in frame && frame.text === "Oi")).toBe(false)
  await Promise.all([first.close(), second.close(), other.close()])
})

test("who knows the contact does not know the secret, so it opens an empty conversation", async () => {
  const visitor = newVisitor()
  const page = await openPage(server.url, visitor)
  page.send({ type: "message", messageId: "m1", text: "Oi" })
  await page.until((frame) => frame.type === "accepted")
  const thief = await openPage(server.url, contactOfVisitor("quick", visitor))
  await history(thief)
  expect(linesOf(thief)).toEqual([])
  await Promise.all([page.close(), thief.close()])
})

test.each([
  ["a page of another host", { headers: { origin: "https://elsewhere.example" } }, 403],
  ["a sandboxed page", { headers: { origin: "null" } }, 403],
  ["no company's address", { company: "no.company" }, 404]
])("%s is refused", async (_, options, status) => {
  await expect(openPage(server.url, newVisitor(), options)).rejects.toThrow(String(status))
})

test("a page of this host is let in", async () => {
  const page = await openPage(server.url, newVisitor(), { headers: { origin: server.url } })
  await history(page)
  await page.close()
})

test.each([
  ["a short secret", { type: "hello", visitor: "guess" }],
  ["no hello", { type: "message", messageId: "m1", text: "Oi" }],
  ["no JSON", undefined]
])("a socket that begins with %s is closed", async (_, frame) => {
  const page = await openPage(server.url, undefined)
  if (frame === undefined) page.socket.send("{")
  else page.send(frame)
  expect(await page.closed).toBe(1008)
})

test("a company that is not there closes the socket", async () => {
  const page = await openPage(server.url, newVisitor(), { company: "nobody" })
  expect(await page.closed).toBe(1008)
})

test("a frame that is too large closes the socket, one of a wrong shape is refused", async () => {
  const page = await openPage(server.url, newVisitor())
  await history(page)
  page.send({ type: "message", messageId: "with spaces", text: "Oi" })
  expect(await page.until((frame) => frame.type === "refused")).toEqual({
    type: "refused",
    reason: "wrongFrame"
  })
  page.send({ type: "message", messageId: "m1", text: "x".repeat(httpLimits.chatFrameMaxBytes) })
  expect(await page.closed).toBe(1009)
})

test("too many frames are told to come later, and far too many close the socket", async () => {
  const page = await openPage(server.url, newVisitor())
  await history(page)
  const most = httpLimits.chatFramesBurst + httpLimits.chatRefusalsMax + 20
  for (let n = 0; n < most; n++) page.send({ type: "message", messageId: `m${n}`, text: "Oi" })
  const refused = await page.until((frame) => frame.type === "refused")
  expect(refused).toMatchObject({ reason: "tooFast", retryAfterMs: 250 })
  expect(await page.closed).toBe(1008)
  const contact = (await server.events()).filter((event) => event.data.messageId?.toString().endsWith(":m30"))
  expect(contact).toEqual([])
})

test("the allowance is a burst that comes back with time", () => {
  let now = 0
  const allowance = frameAllowance(2, 4, () => now)
  expect([allowance.take(), allowance.take(), allowance.take()]).toEqual([true, true, false])
  now = 250
  expect([allowance.take(), allowance.take()]).toEqual([true, false])
  now = 60_000
  expect([allowance.take(), allowance.take(), allowance.take()]).toEqual([true, true, false])
})

test("a page that does not read is closed, and comes back for its history", () => {
  const told: Array<string> = []
  const socket = {
    readyState: 1,
    OPEN: 1,
    bufferedAmount: httpLimits.chatUnreadMaxBytes,
    send: (frame: string) => void told.push(frame),
    terminate: () => void told.push("terminated")
  } as const
  const sender = (bufferedAmount: number) => pageSender({ ...socket, bufferedAmount } as SendingSocket)
  sender(httpLimits.chatUnreadMaxBytes)({ type: "typing", ms: 1 })
  sender(httpLimits.chatUnreadMaxBytes + 1)({ type: "typing", ms: 2 })
  expect(told).toEqual(['{"type":"typing","ms":1}', "terminated"])
})

test("a page whose other end is gone is closed", () => {
  vi.useFakeTimers()
  try {
    const told: Array<string> = []
    let pong = () => {}
    const socket = {
      on: (_: string, hear: () => void) => {
        pong = hear
      },
      ping: () => void told.push("ping"),
      terminate: () => void told.push("terminated")
    }
    const stop = watchPulse(socket as never)
    vi.advanceTimersByTime(httpLimits.chatPingEveryMs)
    pong()
    vi.advanceTimersByTime(2 * httpLimits.chatPingEveryMs)
    expect(told).toEqual(["ping", "ping", "terminated"])
    stop()
  } finally {
    vi.useRealTimers()
  }
})

test("a server that stops closes its sockets with the reason that pages come back for", async () => {
  const own = await openServer()
  const page = await openPage(own.url, newVisitor())
  await history(page)
  await Promise.all([own.close(), page.closed])
  expect(await page.closed).toBe(1001)
  await eventually(async () => (await fetch(own.url).catch(() => undefined)) === undefined)
})
