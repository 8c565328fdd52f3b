import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import {
  type ActorView,
  type Delivered,
  Engine,
  type EngineStatus,
  EventRefused,
  TryAgain,
  WrongVersion
} from "../../actors/engine/engine.ts"
import { EventStore, StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { SubjectRefused } from "../../eventstore/personal/subject-store.ts"
import { ImportRefused, SealStore } from "../../eventstore/proof/seal-store.ts"
import { CompanyAdmin } from "../companies/company-admin.ts"
import { CompanyRefused } from "../companies/company-desk.ts"
import { parseWithBytes, stringifyWithBytes } from "./bytes-json.ts"
import { remoteCompanies } from "./company-questions.ts"
import type { Answered, HistoryQuestion, StoreQuestion } from "./engine-questions.ts"
import { refusedHere } from "./refused-here.ts"
import { remoteSubjectsLayer } from "./remote-subjects.ts"
import type { SealQuestion } from "./seal-questions.ts"

/** Where another process's engine is asked, and what proves that we may; both are in its `engine.json`. */
export interface RemoteEngine {
  readonly url: string
  readonly token: string
}

const answerTimeoutMs = 30_000
/** An import becomes history in one statement. */
const importTimeoutMs = 30 * 60_000
const unreachableRetryMs = 1000

/** The tagged errors that come over the wire as what they are. */
const WireError = Schema.Union([
  SubjectRefused,
  EventRefused,
  WrongVersion,
  TryAgain,
  StoreUnavailable,
  ImportRefused,
  CompanyRefused
])
type WireError = typeof WireError.Type
const decodeError = Schema.decodeUnknownEffect(WireError)

/** The other process did not answer, or not as it should. */
class Unanswered extends Schema.TaggedError<Unanswered>()("Unanswered", { message: Schema.String }) {}

const ask = ({ url, token }: RemoteEngine, path: string, body: unknown, timeoutMs = answerTimeoutMs) =>
  Effect.gen(function* () {
    const text = yield* Effect.tryPromise({
      try: async (signal) => {
        const response = await fetch(`${url}/_engine/${path}`, {
          method: body === undefined ? "GET" : "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
          ...(body === undefined ? {} : { body: stringifyWithBytes(body) })
        })
        const text = await response.text()
        if (response.status === 503) throw new Error((JSON.parse(text) as { detail: string }).detail)
        if (!response.ok) throw new Error(`it answered ${response.status}: ${text}`)
        return text
      },
      catch: (cause) =>
        new Unanswered({
          message: `the engine at ${url} can't be asked: ${cause instanceof Error ? cause.message : String(cause)}`
        })
    })
    const answered = parseWithBytes(text) as Answered
    if ("value" in answered) return answered.value
    return yield* Effect.flatMap(Effect.orDie(decodeError(answered.error)), (error) => Effect.fail(error))
  })

type Failure = WireError | Unanswered

/** What a question of the store may fail with; anything else is a defect of ours. */
const storeFailure = (error: Failure): Effect.Effect<never, StoreUnavailable> => {
  if (error._tag === "StoreUnavailable") return Effect.fail(error)
  if (error._tag === "Unanswered" || error._tag === "TryAgain")
    return Effect.fail(new StoreUnavailable({ message: error.message, mayHaveHappened: false }))
  return Effect.die(error)
}

const unanswered = ({ message }: Unanswered) =>
  Effect.fail(new TryAgain({ reason: "storeUnavailable", message, retryAfterMs: unreachableRetryMs }))

const questionOf =
  (remote: RemoteEngine) =>
  <A>(method: StoreQuestion | HistoryQuestion) =>
  (...args: ReadonlyArray<unknown>) =>
    ask(remote, "store", { method, args }).pipe(
      Effect.map((value) => value as A),
      Effect.catch(storeFailure)
    )

/** The history of another process, opened there. What only an engine asks for dies. */
const remoteHistoryLayer = (remote: RemoteEngine) => {
  const question = questionOf(remote)
  return Layer.succeed(History, {
    readStream: question<never>("historyStream"),
    readPartition: question<never>("historyPartition"),
    listJobs: question<never>("historyJobs"),
    open: () => refusedHere("open"),
    dueJobs: () => refusedHere("dueJobs"),
    messages: () => refusedHere("messages")
  })
}

/** Links, seals and imports of another process; only that one seals and anchors. */
const remoteSealLayer = (remote: RemoteEngine) => {
  const question =
    <A>(method: SealQuestion) =>
    (...args: ReadonlyArray<unknown>) =>
      ask(remote, "seals", { method, args }).pipe(
        Effect.map((value) => value as A),
        Effect.catch(storeFailure)
      )
  return Layer.succeed(SealStore, {
    readChain: question<never>("readChain"),
    readLinks: question<never>("readLinks"),
    lastSeal: Effect.suspend(question<never>("lastSeal")),
    seals: question<never>("seals"),
    sealedPartitions: question<never>("sealedPartitions"),
    sealedBy: question<never>("sealedBy"),
    anchors: Effect.suspend(question<never>("anchors")),
    stageEvents: question<void>("stageEvents"),
    dropStaged: question<void>("dropStaged"),
    finishImport: (...args) =>
      ask(remote, "seals", { method: "finishImport", args }, importTimeoutMs).pipe(
        Effect.asVoid,
        Effect.catch(
          (error): Effect.Effect<never, ImportRefused | StoreUnavailable> =>
            error._tag === "ImportRefused" ? Effect.fail(error) : storeFailure(error)
        )
      ),
    writeSeal: () => refusedHere("writeSeal"),
    noteAnchored: () => refusedHere("noteAnchored")
  })
}

/** The event store of another process: all reads, and retrying or dropping dead letters; appending dies. */
export const remoteStoreLayer = (remote: RemoteEngine) => {
  const question = questionOf(remote)
  return Layer.mergeAll(
    remoteHistoryLayer(remote),
    remoteSubjectsLayer((method, args) =>
      Effect.catch(
        ask(remote, "store", { method, args }),
        (error): Effect.Effect<never, StoreUnavailable | SubjectRefused> =>
          error._tag === "SubjectRefused" ? Effect.fail(error) : storeFailure(error)
      )
    ),
    remoteSealLayer(remote),
    Layer.succeed(EventStore, {
      append: () => refusedHere("append"),
      createCompany: () => refusedHere("createCompany"),
      claim: () => refusedHere("claim"),
      renew: () => refusedHere("renew"),
      release: () => refusedHere("release"),
      now: Effect.suspend(question<number>("now")),
      partitions: (company) => question<never>("partitions")(company ?? null),
      readStream: question<never>("readStream"),
      readPartition: question<never>("readPartition"),
      loadActors: question<never>("loadActors"),
      dueJobs: question<never>("dueJobs"),
      dueTimers: question<never>("dueTimers"),
      messages: question<never>("messages"),
      listJobs: question<never>("listJobs"),
      retryJob: question<boolean>("retryJob"),
      dropJob: question<boolean>("dropJob")
    })
  )
}

/** The companies of another process, to be looked at and changed. */
export const remoteCompaniesLayer = (remote: RemoteEngine) =>
  Layer.succeed(
    CompanyAdmin,
    remoteCompanies((method, args) =>
      Effect.catch(ask(remote, "companies", { method, args }), (error) => {
        if (error._tag === "CompanyRefused" || error._tag === "TryAgain") return Effect.fail(error)
        return error._tag === "Unanswered" ? unanswered(error) : Effect.die(error)
      })
    )
  )

/** The engine of another process. Its commits are not heard here: read the store again instead. */
export const remoteEngineLayer = (remote: RemoteEngine) =>
  Layer.succeed(Engine, {
    deliver: (address, event, envelope) =>
      ask(remote, "deliver", { address, event, envelope }).pipe(
        Effect.map((value) => value as Delivered),
        Effect.catchTags({
          Unanswered: unanswered,
          StoreUnavailable: Effect.die,
          ImportRefused: Effect.die,
          CompanyRefused: Effect.die,
          SubjectRefused: Effect.die
        })
      ),
    view: (address) =>
      ask(remote, "view", { address }).pipe(
        Effect.map((value) => (value ?? undefined) as ActorView | undefined),
        Effect.catchTags({
          Unanswered: unanswered,
          StoreUnavailable: Effect.die,
          ImportRefused: Effect.die,
          CompanyRefused: Effect.die,
          SubjectRefused: Effect.die,
          WrongVersion: Effect.die
        })
      ),
    status: ask(remote, "status", undefined).pipe(
      Effect.map((value) => value as EngineStatus),
      Effect.catch(({ message }) =>
        Effect.succeed({
          owner: "",
          partitions: 0,
          actorsInMemory: 0,
          waiting: 0,
          jobsRunning: 0,
          timersAhead: 0,
          ready: false,
          why: message
        })
      )
    ),
    onCommit: () => Effect.succeed(() => {})
  })
