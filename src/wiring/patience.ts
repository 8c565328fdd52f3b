import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { DatabaseError } from "../../eventstore/database/database.ts"
import { HttpServer } from "../http/http-server.ts"

/** What starting fails with: all of it says what it is, and why. */
export interface StartFailure {
  readonly _tag: string
  readonly message: string
}

const againEveryMs = 1000

const mayPass = (error: StartFailure): boolean =>
  error._tag === "StoreUnavailable" || (error instanceof DatabaseError && error.unreachable)

/** Strangers learn what is waited for, and not how it is called. */
const waitsForDatabase = "the database does not answer yet"

/** Tells why the server does not serve yet: the log all of it, whoever asks only that it waits for its database. */
export const tellWait = Effect.fnUntraced(function* (why: string) {
  const { setWhy } = yield* HttpServer
  setWhy(waitsForDatabase)
  yield* Effect.logWarning(why)
})

/** Does it again for as long as the database is away: it may go again just after it was there. */
export const patiently = <A, E extends StartFailure, R>(work: Effect.Effect<A, E, R>) =>
  work.pipe(
    Effect.tapError((error) => (mayPass(error) ? tellWait(error.message) : Effect.void)),
    Effect.retry({ while: mayPass, schedule: Schedule.spaced(againEveryMs) })
  )
