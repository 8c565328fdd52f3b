import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { RawData, WebSocket } from "ws"
import type { Address } from "../../../actors/address.ts"
import type { Engine } from "../../../actors/engine/engine.ts"
import type { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { httpLimits } from "../limits.ts"
import { type ChatAllowance, chatAllowance } from "./chat-allowance.ts"
import { FromPage, Hello, type ToVisitor } from "./chat-frames.ts"
import { framesOf, historyOf } from "./chat-history.ts"
import { followConversation, readHistory } from "./conversation-follower.ts"
import { frameAllowance } from "./frame-allowance.ts"
import { pageSender, watchPulse } from "./page-sender.ts"
import { type Visitor, Visitors } from "./visitors.ts"

/** Why a socket is closed, as RFC 6455 and its register number it. */
const closing = { policy: 1008, broken: 1011, tryAgainLater: 1013 } as const

const notReadyRetryMs = 2000

const decodeHello = Schema.decodeUnknownResult(Schema.fromJsonString(Hello))
const decodeFrame = Schema.decodeUnknownResult(Schema.fromJsonString(FromPage))

/** Gives the function that talks with the visitor at the other end of a new socket, until the socket closes. */
export const talkWithVisitor = Effect.gen(function* () {
  const fork = Effect.runForkWith(yield* Effect.context<Talking>())
  const allowance = yield* chatAllowance

  return (socket: WebSocket, company: string, address: string): void => {
    const endings: Array<() => void> = [watchPulse(socket)]
    const run: Run = (effect) => {
      fork(Effect.onExit(effect, (exit) => closeIfBroken(socket, exit)))
    }
    const tooLate = setTimeout(
      () => socket.close(closing.policy, "no hello came"),
      httpLimits.chatHelloTimeoutMs
    )
    // A frame that is too large, or none at all by the protocol: `ws` closes it with the right number.
    socket.on("error", () => {})
    socket.on("close", () => {
      clearTimeout(tooLate)
      for (const end of endings) end()
    })
    socket.once("message", (data: RawData) => {
      clearTimeout(tooLate)
      const hello = decodeHello(String(data))
      if (Result.isFailure(hello)) return socket.close(closing.policy, "the first frame is no hello")
      const open = { socket, address, allowance, endings, run }
      run(enter(open, company, hello.success.visitor))
    })
  }
})

/** What talking with a visitor needs. */
type Talking = Visitors | Engine | History

type Run = <E>(effect: Effect.Effect<void, E, Talking>) => void

/** A socket, and what must be done when it closes. */
interface OpenSocket {
  readonly socket: WebSocket
  readonly address: string
  readonly allowance: ChatAllowance
  readonly endings: Array<() => void>
  readonly run: Run
}

const closeIfBroken = Effect.fnUntraced(function* (socket: WebSocket, exit: Exit.Exit<void, unknown>) {
  if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return
  yield* Effect.logError("a chat socket broke", exit.cause)
  socket.close(closing.broken, "something broke")
})

const enter = Effect.fnUntraced(function* (open: OpenSocket, company: string, secret: string) {
  const { socket, address, allowance, endings } = open
  if ((yield* allowance.hello(address)) !== undefined)
    return socket.close(closing.tryAgainLater, "too many pages from one address")
  const visitors = yield* Visitors
  const entered = yield* Effect.result(visitors.enter(company, secret))
  if (Result.isFailure(entered)) return socket.close(closing.policy, "no such company")
  const visitor = entered.success
  const send = pageSender(socket)
  const stopListening = visitors.listen(visitor, (toPage) =>
    send(toPage.type === "typing" ? { type: "typing", ms: toPage.durationMs } : { ...toPage, from: "agent" })
  )
  if (stopListening === undefined) return socket.close(closing.tryAgainLater, "too many pages of one visitor")
  endings.push(stopListening)
  // Before the history: a message may be sent again at any time, and is stored once.
  socket.on("message", takeFrames(open, visitor, send))
  yield* show(open, visitor, send)
  // It closed while we read: what was added since is ended here.
  if (socket.readyState >= socket.CLOSING) for (const end of endings) end()
})

/** Sends the history, then all that happens: of somebody who said nothing yet, from when they do. */
const show = Effect.fnUntraced(function* (
  { endings, run }: OpenSocket,
  visitor: Visitor,
  send: (frame: ToVisitor) => void
) {
  const { contact, company } = visitor
  const visitors = yield* Visitors
  const follow = Effect.fnUntraced(function* (address: Address, after: number) {
    const tell = (event: StoredEvent) => {
      for (const frame of framesOf(event, contact)) send(frame)
    }
    endings.push(yield* followConversation(address, after, tell))
  })
  let isShown = false
  const begun = (address: Address) => {
    if (isShown) run(follow(address, 0))
  }
  // Before it is looked for: another page of theirs may begin it just now.
  endings.push(visitors.onBegin(visitor, begun))
  const found = yield* Effect.result(
    Effect.gen(function* () {
      const address = yield* visitors.addressOf(visitor)
      return { address, events: address === undefined ? [] : yield* readHistory(address) }
    })
  )
  if (found._tag === "Failure")
    return send({ type: "refused", reason: "notReady", retryAfterMs: notReadyRetryMs })
  const { address, events } = found.success
  send({
    type: "history",
    company: company.name,
    agent: company.agent,
    messages: historyOf(events, contact)
  })
  isShown = address === undefined
  if (address !== undefined) yield* follow(address, events.at(-1)?.version ?? 0)
})

const takeFrames = (
  open: OpenSocket,
  visitor: Visitor,
  send: (frame: ToVisitor) => void
): ((data: RawData) => void) => {
  const { socket, run } = open
  const burst = frameAllowance(httpLimits.chatFramesBurst, httpLimits.chatFramesPerSecond, () =>
    performance.now()
  )
  let refusals = 0
  const refuse = (reason: string, messageId: string | undefined, retryAfterMs?: number) => {
    if (++refusals > httpLimits.chatRefusalsMax) return socket.close(closing.policy, "too many frames")
    send({
      type: "refused",
      reason,
      ...(messageId === undefined ? {} : { messageId }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs })
    })
  }
  return (data) => {
    const decoded = decodeFrame(String(data))
    if (Result.isFailure(decoded)) return refuse("wrongFrame", undefined)
    const frame = decoded.success
    if (!burst.take()) return refuse("tooFast", frame.messageId, 1000 / httpLimits.chatFramesPerSecond)
    run(takeFrame(open, visitor, frame, send, refuse))
  }
}

const takeFrame = Effect.fnUntraced(function* (
  { address, allowance }: OpenSocket,
  visitor: Visitor,
  frame: FromPage,
  send: (frame: ToVisitor) => void,
  refuse: (reason: string, messageId: string, retryAfterMs?: number) => void
) {
  const visitors = yield* Visitors
  const { messageId } = frame
  const taken = yield* Effect.result(
    Effect.gen(function* () {
      const isNew = (yield* visitors.addressOf(visitor)) === undefined
      const who = { address, company: visitor.company.id, contact: visitor.contact }
      const waitMs = yield* allowance.frame(who, frame.type, isNew)
      return waitMs === undefined ? yield* visitors.say(visitor, frame) : waitMs
    })
  )
  if (taken._tag === "Success") {
    if (typeof taken.success === "number") return refuse("tooFast", messageId, taken.success)
    const { stored, known } = taken.success
    if (frame.type !== "message") return
    if (stored + known > 0) return send({ type: "accepted", messageId })
    return refuse("notTaken", messageId)
  }
  const error = taken.failure
  if (error._tag === "TryAgain") return refuse("tryAgain", messageId, error.retryAfterMs)
  refuse("notTaken", messageId)
})
