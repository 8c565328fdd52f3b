import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import { ModelUnavailable, type Reply, type ReplyRequest } from "../../../src/models/model.ts"

/** Now and then nobody is there. */
const turnsPerOutage = 11

/** One to three chunks a turn, each of a text that no other chunk has, so that a second sending of one shows. */
export const rigReply = (request: ReplyRequest): Effect.Effect<Reply, ModelUnavailable> =>
  Effect.suspend(() => {
    const { turn } = request
    if (turn % turnsPerOutage === 0 && Math.random() < 0.5)
      return Effect.fail(new ModelUnavailable({ reason: "overloaded", message: "try again" }))
    return Effect.succeed({
      chunks: Array.from({ length: 1 + (turn % 3) }, (_, n) => `${turn}.${n + 1} ${randomUUID()}`),
      language: request.language,
      answers: [],
      model: "rig",
      promptHash: "",
      tokensIn: 1,
      tokensOut: 1,
      costUsd: 0
    })
  })
