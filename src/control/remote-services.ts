import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Rpc from "effect/rpc/Rpc"
import type * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schedule from "effect/Schedule"
import * as SchemaAST from "effect/SchemaAST"
import * as Stream from "effect/Stream"
import { Engine, TryAgain } from "../../actors/engine/engine.ts"
import { EventStore, StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { SealStore } from "../../eventstore/proof/seal-store.ts"
import type { BuildComparison } from "../../projections/engine/compare-builds.ts"
import { Operator } from "../accounts/people/operator.ts"
import { CompanyAdmin } from "../companies/company-admin.ts"
import { Contacts } from "../companies/contacts.ts"
import { Queries } from "../queries/queries.ts"
import { ControlClient, NotAnswered, type RemoteEngine } from "./client.ts"
import { companyCalls } from "./contract/company-calls.ts"
import { engineCalls } from "./contract/engine-calls.ts"
import { queryCalls } from "./contract/query-calls.ts"
import { sealCalls } from "./contract/seal-calls.ts"
import { historyCalls, storeCalls } from "./contract/store-calls.ts"
import { contactCalls, subjectCalls } from "./contract/subject-calls.ts"
import { userCalls } from "./contract/user-calls.ts"

type Answer<Call extends Rpc.Any, Failure> = Effect.Effect<Rpc.Success<Call>, Rpc.Error<Call> | Failure>

type Methods<Call extends Rpc.Any, Failure> = {
  readonly [Each in Call as Each["_tag"] extends `${string}.${infer Name}`
    ? Name
    : never]: Rpc.Payload<Each> extends infer Args extends ReadonlyArray<unknown>
    ? Args extends readonly []
      ? Answer<Each, Failure>
      : (...args: Args) => Answer<Each, Failure>
    : never
}

/** Makes of `NotAnswered` a failure that a service knows. */
type Settle<Failure> = <A, E>(asked: Effect.Effect<A, E | NotAnswered>) => Effect.Effect<A, E | Failure>

/** The calls of a service as its methods. */
const methods = <Call extends Rpc.AnyWithProps, Failure>(
  { ask }: ControlClient["Service"],
  { requests }: RpcGroup.RpcGroup<Call>,
  settle: Settle<Failure>
): Methods<Call, Failure> => {
  const method = ({ _tag, payloadSchema: { ast } }: Call) => {
    const asked = (...args: ReadonlyArray<unknown>) => settle(ask(_tag as never, args as never))
    return SchemaAST.isArrays(ast) && ast.elements.length === 0 ? asked() : asked
  }
  return Object.fromEntries(
    [...requests.values()].map((call) => [call._tag.slice(call._tag.indexOf(".") + 1), method(call)])
  ) as never
}

const settled =
  <Failure>(failureOf: (error: NotAnswered) => Failure): Settle<Failure> =>
  (asked) =>
    Effect.mapError(asked, (error) => (error instanceof NotAnswered ? failureOf(error) : error))

const asStore = settled(({ message }) => new StoreUnavailable({ message, mayHaveHappened: false }))

const asEngine = settled(
  ({ message, retryAfterMs }) => new TryAgain({ reason: "storeUnavailable", message, retryAfterMs })
)

/** What only the process that owns the partitions may do: asking for it from another is a defect. */
const onlyThere = <const Name extends string>(...names: ReadonlyArray<Name>) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      () => Effect.die(new Error(`${name} is for the process that owns the partitions`))
    ])
  ) as Readonly<Record<Name, () => Effect.Effect<never>>>

const store = Layer.effect(
  EventStore,
  Effect.map(ControlClient, (client) => ({
    ...onlyThere("append", "createCompany", "claim", "renew", "release", "dueJobs", "dueTimers", "messages"),
    ...onlyThere("noteStopped", "clearStopped", "stoppedIn"),
    ...methods(client, storeCalls, asStore)
  }))
)

const history = Layer.effect(
  History,
  Effect.map(ControlClient, (client) => {
    const calls = methods(client, historyCalls, asStore)
    return {
      ...onlyThere("open", "dueJobs", "messages"),
      ...calls,
      listJobs: (...args) =>
        Effect.map(calls.listJobs(...args), (jobs) => jobs.map((job) => ({ ...job, key: undefined })))
    }
  })
)

