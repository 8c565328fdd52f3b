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
}

/** Reads that share one transaction: a slow one holds up no more than those behind it. */
const sharedMax = 8
/** The transaction was broken by a statement before this one. */
const transactionBroken = "25P02"

/** Uses one connection for itself. */
type OnConnection = <A>(
  use: (query: Query) => Effect.Effect<A, DatabaseError>
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
      Effect.andThen(onConnection((query) => answerAll(query, first, closed(key, reads)))),
      Effect.flatMap((broken) =>
        // One of several was wrong: the others are asked again, each alone.
        Effect.forEach(broken, (read) => send(key, first, [read]), { discard: true })
      ),
      Effect.onExit((exit) => Effect.sync(() => failUnanswered(exit, closed(key, reads)))),
      Effect.ignore
    )

  /** Gives the rows of `statement`, asked behind `first` in a transaction that can only read. */
  return (
    first: Statement,
    sql: string,
    params?: ReadonlyArray<unknown>
  ): Effect.Effect<ReadonlyArray<Row>, DatabaseError> =>
    Effect.suspend(() => {
      const key = JSON.stringify(first)
      const read: Waiting = { statement: [sql, params], answer: Deferred.makeUnsafe() }
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
 * Asks them all at once and gives each its answer; gives back those that another one broke. Not to be interrupted: a
 * commit that was not sent would leave its transaction to the next user.
 */
const answerAll = Effect.fnUntraced(function* (
  query: Query,
  first: Statement,
  reads: ReadonlyArray<Waiting>
) {
  const opening: ReadonlyArray<Statement> = [["begin read only"], first]
  const asked: ReadonlyArray<Statement> = [...opening, ...reads.map(({ statement }) => statement), ["commit"]]
  const exits = yield* Effect.forEach(asked, ([sql, params]) => Effect.exit(query(sql, params)), {
    concurrency: "unbounded"
  })
  for (const exit of exits.slice(0, opening.length))
    if (Exit.isFailure(exit)) return yield* Exit.failCause(exit.cause)
  const broken: Array<Waiting> = []
  for (const [n, read] of reads.entries()) {
    const exit = exits[opening.length + n]!
    if (n > 0 && isBroken(exit)) broken.push(read)
    else Deferred.doneUnsafe(read.answer, exit)
  }
  return broken
}, Effect.uninterruptible)

const isBroken = (exit: Exit.Exit<unknown, DatabaseError>): boolean => {
  if (Exit.isSuccess(exit)) return false
  const [reason] = exit.cause.reasons
  return reason?._tag === "Fail" && reason.error.code === transactionBroken
}
