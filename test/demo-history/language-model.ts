import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { LanguageModel, ModelUnavailable, type Reply } from "../../src/models/model.ts"
import { replyByScript } from "../../src/models/scripted/scripted-model.ts"
import type { Random } from "../simulator/time/random.ts"
import type { Timeline } from "../simulator/time/timeline.ts"
import type { VirtualProcess } from "../simulator/time/virtual-process.ts"

/** A model that nobody offers; US dollars for a million tokens. */
const model = { name: "example-large-1", in: 2.5, out: 12 }
const small = { name: "example-small-1", in: 0.3, out: 1.5 }
/** What a real prompt has beside the conversation: who we are, what is asked, what is known. */
const promptTokens = 900
const overloaded = 0.01

const priced = (reply: Reply, isSmall: boolean): Reply => {
  const { name, in: perIn, out: perOut } = isSmall ? small : model
  const tokensIn = promptTokens + Math.round(reply.tokensIn / 6)
  const costUsd = Number(((tokensIn * perIn + reply.tokensOut * perOut) / 1_000_000).toFixed(6))
  return { ...reply, model: name, tokensIn, costUsd }
}

/** Says what the scripted model says, after a while and for money. Follow-ups are a small model's work. */
export const modelFor = (process: VirtualProcess, timeline: Timeline, random: Random) =>
  Layer.succeed(LanguageModel, {
    writeReply: (request) =>
      Effect.callback<Reply, ModelUnavailable>((resume) => {
        const fails = random.chance(overloaded)
        const message = "the model is overloaded"
        const answer = fails
          ? Effect.fail(new ModelUnavailable({ reason: "overloaded", message, retryAfterMs: 4000 }))
          : Effect.sync(() => priced(replyByScript(request), request.purpose !== "reply"))
        timeline.after(random.spread(700, 6000), "world", () => process.dispatch(() => resume(answer)))
      })
  })
