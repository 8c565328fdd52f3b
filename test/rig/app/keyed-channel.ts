import * as Effect from "effect/Effect"
import { JobFailedForNow } from "../../../actors/jobs/job-handler.ts"
import type { Channel } from "../../../src/channels/channel.ts"
import { channelKind } from "../../../src/channels/channel-kind.ts"
import { keyedInstance } from "../world/keyed-instance.ts"

const sendMaxMs = 10_000

/** A channel whose provider honours our key; there is none such over HTTP among the real ones yet. */
const keyedChannel = (url: string): Channel => ({
  name: "keyed",
  idempotency: "key",
  receive: ({ body }) =>
    Effect.sync(() => {
      const { contact, text, messageId, at } = JSON.parse(Buffer.from(body).toString("utf8"))
      return [{ _tag: "message", instance: keyedInstance, contact, messageId, at, text, fromUs: false }]
    }),
  send: ({ key, contact, text }) =>
    Effect.tryPromise({
      try: async () => {
        const answer = await fetch(`${url}/send`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ key, contact, text }),
          signal: AbortSignal.timeout(sendMaxMs)
        })
        const { id } = (await answer.json()) as { id: string }
        return { messageId: id, at: Date.now() }
      },
      catch: (error) =>
        new JobFailedForNow({ reason: "noAnswer", message: String(error), happened: "unknown" })
    })
})

/** The channel for the list; its provider's address is in `RIG_KEYED_URL`. */
export const keyed = channelKind({
  name: "keyed",
  shownAs: "keyed",
  settings: {},
  webhook: { provider: "The rig", secretHeader: "x-none", example: {} },
  reachedAt: () => "in the rig",
  make: () => Effect.succeed(keyedChannel(process.env.RIG_KEYED_URL!))
})
