import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  LanguageModel,
  ModelRefused,
  ModelUnavailable,
  type Reply,
  type ReplyRequest
} from "../../../src/models/model.ts"
import { replyByScript } from "../../../src/models/scripted/scripted-model.ts"
import type { Random } from "../time/random.ts"
import type { Timeline } from "../time/timeline.ts"
import type { VirtualProcess } from "../time/virtual-process.ts"
import type { Faults } from "./faults.ts"

type Answer = Effect.Effect<Reply, ModelRefused | ModelUnavailable>

/** The scripted model, which thinks for a while, and fails as models do. */
export const modelIn = (
  process: VirtualProcess,
  timeline: Timeline,
  faults: Faults,
  random: Random
): Layer.Layer<LanguageModel> =>
  Layer.succeed(LanguageModel, {
    writeReply: (request) =>
      Effect.callback<Reply, ModelRefused | ModelUnavailable>((resume) => {
        if (faults.hit("modelSilent", process.name)) return
        const answer = answerTo(request, faults, process.name)
        timeline.after(random.spread(300, 8000), "world", () => process.dispatch(() => resume(answer)))
      })
  })

const answerTo = (request: ReplyRequest, faults: Faults, where: string): Answer => {
  if (faults.hit("modelRefuses", where)) {
    return Effect.fail(new ModelRefused({ reason: "unsafe", message: "the model refuses" }))
  }
  if (faults.hit("modelDown", where)) {
    return Effect.fail(
      new ModelUnavailable({ reason: "overloaded", message: "the model is overloaded", retryAfterMs: 4000 })
    )
  }
  const garbage = faults.hit("modelGarbage", where)
  return Effect.sync(() => {
    const reply = replyByScript(request)
    if (!garbage) return reply
    return request.turn % 2 === 0
      ? { ...reply, chunks: ["", " "] }
      : { ...reply, chunks: [`\u0000${reply.chunks[0] ?? ""}\ud800`, ...reply.chunks.slice(1)] }
  })
}
