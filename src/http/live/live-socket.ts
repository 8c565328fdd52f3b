import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { RawData, WebSocket } from "ws"
import type { Audit } from "../../accounts/audit/audit.ts"
import type { Principal } from "../../accounts/principal.ts"
import { principalName } from "../../accounts/principal.ts"
import type { Authentication } from "../../accounts/sessions/authentication.ts"
import { Settings } from "../../config.ts"
import { type Frame, plainFrame } from "../../live/live-frames.ts"
import type { LiveHub } from "../../live/live-hub.ts"
import type { LiveSession } from "../../live/live-session.ts"
import { topics } from "../../live/topics.ts"
import { addressGroup } from "../../redis/address-group.ts"
import { frameAllowance } from "../chat/frame-allowance.ts"
import { watchPulse } from "../chat/page-sender.ts"
import { clientAddress } from "../client-address.ts"
import { type ClientFrame, decodeClientFrame } from "./client-frames.ts"
import { LiveClients } from "./live-clients.ts"
import type { LiveClose } from "./live-closes.ts"
import { liveHttpLimits } from "./live-http-limits.ts"
import { openAuditedSession } from "./open-audited-session.ts"
import { isSame, type Known, know, watchPrincipal } from "./principal-watch.ts"
import { SharedFrames } from "./shared-frame.ts"
import { socketSink } from "./socket-sink.ts"

/** A socket, with what is needed of it. */
interface Client {
  readonly send: (frame: Frame) => void
  readonly close: (why: LiveClose) => void
  readonly isFull: () => boolean
  readonly drained: Effect.Effect<void>
  readonly frames: Queue.Queue<string>
  readonly address: string
  /** The header of the upgrade, for programs. */
  readonly header: Redacted.Redacted<string> | undefined
}

/** Gives the function that serves a new socket until it closes. */
export const serveLiveSocket = Effect.gen(function* () {
  const fork = Effect.runForkWith(yield* Effect.context<Audit | Authentication | LiveHub>())
  const clients = yield* LiveClients
  const { liveTopicsMax, liveRecheckMs, liveUnreadMaxBytes, trustedProxies } = yield* Settings
  const strangers = countStrangers()
  const shared = new SharedFrames()

  return (socket: WebSocket, request: IncomingMessage, raw: Duplex): void => {
    // A frame that is none by the protocol: `ws` closes it with the right number.
    socket.on("error", () => {})
    const address = clientAddress(request, trustedProxies)
    const sink = socketSink(shared, socket, raw, liveUnreadMaxBytes)
    if (!strangers.enter(address)) {
      sink.close("tryAgain")
      return
    }
    if (!clients.enter(sink)) {
      strangers.leave(address)
      sink.close("tryAgain")
      return
    }
    const frames = Effect.runSync(Queue.dropping<string>(liveHttpLimits.framesWaitingMax))
    const client: Client = { ...sink, frames, address, header: headerOf(request) }
    const known = onceOnly(() => strangers.leave(address))
    const join = (company: string) => {
      known()
      return clients.join(sink, company)
    }
    takeFrames(socket, client)
    const stopPulse = watchPulse(socket)
    const serving = fork(
      Effect.onExit(
        Effect.scoped(serve(client, { topicsMax: liveTopicsMax, everyMs: liveRecheckMs }, join)),
        (exit) =>
          Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)
            ? Effect.void
            : Effect.andThen(
                Effect.logError("a live socket broke", exit.cause),
                Effect.sync(() => sink.close("broken"))
              )
      )
    )
    socket.on("close", () => {
      stopPulse()
      known()
      clients.leave(sink)
      fork(Fiber.interrupt(serving))
    })
  }
})

const onceOnly = (act: () => void) => {
  let done = false
  return () => {
    if (!done) act()
    done = true
  }
}

const headerOf = ({ headers }: IncomingMessage) =>
  headers.authorization === undefined ? undefined : Redacted.make(headers.authorization)

/** Those who have not said who they are, by address. */
const countStrangers = () => {
  const counts = new Map<string, number>()
  return {
    enter: (address: string): boolean => {
      const group = addressGroup(address)
      const count = counts.get(group) ?? 0
      if (count >= liveHttpLimits.strangersPerAddressMax) return false
      counts.set(group, count + 1)
      return true
    },
    leave: (address: string) => {
      const group = addressGroup(address)
      const count = (counts.get(group) ?? 0) - 1
      if (count > 0) counts.set(group, count)
      else counts.delete(group)
    }
  }
}

