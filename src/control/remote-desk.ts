import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { DatabaseError } from "../../eventstore/database/database.ts"
import { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { BuildsDiffer } from "../../projections/engine/compare-builds.ts"
import { MomentBusy, NoSuchMoment, type Progress } from "../../projections/engine/past-read-models.ts"
import { UnknownReadModel } from "../../projections/engine/projections.ts"
import type { Hearer } from "../queries/ask-sql.ts"
import { type CompanyAtDesk, ReadDesk } from "../queries/read-desk.ts"
import { SqlRefused } from "../queries/sql-refused.ts"
import { type ReadAsked, readLine } from "./read-questions.ts"
import type { RemoteEngine } from "./remote-engine.ts"

const WireError = Schema.Union([
  SqlRefused,
  NoSuchMoment,
  MomentBusy,
  UnknownReadModel,
  BuildsDiffer,
  StoreUnavailable
])
const decodeError = Schema.decodeUnknownOption(WireError)
type WireError = typeof WireError.Type

/** Who hears more than the value. */
interface Heard {
  readonly progress?: Progress
  readonly hearer?: Hearer
}

/** The desk of the process that holds the embedded database. */
export const remoteDeskLayer = (remote: RemoteEngine) => {
  // It fails as the desk says: what else comes over the wire is made a DatabaseError.
  const value = <A>(asked: ReadAsked, heard: Heard = {}) =>
    askRemote(remote, asked, heard) as Effect.Effect<A, never>
  return Layer.succeed(ReadDesk, {
    companies: value<ReadonlyArray<CompanyAtDesk>>({ ask: "companies" }),
    lags: (company) => value({ ask: "lags", company }),
    parked: (company) => value({ ask: "parked", company }),
    retry: (company, readModel, stream) => value({ ask: "retry", company, readModel, stream }),
    beginRebuild: (company, readModel) => value({ ask: "beginRebuild", company, readModel }),
    compare: (company, readModel, progress) => value({ ask: "compare", company, readModel }, { progress }),
    ask: (question, asOf, hearer, progress) => value({ ask: "sql", question, asOf }, { hearer, progress })
  })
}

/** An engine that starts is waited for: 20 s. */
const patience = Schedule.spaced(250).pipe(Schedule.upTo({ times: 80 }))
class NotReady extends Error {}

const unavailable = (url: string) => (cause: unknown) =>
  new StoreUnavailable({
    message: `the engine at ${url} can't be asked: ${cause instanceof Error ? cause.message : String(cause)}`,
    mayHaveHappened: false
  })

/** Asks, and takes the answer line by line; as it takes no more than it hands on, memory does not fill. */
const askRemote = Effect.fnUntraced(function* (remote: RemoteEngine, asked: ReadAsked, heard: Heard) {
  const abort = yield* Effect.acquireRelease(
    Effect.sync(() => new AbortController()),
    (controller) => Effect.sync(() => controller.abort())
  )
  const pieces = yield* Effect.retry(
    Effect.tryPromise({
      try: () => openAnswer(remote, asked, abort.signal),
      catch: (cause) => (cause instanceof NotReady ? cause : unavailable(remote.url)(cause))
    }),
    { while: (error) => error instanceof NotReady, schedule: patience }
  ).pipe(Effect.mapError((error) => (error instanceof NotReady ? unavailable(remote.url)(error) : error)))
  while (true) {
    const lines = yield* Effect.tryPromise({ try: () => pieces.next(), catch: unavailable(remote.url) })
    if (lines === undefined) return yield* unavailable(remote.url)("its answer ended before its end")
    const rows: Array<string> = []
    for (const line of lines) {
      const rest = line.slice(1)
      if (line[0] === readLine.row) rows.push(rest)
      else {
        const taken = yield* takeLine(line[0]!, JSON.parse(rest), heard, rows)
        if (taken !== undefined) return taken.value
      }
    }
    if (rows.length > 0) yield* heard.hearer?.rows(rows) ?? Effect.void
  }
}, Effect.scoped)

/** The value when this line is the last. */
const takeLine = Effect.fnUntraced(function* (
  kind: string,
  // biome-ignore lint/suspicious/noExplicitAny: what each kind carries is said where it is written
  told: any,
  { hearer, progress }: Heard,
  rows: Array<string>
) {
  if (rows.length > 0) yield* hearer?.rows(rows.splice(0)) ?? Effect.void
  if (kind === readLine.value) return { value: told as unknown }
  if (kind === readLine.progress) progress?.(told[0], told[1])
  if (kind === readLine.columns) yield* hearer?.columns(told) ?? Effect.void
  if (kind === readLine.expects) yield* hearer?.expects(told) ?? Effect.void
  if (kind === readLine.error) return yield* failureOf(told)
  return undefined
})

const failureOf = (told: Record<string, unknown>): WireError | DatabaseError => {
  const known = decodeError(told)
  if (known._tag === "Some") return known.value
  const text = (name: string) => (typeof told[name] === "string" ? told[name] : "")
  return new DatabaseError({
    code: text("code"),
    message: text("message"),
    detail: text("detail"),
    cause: told
  })
}

/** The answer's lines, some at a time. */
const openAnswer = async ({ url, token }: RemoteEngine, asked: ReadAsked, signal: AbortSignal) => {
  const response = await fetch(`${url}/_engine/read`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    signal,
    body: JSON.stringify(asked)
  })
  if (!response.ok || response.body === null) {
    const text = await response.text()
    if (response.status === 503) throw new NotReady((JSON.parse(text) as { detail?: string }).detail)
    throw new Error(`it answered ${response.status}: ${text}`)
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ""
  return {
    next: async (): Promise<ReadonlyArray<string> | undefined> => {
      while (true) {
        const { done, value } = await reader.read()
        if (done) return undefined
        const lines = (rest + value).split("\n")
        rest = lines.pop() ?? ""
        if (lines.length > 0) return lines
      }
    }
  }
}
