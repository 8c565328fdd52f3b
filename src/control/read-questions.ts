import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Database } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { PastReadModels } from "../../projections/engine/past-read-models.ts"
import { problem } from "../http/problem.ts"
import type { Hearer } from "../queries/ask-sql.ts"
import { localDeskLayer } from "../queries/local-desk.ts"
import { ReadDesk } from "../queries/read-desk.ts"
import { readLimits } from "../queries/read-limits.ts"
import type { Running } from "./running.ts"

const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const name = Schema.String
const moment = Schema.Union([
  Schema.Struct({ time: Schema.Number }),
  Schema.Struct({ positions: Schema.Record(Schema.String, count) })
])
const question = Schema.Struct({
  company: name,
  sql: name,
  params: Schema.Array(Schema.String),
  rowsMax: Schema.NullOr(count),
  timeoutMs: count,
  estimates: Schema.Boolean
})

/** The body of `POST /_engine/read`: what may be asked of the read models of the process that holds the database. */
export const ReadAsked = Schema.Union([
  Schema.Struct({ ask: Schema.Literal("companies") }),
  Schema.Struct({ ask: Schema.Literals(["lags", "parked"]), company: Schema.NullOr(name) }),
  Schema.Struct({ ask: Schema.Literal("retry"), company: name, readModel: name, stream: name }),
  Schema.Struct({ ask: Schema.Literals(["beginRebuild", "compare"]), company: name, readModel: name }),
  Schema.Struct({ ask: Schema.Literal("sql"), question, asOf: Schema.NullOr(moment) })
])
export type ReadAsked = typeof ReadAsked.Type

/** By what a line of the answer begins; the rest of it is JSON. */
export const readLine = {
  /** `[done, total]` of what comes before the answer. */
  progress: "p",
  columns: "c",
  expects: "n",
  row: "r",
  value: "v",
  error: "e"
} as const

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(ReadAsked))

/** Answers line by line. Nothing waits for a slow reader but its own answer. */
export const answerRead = Effect.fnUntraced(function* (running: Running, spoolDir: string, body: Uint8Array) {
  const asked = decode(Buffer.from(body).toString("utf8"))
  if (Result.isFailure(asked)) return problem(400, asked.failure.message)
  const { projections } = running
  const lines = Stream.callback<string>(
    (queue) =>
      Effect.gen(function* () {
        const desk = yield* ReadDesk
        // The projector of this process knows of what it does itself.
        const own = {
          ...desk,
          retry: projections.retry,
          beginRebuild: (company: string, readModel: string) => projections.rebuild(company, readModel)
        }
        const exit = yield* Effect.exit(answerTo(own, asked.success, queue))
        if (exit._tag === "Failure") yield* Queue.offer(queue, errorLine(Cause.squash(exit.cause)))
        yield* Queue.end(queue)
      }).pipe(Effect.provide(deskOf(running, spoolDir))),
    { bufferSize: readLimits.linesAhead, strategy: "suspend" }
  )
  return HttpServerResponse.stream(
    Stream.map(lines, (line) => new TextEncoder().encode(`${line}\n`)),
    { contentType: "application/x-ndjson", headers: { "cache-control": "no-store" } }
  )
})

const deskOf = (running: Running, spoolDir: string) =>
  localDeskLayer({
    mayFold: Effect.void,
    session: Effect.succeed(running.database),
    spoolDir,
    holdMs: readLimits.embeddedHoldMs
  }).pipe(
    Layer.provide(
      Layer.mergeAll(
        Layer.succeed(Database, running.database),
        Layer.succeed(EventStore, running.store),
        Layer.succeed(History, running.history),
        Layer.succeed(PastReadModels, running.past)
      )
    )
  )

type Lines = Queue.Enqueue<string>

const line = (kind: (typeof readLine)[keyof typeof readLine], value: unknown) =>
  `${kind}${JSON.stringify(value ?? null)}`

const answerTo = (
  desk: ReadDesk["Service"],
  asked: ReadAsked,
  lines: Lines
): Effect.Effect<void, unknown> => {
  const tell = (text: string) => Effect.asVoid(Queue.offer(lines, text))
  const value = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.flatMap(effect, (each) => tell(line(readLine.value, each)))
  // What is not taken at once is left out: the next line says more.
  const progress = (done: number, total: number) =>
    void Queue.offerUnsafe(lines, line(readLine.progress, [done, total]))
  switch (asked.ask) {
    case "companies":
      return value(desk.companies)
    case "lags":
      return value(desk.lags(asked.company))
    case "parked":
      return value(desk.parked(asked.company))
    case "retry":
      return value(desk.retry(asked.company, asked.readModel, asked.stream))
    case "beginRebuild":
      return value(desk.beginRebuild(asked.company, asked.readModel))
    case "compare":
      return value(desk.compare(asked.company, asked.readModel, progress))
    case "sql": {
      const hearer: Hearer = {
        columns: (names) => tell(line(readLine.columns, names)),
        expects: (rows) => tell(line(readLine.expects, rows)),
        rows: (rows) => Effect.forEach(rows, (row) => tell(`${readLine.row}${row}`), { discard: true })
      }
      return value(desk.ask(asked.question, asked.asOf, hearer, progress))
    }
  }
}

/** What a command is told of a failure; its fields are the error's own, without what caused it. */
const errorLine = (error: unknown): string => {
  const { _tag, message, cause: _, ...fields } = (error ?? {}) as Record<string, unknown>
  return line(readLine.error, {
    ...fields,
    _tag: typeof _tag === "string" ? _tag : "Unexpected",
    message: typeof message === "string" ? message : String(error)
  })
}