const subjects = Layer.effect(
  SubjectStore,
  Effect.map(ControlClient, (client) => ({
    ...onlyThere("takeSubjects", "subjectKeys", "takeContact", "findContact", "takeSecret", "keysOf"),
    ...onlyThere("wrappedOtherwise", "rewrap", "destroySubject", "finishErasure", "silentSubjects"),
    ...methods(client, subjectCalls, asStore)
  }))
)

const contacts = Layer.effect(
  Contacts,
  Effect.map(ControlClient, (client) => ({
    ...onlyThere("take", "find", "bind", "blindKey"),
    ...methods(client, contactCalls, asStore),
    forget: () => 0
  }))
)

const seals = Layer.effect(
  SealStore,
  Effect.map(ControlClient, (client) => ({
    ...onlyThere("writeSeal", "noteAnchored"),
    ...methods(client, sealCalls, asStore)
  }))
)

const companies = Layer.effect(
  CompanyAdmin,
  Effect.map(ControlClient, (client) => methods(client, companyCalls, asEngine))
)

const operator = Layer.effect(
  Operator,
  Effect.map(ControlClient, (client) => ({
    ...onlyThere("ensureFirstAdmin", "dropCompany"),
    ...methods(client, userCalls, asStore)
  }))
)

const nothingRuns = {
  ...{ owner: "", partitions: 0, actorsInMemory: 0, waiting: 0, jobsRunning: 0, timersAhead: 0 },
  ...{ actorsInError: 0, actorsParked: 0 },
  ready: false
}

const engine = Layer.effect(
  Engine,
  Effect.map(ControlClient, (client) => {
    const calls = methods(client, engineCalls, asEngine)
    return {
      ...calls,
      status: Effect.catch(calls.status, ({ message }) => Effect.succeed({ ...nothingRuns, why: message })),
      onCommit: () => Effect.succeed(() => {})
    }
  })
)

/** An engine that starts is waited for: 20 s. */
const patience = Schedule.spaced(250).pipe(Schedule.upTo({ times: 80 }))

const patiently: Settle<StoreUnavailable> = (asked) =>
  asStore(
    Effect.retry(asked, {
      while: (error) => error instanceof NotAnswered && error.isStarting,
      schedule: patience
    })
  )

const queries = Layer.effect(
  Queries,
  Effect.map(ControlClient, (client) => ({
    ...methods(client, queryCalls, patiently),
    compare: (company, readModel, progress) =>
      patiently(
        Effect.gen(function* () {
          let found: BuildComparison | undefined
          yield* Stream.runForEach(client.parts("queries.compare", [company, readModel]), (part) =>
            Effect.sync(() => {
              if ("progress" in part) progress(...part.progress)
              else found = part.comparison
            })
          )
          return found!
        })
      ),
    ask: (question, asOf, sink, progress) =>
      patiently(
        Stream.runForEach(client.parts("queries.ask", [question, asOf]), (part) => {
          if ("rows" in part) return sink.rows(part.rows)
          if ("columns" in part) return sink.columns(part.columns)
          if ("expects" in part) return sink.expects(part.expects)
          return Effect.sync(() => progress(...part.progress))
        })
      )
  }))
)

const at =
  <A>(services: Layer.Layer<A, never, ControlClient>) =>
  (remote: RemoteEngine) =>
    Layer.provide(services, ControlClient.layer(remote))

/** The event store of another process: all reads, and seeing to dead letters and stopped actors; appending dies. */
export const remoteStoreLayer = at(Layer.mergeAll(store, history, subjects, contacts, seals))
/** The engine of another process. Its commits are not heard here: read the store again instead. */
export const remoteEngineLayer = at(engine)
/** The companies of another process, to be looked at and changed. */
export const remoteCompaniesLayer = at(companies)
/** The read models of another process. */
export const remoteQueriesLayer = at(queries)
/** The users of another process. */
export const remoteOperatorLayer = at(operator)
