import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { RawData, WebSocket } from "ws"
import type { Engine } from "../../../actors/engine/engine.ts"
import type { History } from "../../../eventstore/log/history.ts"
import { httpLimits } from "../limits.ts"
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

  return (socket: WebSocket, company: string): void => {
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
      run(enter({ socket, endings, run }, company, hello.success.visitor))
    })
  }
})

/** What talking with a visitor needs. */
type Talking = Visitors | Engine | History

type Run = <E>(effect: Effect.Effect<void, E, Talking>) => void

/** A socket, and what must be done when it closes. */
interface OpenSocket {
  readonly socket: WebSocket
  readonly endings: Array<() => void>
  readonly run: Run
}

const closeIfBroken = Effect.fnUntraced(function* (socket: WebSocket, exit: Exit.Exit<void, unknown>) {
  if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return
  yield* Effect.logError("a chat socket broke", exit.cause)
  socket.close(closing.broken, "something broke")
})

const enter = Effect.fnUntraced(function* (open: OpenSocket, company: string, secret: string) {
  const { socket, endings, run } = open
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
  socket.on("message", takeFrames(socket, visitor, send, run))
  yield* show(visitor, send, endings)
  // It closed while we read: what was added since is ended here.
  if (socket.readyState >= socket.CLOSING) for (const end of endings) end()
})

/** Sends the history, then all that happens. */
const show = Effect.fnUntraced(function* (
  visitor: Visitor,
  send: (frame: ToVisitor) => void,
  endings: Array<() => void>
) {
  const found = yield* Effect.result(
    Effect.gen(function* () {
      const address = yield* (yield* Visitors).addressOf(visitor)
      return { address, events: yield* readHistory(address) }
    })
  )
  if (found._tag === "Failure")
    return send({ type: "refused", reason: "notReady", retryAfterMs: notReadyRetryMs })
  const { address, events } = found.success
  const { contact, company } = visitor
  send({
    type: "history",
    company: company.name,
    agent: company.agent,
    messages: historyOf(events, contact)
  })
  const last = events.at(-1)?.version ?? 0
  endings.push(
    yield* followConversation(address, last, (event) => {
      for (const frame of framesOf(event, contact)) send(frame)
    })
  )
})

const takeFrames = (
  socket: WebSocket,
  visitor: Visitor,
  send: (frame: ToVisitor) => void,
  run: Run
): ((data: RawData) => void) => {
  const allowance = frameAllowance(httpLimits.chatFramesBurst, httpLimits.chatFramesPerSecond, () =>
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
    if (!allowance.take()) return refuse("tooFast", frame.messageId, 1000 / httpLimits.chatFramesPerSecond)
    run(takeFrame(visitor, frame, send, refuse))
  }
}

const takeFrame = Effect.fnUntraced(function* (
  visitor: Visitor,
  frame: FromPage,
  send: (frame: ToVisitor) => void,
  refuse: (reason: string, messageId: string, retryAfterMs?: number) => void
) {
  const visitors = yield* Visitors
  const taken = yield* Effect.result(visitors.say(visitor, frame))
  const { messageId } = frame
  if (taken._tag === "Success") {
    const { stored, known } = taken.success
    if (frame.type !== "message") return
    if (stored + known > 0) return send({ type: "accepted", messageId })
    return refuse("notTaken", messageId)
  }
  const error = taken.failure
  if (error._tag === "TryAgain") return refuse("tryAgain", messageId, error.retryAfterMs)
  refuse("notTaken", messageId)
})
