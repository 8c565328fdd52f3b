import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { DatabaseError, Query, Row } from "./database.ts"

/** A statement with what is bound. */
export type Statement = readonly [sql: string, params?: ReadonlyArray<unknown> | undefined]

/** One read, waiting for the transaction that it shares. */
interface Waiting {
  readonly statement: Statement
  readonly answer: Deferred.Deferred<ReadonlyArray<Row>, DatabaseError>
  /** Of the pool: a company's name. */
  readonly share: string
}

/** One that was not answered for no fault of its own, as it seems. */
interface Broken extends Waiting {
  readonly exit: Exit.Exit<ReadonlyArray<Row>, DatabaseError>
}

/** Reads that share one transaction: a slow one holds up no more than those behind it. */
const sharedMax = 8
/**
 * Asked again, it may be answered: the transaction was broken by a statement before this one, or the table was made anew
 * since the statement was prepared, and the driver asked again when the transaction was over.
 */
const brokenByOthers: ReadonlySet<string> = new Set(["25P02", "42P01", "0A000"])

/** Uses one connection for itself, in this share of the pool. */
type OnConnection = <A>(
  use: (query: Query) => Effect.Effect<A, DatabaseError>,
  share: string
) => Effect.Effect<A, DatabaseError>

/**
 * Reads that begin with the same statement share transactions: those that are asked for within one turn of the event
 * loop, or while every connection is busy, are sent at once, and begin and commit are paid for once.
 */
export const sharedReads = (onConnection: OnConnection, scope: Scope.Scope) => {
  const gathering = new Map<string, Array<Waiting>>()

  const closed = (key: string, reads: ReadonlyArray<Waiting>) => {
    if (gathering.get(key) === reads) gathering.delete(key)
    return reads
  }

  const send = (key: string, first: Statement, reads: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    Effect.yieldNow.pipe(
      Effect.andThen(onConnection((query) => answerAll(query, first, closed(key, reads)), reads[0]!.share)),
      Effect.flatMap((broken) => Effect.forEach(broken, (read) => sendAgain(first, read), { discard: true })),
      Effect.onExit((exit) => Effect.sync(() => failUnanswered(exit, closed(key, reads)))),
      Effect.ignore
    )

  /** Alone, so what is wrong now is its own fault. */
  const sendAgain = (first: Statement, read: Waiting) =>
    Effect.flatMap(
      onConnection((query) => answerAll(query, first, [read]), read.share),
      ([wrong]) => Effect.sync(() => wrong && Deferred.doneUnsafe(wrong.answer, wrong.exit))
    )

  /** Gives the rows of `statement`, asked behind `first` in a transaction that can only read. */
  return (
    first: Statement,
    sql: string,
    params?: ReadonlyArray<unknown>,
    share = ""
  ): Effect.Effect<ReadonlyArray<Row>, DatabaseError> =>
    Effect.suspend(() => {
      const key = JSON.stringify(first)
      const read: Waiting = { statement: [sql, params], answer: Deferred.makeUnsafe(), share }
      const answered = Deferred.await(read.answer)
      const reads = gathering.get(key)
      if (reads === undefined) {
        const begun = [read]
        gathering.set(key, begun)
        return Effect.andThen(Effect.forkIn(send(key, first, begun), scope), answered)
      }
      if (reads.push(read) === sharedMax) gathering.delete(key)
      return answered
    })
}

const failUnanswered = (exit: Exit.Exit<void, DatabaseError>, reads: ReadonlyArray<Waiting>) => {
  if (Exit.isFailure(exit))
    for (const { answer } of reads) Deferred.doneUnsafe(answer, Exit.failCause(exit.cause))
}

/**
 * Asks them all at once and gives each its answer; gives back those that it is worth asking again. Not to be interrupted: a
 * commit that was not sent would leave its transaction to the next user.
 */
const answerAll = Effect.fnUntraced(function* (
  query: Query,
  first: Statement,
  reads: ReadonlyArray<Waiting>
) {
  const opening: ReadonlyArray<Statement> = [["begin read only"], first]
  const asked: ReadonlyArray<Statement> = [...opening, ...reads.map(({ statement }) => statement), ["commit"]]
  const exits = yield* Effect.forEach(
    asked,
    ([sql, params], n) =>
      Effect.tap(Effect.exit(query(sql, params)), (exit) =>
        Effect.sync(() => {
          // At once: those behind it may take longer.
          const read = reads[n - opening.length]
          if (read !== undefined && Exit.isSuccess(exit)) Deferred.doneUnsafe(read.answer, exit)
        })
      ),
    { concurrency: "unbounded" }
  )
  for (const exit of exits.slice(0, opening.length))
    if (Exit.isFailure(exit)) return yield* Exit.failCause(exit.cause)
  const broken: Array<Broken> = []
  for (const [n, read] of reads.entries()) {
    const exit = exits[opening.length + n]!
    if (isBroken(exit)) broken.push({ ...read, exit })
    else if (Exit.isFailure(exit)) Deferred.doneUnsafe(read.answer, exit)
  }
  return broken
}, Effect.uninterruptible)

const isBroken = (exit: Exit.Exit<unknown, DatabaseError>): boolean => {
  if (Exit.isSuccess(exit)) return false
  const [reason] = exit.cause.reasons
  return reason?._tag === "Fail" && brokenByOthers.has(reason.error.code)
}
