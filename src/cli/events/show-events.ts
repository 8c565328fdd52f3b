import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { Settings } from "../../config.ts"
import { followHints } from "../../redis/hints.ts"
import { connectRedis } from "../../redis/redis-connection.ts"
import { exitCode, wrongUse } from "../cli-failure.ts"
import { eventAsJson, eventLine } from "../event-line.ts"
import { parsePlace } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { counted, endsByCtrlC, note, print, width } from "../terminal.ts"
import { type EventSource, openSource } from "./event-source.ts"

/** What `centurion events` was asked. */
export interface EventsAsked {
  readonly place: string
  readonly after: Option.Option<number>
  readonly limit: Option.Option<number>
  readonly follow: boolean
  readonly json: boolean
}

const limitDefault = 1000
const pollEveryMs = 250
const retryEveryMs = 1000

/** Prints events, and goes on with new ones if asked to: each once, in order. */
export const showEvents = Effect.fnUntraced(function* (asked: EventsAsked) {
  const place = yield* parsePlace(asked.place)
  const after = Option.getOrElse(asked.after, () => 0)
  const limit = Option.getOrElse(asked.limit, () => (asked.follow ? 0 : limitDefault))
  if (after < 0 || limit < 0) return yield* wrongUse("--after and --limit are 0 or more")
  return yield* withStore(
    Effect.gen(function* () {
      const source = yield* openSource(place, after, asked.follow)
      const most = limit === 0 ? Number.POSITIVE_INFINITY : limit
      const printer = makePrinter(source, asked.json, most, yield* width)
      if (!asked.follow) return yield* showAll(source, printer)
      const company = place.kind === "stream" ? place.address.company : place.company
      yield* follow(source, printer, yield* pauseUntilCommit(company))
    })
  )
})

interface Printer {
  /** False when the limit is reached. */
  readonly take: (events: ReadonlyArray<StoredEvent>) => Effect.Effect<boolean>
  readonly printed: () => number
  /** Events that it was given and did not print. */
  readonly leftOver: () => number
}

const makePrinter = (source: EventSource, json: boolean, limit: number, columns: number): Printer => {
  let printed = 0
  let leftOver = 0
  const line = (event: StoredEvent) =>
    json ? JSON.stringify(eventAsJson(event)) : eventLine(event, source.placeOf(event), columns)
  return {
    printed: () => printed,
    leftOver: () => leftOver,
    take: Effect.fnUntraced(function* (events) {
      const shown = events.slice(0, limit - printed)
      printed += shown.length
      leftOver += events.length - shown.length
      if (shown.length > 0) yield* print(shown.map(line).join("\n"))
      return shown.length === events.length && printed < limit
    })
  }
}

const showAll = Effect.fnUntraced(function* (source: EventSource, printer: Printer) {
  while (true) {
    const events = yield* source.next
    if (events.length === 0) return
    if (yield* printer.take(events)) continue
    const more = printer.leftOver() > 0 || (yield* source.next).length > 0
    return yield* more
      ? note(`${counted(printer.printed(), "event")} shown; --limit 0 shows all`)
      : Effect.void
  }
})

/** Waits for the next look: a moment, or less when Redis tells of a commit. */
const pauseUntilCommit = Effect.fnUntraced(function* (company: string) {
  const { redisUrl } = yield* Settings
  if (redisUrl === undefined) return Effect.sleep(pollEveryMs)
  let wake = () => {}
  yield* followHints(yield* connectRedis(redisUrl), "commits", company, () => wake())
  const woken = Effect.callback<void>((resume) => {
    wake = () => resume(Effect.void)
  })
  return Effect.raceFirst(woken, Effect.sleep(pollEveryMs))
})

/** Ctrl-C is how this ends; a store that does not answer is waited for. */
const follow = (source: EventSource, printer: Printer, pause: Effect.Effect<void>) =>
  Effect.gen(function* () {
    let isDown = false
    while (true) {
      const read = yield* Effect.result(source.next)
      if (read._tag === "Failure") {
        if (!isDown) yield* note(`${read.failure.message}; trying on`)
        isDown = true
        yield* Effect.sleep(retryEveryMs)
        continue
      }
      isDown = false
      if (!(yield* printer.take(read.success))) return
      if (read.success.length === 0) yield* pause
    }
  }).pipe(Effect.onInterrupt(() => endsByCtrlC(exitCode.ok)))
