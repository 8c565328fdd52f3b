import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { LanguageModel, type Reply, type ReplyRequest } from "../model.ts"
import { canonicalText, promptHash } from "../prompt-hash.ts"
import { writeScriptedReply } from "./write-scripted-reply.ts"

/** What the events call it; a change in what it says is a new version. */
export const scriptedModelName = "scripted-1"

/** About so many characters are a token. */
const charactersPerToken = 4

const tokensOf = (text: string) => Math.ceil(text.length / charactersPerToken)

/** The reply of the script with its metadata: no tokens are paid, so they are estimated and cost nothing. */
export const replyByScript = (request: ReplyRequest): Reply => {
  const content = writeScriptedReply(request)
  const prompt = canonicalText(request)
  return {
    ...content,
    model: scriptedModelName,
    promptHash: promptHash(prompt),
    tokensIn: tokensOf(prompt),
    tokensOut: tokensOf(content.chunks.join("")),
    costUsd: 0
  }
}

/** The embedded default: no key, no network, and the same answer to the same request. */
export const scriptedModelLayer = Layer.succeed(LanguageModel, {
  writeReply: (request) => Effect.sync(() => replyByScript(request))
})