/** Frames wait in line, so that each is answered before the next one is looked at. */
const takeFrames = (socket: WebSocket, { frames, close }: Client) => {
  const allowance = frameAllowance(liveHttpLimits.framesBurst, liveHttpLimits.framesPerSecond, () =>
    performance.now()
  )
  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (!allowance.take()) return close("tooManyFrames")
    // A binary frame is no JSON, whatever it holds.
    if (!Queue.offerUnsafe(frames, isBinary ? "" : String(data))) close("tooManyFrames")
  })
}

const serve = Effect.fnUntraced(function* (
  client: Client,
  { topicsMax, everyMs }: { readonly topicsMax: number; readonly everyMs: number },
  join: (company: string) => boolean
) {
  const shown = client.header ?? (yield* firstHello(client))
  if (shown === undefined) return
  const entered = yield* Effect.result(know(shown, client.address))
  if (Result.isFailure(entered))
    return client.close(entered.failure._tag === "NotAuthenticated" ? "notAuthenticated" : "tryAgain")
  if (!join(entered.success.principal.company)) return client.close("tryAgain")
  const state = { known: entered.success, refusals: 0 }
  const session = yield* openAuditedSession(state.known.principal, topicsMax, client)
  const look = { address: client.address, everyMs }
  const watching = watchPrincipal(() => state.known, look, session.renew)
  yield* Effect.forkScoped(
    Effect.andThen(
      watching,
      Effect.sync(() => client.close("notAuthenticated"))
    )
  )
  welcome(client, state.known)
  while (true) {
    const text = yield* Queue.take(client.frames)
    if (!(yield* answer(client, session, state, text))) state.refusals++
    if (state.refusals > liveHttpLimits.refusalsMax) return client.close("wrongFrames")
  }
})

const welcome = ({ send }: Client, { principal }: Known) =>
  send(
    plainFrame({
      type: "welcome",
      as: principalName(principal),
      company: principal.company,
      topics: topics.map(({ example }) => example)
    })
  )

/** What the first frame shows; undefined, and the socket closed, when that is no hello or does not come. */
const firstHello = Effect.fnUntraced(function* ({ frames, close }: Client) {
  const first = yield* Effect.timeoutOption(Queue.take(frames), liveHttpLimits.helloTimeoutMs)
  if (first._tag === "None") return void close("noHello")
  const frame = decodeClientFrame(first.value)
  if (Result.isFailure(frame) || frame.success.type !== "hello") return void close("notAuthenticated")
  return bearer(frame.success.token)
})

const bearer = (token: string) => Redacted.make(`Bearer ${token}`)

/** False for what is refused. */
const answer = Effect.fnUntraced(function* (
  client: Client,
  session: LiveSession<Principal>,
  state: { known: Known },
  text: string
) {
  const decoded = decodeClientFrame(text)
  if (Result.isFailure(decoded)) {
    client.send(
      plainFrame({ type: "error", code: "wrongFrame", message: wrongFrame(decoded.failure.message) })
    )
    return false
  }
  const frame: ClientFrame = decoded.success
  switch (frame.type) {
    case "subscribe":
      return yield* session.subscribe(frame.topic, frame.after, frame.id)
    case "unsubscribe":
      yield* session.unsubscribe(frame.topic, frame.id)
      return true
    case "ping":
      client.send(plainFrame({ type: "pong" }))
      return true
    case "hello":
      return yield* helloAgain(client, session, state, frame.token)
  }
})

const wrongFrame = (why: string) => `the frame can't be read: ${why.slice(0, 300)}`

/** A new token, before the old one expires. */
const helloAgain = Effect.fnUntraced(function* (
  client: Client,
  session: LiveSession<Principal>,
  state: { known: Known },
  token: string
) {
  const found = yield* Effect.result(know(bearer(token), client.address))
  if (Result.isFailure(found)) {
    client.close(found.failure._tag === "NotAuthenticated" ? "notAuthenticated" : "tryAgain")
    return false
  }
  if (!isSame(found.success.principal, state.known.principal)) {
    client.close("otherPrincipal")
    return false
  }
  state.known = found.success
  yield* session.renew(found.success.principal)
  welcome(client, state.known)
  return true
})
