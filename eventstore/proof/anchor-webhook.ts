import * as Effect from "effect/Effect"
import { type Anchor, AnchorFailed } from "./anchor.ts"

const answerTimeoutMs = 10_000
const alreadyThere = 409

/**
 * Posts each note as text to a URL; any 2xx takes it, 409 says that it was there. The header `centurion-seal` has the
 * number, `idempotency-key` the same for receivers that know that one.
 */
export const anchorWebhook = (url: string): Anchor => ({
  // A path or a query may hold a secret.
  name: `webhook ${new URL(url).origin}`,
  write: ({ number, note }) =>
    Effect.tryPromise({
      try: async (signal) => {
        const response = await fetch(url, {
          method: "POST",
          headers: {
            "content-type": "text/plain; charset=utf-8",
            "centurion-seal": String(number),
            "idempotency-key": `seal-${number}`
          },
          body: note,
          redirect: "error",
          signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])
        })
        await response.body?.cancel()
        if (!response.ok && response.status !== alreadyThere) {
          throw new Error(`it answered ${response.status} to seal ${number}`)
        }
      },
      catch: (cause) => new AnchorFailed({ message: whyNot(cause) })
    })
})

/** What `fetch` fails with says why only in its cause. */
const whyNot = (error: unknown): string => {
  const { cause, message } = error as { readonly cause?: unknown; readonly message?: unknown }
  return cause instanceof Error ? cause.message : String(message ?? error)
}
