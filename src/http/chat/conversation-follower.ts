import * as Effect from "effect/Effect"
import { type Address, streamOf } from "../../../actors/address.ts"
import { Engine } from "../../../actors/engine/engine.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { httpLimits } from "../limits.ts"

/** The last events of the conversation, at most `chatHistoryEventsMax`. */
export const readHistory = Effect.fnUntraced(function* (address: Address) {
  const view = yield* (yield* Engine).view(address)
  const version = view?.version ?? 0
  const from = Math.max(0, version - httpLimits.chatHistoryEventsMax)
  return yield* readAfter(yield* History, address, from)
})

/** All events with a version above `after`. */
const readAfter = Effect.fnUntraced(function* (history: History["Service"], address: Address, after: number) {
  const events: Array<StoredEvent> = []
  let last = after
  while (true) {
    const page = yield* history.readStream(address.company, streamOf(address), last, httpLimits.readPageMax)
    events.push(...page)
    last = page.at(-1)?.version ?? last
    if (page.length < httpLimits.readPageMax) return events
  }
})

/**
 * Tells the events of a conversation as they are committed, each once and in order, from `after` on. Reads after a
 * hint, one reading at a time; what a failed reading missed comes with the next. The result stops it.
 */
export const followConversation = Effect.fnUntraced(function* (
  address: Address,
  after: number,
  tell: (event: StoredEvent) => void
) {
  const history = yield* History
  const engine = yield* Engine
  const stream = streamOf(address)
  let last = after
  let reading = false
  let again = false
  let stopped = false
  const read: Effect.Effect<void> = Effect.gen(function* () {
    const events = yield* readAfter(history, address, last)
    for (const event of events) {
      if (stopped) return
      last = event.version
      tell(event)
    }
  }).pipe(Effect.ignore)
  const look = () => {
    again = true
    if (reading || stopped) return
    reading = true
    Effect.runFork(
      Effect.gen(function* () {
        while (again && !stopped) {
          again = false
          yield* read
        }
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            reading = false
          })
        )
      )
    )
  }
  const unhear = yield* engine.onCommit((hint) => {
    if (hint.company === address.company && hint.streams.includes(stream)) look()
  })
  // What was committed before we listened.
  look()
  return () => {
    stopped = true
    unhear()
  }
})
