import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"

/** How often what was refused is summed up in the log. */
const everyMs = 60_000

/** Tells of refused webhooks without letting strangers write our log. */
export interface WebhookRefusals {
  /** Logs the first one of a status on a channel, and a minute later, in one line, how many more there were. */
  readonly count: (channel: string, status: number, message: string) => Effect.Effect<void>
}

/** Counts until the scope ends; the last sum is told then. */
export const webhookRefusals = Effect.gen(function* () {
  const scope = yield* Scope.Scope
  const more = new Map<string, number>()

  const sumUp = Effect.fnUntraced(function* (channel: string, status: number, key: string) {
    const count = more.get(key) ?? 0
    more.delete(key)
    if (count === 0) return
    yield* Effect.logWarning(
      `${count} more webhook${count === 1 ? " was" : "s were"} refused with ${status} within ${everyMs / 1000} s`
    ).pipe(Effect.annotateLogs({ channel }))
  })

  yield* Effect.addFinalizer(() =>
    Effect.forEach([...more.keys()], (key) => {
      const [channel = "", status = ""] = key.split(" ")
      return sumUp(channel, Number(status), key)
    })
  )

  const count = Effect.fnUntraced(function* (channel: string, status: number, message: string) {
    const key = `${channel} ${status}`
    const before = more.get(key)
    more.set(key, before === undefined ? 0 : before + 1)
    if (before !== undefined) return
    yield* Effect.logWarning(`a webhook is refused with ${status}: ${message}`)
    yield* Effect.sleep(everyMs).pipe(Effect.ensuring(sumUp(channel, status, key)), Effect.forkIn(scope))
  })

  return { count } satisfies WebhookRefusals
})
