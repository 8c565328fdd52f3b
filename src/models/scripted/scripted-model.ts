import * as Effect from "effect/Effect"
import type { LanguageModel, Reply, ReplyRequest } from "../model.ts"
import { costUsd } from "../model-kind.ts"
import { canonicalText, promptHash } from "../prompt-hash.ts"
import { writeScriptedReply } from "./write-scripted-reply.ts"

/** What the events call it; a change in what it says is a new version. */
export const scriptedModelName = "scripted-1"

/** It costs nothing. */
export const scriptedPrices = { [scriptedModelName]: { inUsd: 0, outUsd: 0 } }

/** About so many characters are a token. */
const charactersPerToken = 4

const tokensOf = (text: string) => Math.ceil(text.length / charactersPerToken)

/** The reply of the script with its metadata: no tokens are paid, so they are estimated and cost nothing. */
export const replyByScript = (request: ReplyRequest): Reply => {
  const content = writeScriptedReply(request)
  const prompt = canonicalText(request)
  const [tokensIn, tokensOut] = [tokensOf(prompt), tokensOf(content.chunks.join(""))]
  return {
    ...content,
    model: scriptedModelName,
    promptHash: promptHash(prompt),
    tokensIn,
    tokensOut,
    costUsd: costUsd(scriptedPrices[scriptedModelName]!, tokensIn, tokensOut)
  }
}

/** The embedded default: no key, no network, and the same answer to the same request. */
export const scriptedModel: LanguageModel["Service"] = {
  writeReply: (request) => Effect.sync(() => replyByScript(request))
}
