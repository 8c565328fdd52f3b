import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { httpLimits } from "./limits.ts"

/** The body can't be taken: too large (413), too slow (408), or broken off (400). */
export class BodyRefused extends Schema.TaggedError<BodyRefused>()("BodyRefused", {
  status: Schema.Literals([400, 408, 413]),
  message: Schema.String
}) {}

/** The raw bytes of a request; never holds more than `maxBytes`, whatever the request says of its length. */
export const readBody = (
  request: IncomingMessage,
  maxBytes: number,
  timeoutMs: number = httpLimits.bodyTimeoutMs
): Effect.Effect<Uint8Array, BodyRefused> =>
  Effect.callback((resume) => {
    const tooLarge = () =>
      new BodyRefused({ status: 413, message: `the body is larger than ${maxBytes} bytes` })
    const announced = Number(request.headers["content-length"] ?? 0)
    if (announced > maxBytes) return resume(Effect.fail(tooLarge()))
    const pieces: Array<Buffer> = []
    let length = 0
    const end = (result: Effect.Effect<Uint8Array, BodyRefused>) => {
      clearTimeout(timer)
      request.off("data", onData).off("end", onEnd).off("error", onBreak).off("close", onBreak)
      resume(result)
    }
    const onData = (piece: Buffer) => {
      length += piece.length
      if (length > maxBytes) {
        pieces.length = 0
        // What still comes is read and thrown away once the answer is out.
        request.pause()
        return end(Effect.fail(tooLarge()))
      }
      pieces.push(piece)
    }
    const onEnd = () => end(Effect.succeed(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)))
    const onBreak = () => end(Effect.fail(new BodyRefused({ status: 400, message: "the body broke off" })))
    const timer = setTimeout(() => {
      request.pause()
      const message = `the body did not arrive within ${timeoutMs} ms`
      end(Effect.fail(new BodyRefused({ status: 408, message })))
    }, timeoutMs)
    request.on("data", onData).on("end", onEnd).on("error", onBreak).on("close", onBreak)
    return Effect.sync(() => clearTimeout(timer))
  })
