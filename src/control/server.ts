import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Rpc from "effect/rpc/Rpc"
import type * as RpcGroup from "effect/rpc/RpcGroup"
import * as RpcMiddleware from "effect/rpc/RpcMiddleware"
import * as Stream from "effect/Stream"
import type { unhandled } from "effect/Types"
import { Engine } from "../../actors/engine/engine.ts"
import { DatabaseError } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { SealStore } from "../../eventstore/proof/seal-store.ts"
import type { Moment } from "../../projections/engine/moment.ts"
import { Operator } from "../accounts/people/operator.ts"
import { CompanyAdmin } from "../companies/company-admin.ts"
import { Contacts } from "../companies/contacts.ts"
import type { SqlQuestion } from "../queries/ask-sql.ts"
import { Queries } from "../queries/queries.ts"
import { readLimits } from "../queries/read-limits.ts"
import { companyCalls } from "./contract/company-calls.ts"
import { engineCalls } from "./contract/engine-calls.ts"
import { type AnswerPart, type ComparisonPart, partCalls, queryCalls } from "./contract/query-calls.ts"
import { sealCalls } from "./contract/seal-calls.ts"
import { historyCalls, storeCalls } from "./contract/store-calls.ts"
import { contactCalls, subjectCalls } from "./contract/subject-calls.ts"
import { userCalls } from "./contract/user-calls.ts"
import { Control } from "./contract.ts"

type Handlers<Subject extends string, Service> = {
  readonly [Name in keyof Service & string as `${Subject}${Name}`]: Service[Name] extends (
    ...args: infer Args
  ) => infer Answer
    ? (args: Readonly<Args>) => Answer
    : () => Service[Name]
}

/** The methods of a service as what answers its calls. */
const answers =
  <const Subject extends string, Calls extends Rpc.Any>(
    subject: Subject,
    { requests }: RpcGroup.RpcGroup<Calls>
  ) =>
  <Service extends object>(service: Service): Handlers<Subject, Service> => {
    const handler = (tag: string) => {
      const method = service[tag.slice(subject.length) as keyof Service] as unknown
      if (Effect.isEffect(method)) return () => method
      return (args: ReadonlyArray<unknown>) =>
        (method as (...args: ReadonlyArray<unknown>) => unknown)(...args)
    }
    return Object.fromEntries([...requests.keys()].map((tag) => [tag, handler(tag)])) as Handlers<
      Subject,
      Service
    >
  }

type Parts<Part> = Queue.Enqueue<Part, Cause.Done>

/** An answer in parts: what is not taken yet holds up who gives it, so memory does not fill. */
const inParts = <Part, E>(give: (parts: Parts<Part>) => Effect.Effect<unknown, E>) =>
  Stream.callback<Part, E>((parts) => Effect.andThen(give(parts as Parts<Part>), Queue.end(parts)), {
    bufferSize: readLimits.partsAhead,
    strategy: "suspend"
  })

/** Progress that is not taken at once is left out: the next says more. */
const progressInto =
  (parts: Parts<{ readonly progress: readonly [number, number] }>) => (done: number, total: number) =>
    void Queue.offerUnsafe(parts, { progress: [done, total] })

const partAnswers = (queries: Queries["Service"]) => ({
  "queries.compare": ([company, readModel]: readonly [string, string]) =>
    inParts((parts: Parts<typeof ComparisonPart.Type>) =>
      Effect.flatMap(queries.compare(company, readModel, progressInto(parts)), (comparison) =>
        Queue.offer(parts, { comparison })
      )
    ),
  "queries.ask": ([question, asOf]: readonly [SqlQuestion, Moment | null]) =>
    inParts((parts: Parts<typeof AnswerPart.Type>) => {
      const tell = (part: typeof AnswerPart.Type) => Effect.asVoid(Queue.offer(parts, part))
      const sink = {
        columns: (columns: ReadonlyArray<string>) => tell({ columns }),
        expects: (expects: number) => tell({ expects }),
        rows: (rows: ReadonlyArray<string>) => tell({ rows })
      }
      return queries.ask(question, asOf, sink, progressInto(parts))
    })
})

/** Whoever asks is told no more of a defect than that there was one, and nothing of what the driver says. */
class Discreet extends RpcMiddleware.Service<Discreet>()("centurion/control/Discreet") {}

const discreet = Layer.succeed(Discreet, (effect, { rpc }) =>
  effect.pipe(
    Effect.mapError((error) => withoutCause(error) as unhandled),
    Effect.catchCauseIf(Cause.hasDies, (cause) =>
      Effect.andThen(
        Effect.logError(`${rpc._tag} broke`, cause),
        Effect.die("something broke there; it is logged")
      )
    )
  )
)

const withoutCause = (error: unknown): unknown => {
  if (!(error instanceof DatabaseError)) return error
  const { code, message, detail } = error
  return new DatabaseError({ code, message, detail, cause: null })
}

/** What is served. */
export const served = Control.middleware(Discreet)

/** What answers it. */
export const answersLayer = Layer.mergeAll(
  discreet,
  engineCalls.toLayer(Effect.map(Engine, answers("engine.", engineCalls))),
  storeCalls.toLayer(Effect.map(EventStore, answers("store.", storeCalls))),
  historyCalls.toLayer(Effect.map(History, answers("history.", historyCalls))),
  subjectCalls.toLayer(Effect.map(SubjectStore, answers("subjects.", subjectCalls))),
  contactCalls.toLayer(Effect.map(Contacts, answers("contacts.", contactCalls))),
  sealCalls.toLayer(Effect.map(SealStore, answers("seals.", sealCalls))),
  companyCalls.toLayer(Effect.map(CompanyAdmin, answers("companies.", companyCalls))),
  userCalls.toLayer(Effect.map(Operator, answers("users.", userCalls))),
  queryCalls.toLayer(Effect.map(Queries, answers("queries.", queryCalls))),
  partCalls.toLayer(Effect.map(Queries, partAnswers))
)
