import type { IncomingMessage } from "node:http"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Audit } from "../../accounts/audit/audit.ts"
import type { Authentication } from "../../accounts/sessions/authentication.ts"
import { topicsCursor } from "../../live/cursor.ts"
import { type Frame, plainFrame } from "../../live/live-frames.ts"
import type { LiveHub } from "../../live/live-hub.ts"
import { LiveClients } from "./live-clients.ts"
import { type LiveClose, liveCloses } from "./live-closes.ts"
import { liveHttpLimits } from "./live-http-limits.ts"
import { openAuditedSession } from "./open-audited-session.ts"
import { type Known, watchPrincipal } from "./principal-watch.ts"
import { untilDrained } from "./socket-sink.ts"

/** What a stream is opened with. */
export interface StreamAsked {
  readonly known: Known
  readonly address: string
  /** Between two looks at what was shown. */
  readonly everyMs: number
  readonly topics: ReadonlyArray<string>
  /** By topic, the cursor behind which to go on. */
  readonly after: ReadonlyMap<string, string>
  readonly topicsMax: number
  readonly unreadMaxBytes: number
  readonly source: IncomingMessage
}

/** An answer that goes on for as long as the client listens: `text/event-stream`. */
export const eventStream = (asked: StreamAsked) =>
  Effect.map(Effect.context<StreamServices>(), (services) =>
    HttpServerResponse.stream(Stream.provideContext(bytesOf(asked), services), {
      contentType: "text/event-stream",
      headers: {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        // Proxies that gather answers would hold it back.
        "x-accel-buffering": "no"
      }
    })
  )

type StreamServices = Audit | Authentication | LiveClients | LiveHub

const bytesOf = (asked: StreamAsked): Stream.Stream<Uint8Array, never, StreamServices> => {
  const unread = { bytes: 0 }
  return Stream.callback<Buffer, never, StreamServices>((queue) => tell(asked, queue, unread)).pipe(
    Stream.map((bytes) => {
      unread.bytes -= bytes.length
      return bytes
    })
  )
}

const tell = Effect.fnUntraced(function* (
  asked: StreamAsked,
  queue: Queue.Queue<Buffer, Cause.Done>,
  unread: { bytes: number }
) {
  const { known, topicsMax, unreadMaxBytes, source } = asked
  const clients = yield* LiveClients
  // It does not read, so it can't be told: its connection goes, and it comes back with its last id.
  const giveUp = () => void source.socket.destroy()
  const write = (text: string) => {
    const bytes = Buffer.from(text)
    unread.bytes += bytes.length
    // Events wait for room; what else there is to say is little.
    if (unread.bytes > unreadMaxBytes * 2) giveUp()
    else Queue.offerUnsafe(queue, bytes)
  }
  const cursors = new Map(asked.after)
  const send = (frame: Frame) => write(eventOf(frame, cursors))
  const close = (why: LiveClose) => {
    send(closingFrame(why))
    Queue.endUnsafe(queue)
  }
  const client = { close }
  yield* Effect.addFinalizer(() => Effect.sync(() => clients.leave(client)))
  write(`retry: ${liveHttpLimits.reconnectMinMs}\n\n`)
  if (!clients.enter(client) || !clients.join(client, known.principal.company)) return close("tryAgain")
  const sink = {
    send,
    isFull: () => unread.bytes >= unreadMaxBytes,
    drained: untilDrained(() => !source.socket.destroyed && unread.bytes > unreadMaxBytes / 4, giveUp)
  }
  const session = yield* openAuditedSession(known.principal, topicsMax, sink)
  for (const topic of asked.topics) yield* session.subscribe(topic, asked.after.get(topic))
  const watching = watchPrincipal(() => known, asked, session.renew)
  yield* Effect.forkScoped(
    Effect.andThen(
      watching,
      Effect.sync(() => close("notAuthenticated"))
    )
  )
  const beat = Effect.sync(() => write(": still here\n\n"))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(liveHttpLimits.beatMs), beat)))
})

const closingFrame = (why: LiveClose): Frame =>
  plainFrame({
    type: "closing",
    reason: liveCloses[why][1],
    reconnectAfterMs: liveHttpLimits.reconnectMinMs
  })

/** One event of the stream; its id is how far the client is with all its topics. */
const eventOf = (frame: Frame, cursors: Map<string, string>): string => {
  const { topic, cursor } = frame
  if (topic !== undefined && cursor !== undefined) cursors.set(topic, cursor)
  const id = cursor === undefined ? "" : `id: ${topicsCursor(cursors)}\n`
  return `${id}event: ${frame.type}\ndata: ${frame.text}\n\n`
}
