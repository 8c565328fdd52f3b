import * as Effect from "effect/Effect"
import type { Reply, ReplyRequest } from "../../../../src/models/model.ts"
import { promptHash } from "../../../../src/models/prompt-hash.ts"

/** Whoever writes this gets a person. */
export const personWanted = "me passa para alguém"

/** A model that repeats all it was told, and takes it for an answer to each question of the company. */
export const echoReply = (request: ReplyRequest): Effect.Effect<Reply> =>
  Effect.sync(() => {
    const said = request.lines.map(({ text, media = [] }) =>
      [text, ...media.map(({ reference, caption }) => `${reference} ${caption}`)].join(" | ")
    )
    const wantsPerson = request.lines.some(({ text }) => text.includes(personWanted))
    return {
      ...(wantsPerson ? { handOver: said.join(" ") } : {}),
      chunks: [`${request.contactName}: ${said.join(" | ")}`],
      language: request.language,
      answers: request.company.criteria.map(({ name: criterion }) => ({
        criterion,
        value: said.join(" "),
        said: said.join(" ")
      })),
      model: "echo",
      promptHash: promptHash(JSON.stringify(request)),
      tokensIn: 1,
      tokensOut: 1,
      costUsd: 0
    }
  })
