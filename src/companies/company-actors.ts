import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { type ActorEvent, type DeliverError, type Engine, TryAgain } from "../../actors/engine/engine.ts"
import type { EventStore, StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import type { CompanyFile } from "../../machines/company/settings.ts"
import type { Companies } from "./companies.ts"
import { directoryOf } from "./companies.ts"
import type { CompanyFiles } from "./company-files.ts"
import { completeCompany } from "./complete-company.ts"
import { makeCompanyReader, type StoredCompany } from "./stored-company.ts"

/** A company can't be made or changed so; the message says what and where. */
export class CompanyRefused extends Schema.TaggedError<CompanyRefused>()("CompanyRefused", {
  reason: Schema.Literals([
    "unknownCompany",
    "exists",
    "wrongSettings",
    "instanceTaken",
    "onHold",
    "notNow",
    "changed",
    "tooLarge"
  ]),
  message: Schema.String,
  /** The present one, when it has `changed`. */
  version: Schema.optionalKey(Schema.Int)
}) {}

/** What work on companies needs of the world. */
export interface CompanyPorts {
  readonly engine: Engine["Service"]
  readonly store: Pick<EventStore["Service"], "createCompany" | "now" | "partitions">
  readonly history: Pick<History["Service"], "readStream">
  readonly subjects: Pick<SubjectStore["Service"], "erasures" | "holds" | "requestErasure" | "silentSubjects">
  readonly companies: Companies["Service"]
  readonly files: CompanyFiles["Service"]
  /** Partitions of a new company. */
  readonly partitions: number
  /** Companies are read again so often; default `companiesRereadMs`. */
  readonly rereadMs?: number
  /** Where the read models of companies are made and dropped. */
  readonly readModels?: {
    readonly ensure: (company: string) => Effect.Effect<void, { readonly message: string }>
    readonly drop: (company: string) => Effect.Effect<void, { readonly message: string }>
  }
}

/** Who asks for a change, and why, as history will say. */
export interface Asking {
  /** `person:<user id>`, `api:<key id>`, `file`. */
  readonly by: string
  readonly reason: string
  /** The version that the company was read at; refused with `changed` when that is no longer so. */
  readonly expectedVersion?: number
}

/** The actors that companies are themselves: the one door to them, and the list that the process goes by. */
export interface CompanyActors {
  /** Every company of the database, those that are deleted included; the process goes by them from now on. */
  readonly all: Effect.Effect<ReadonlyArray<StoredCompany>, TryAgain>
  /** Sends an event to the company's own actor; refused with `notNow` when it does not take it as it is. */
  readonly tell: (
    company: string,
    event: ActorEvent,
    principal: string
  ) => Effect.Effect<void, CompanyRefused | TryAgain>
  /** One work after another, so that what was looked at is still so when it is changed. */
  readonly alone: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

const storeRetryMs = 1000
/** A new company's partitions are taken within a moment; so long an engine is waited for. */
const patience = Schedule.spaced(100).pipe(Schedule.upTo({ times: 100 }))

/** The database does not answer. */
export const notNow = ({ message }: StoreUnavailable): TryAgain =>
  new TryAgain({ reason: "storeUnavailable", message, retryAfterMs: storeRetryMs })

export const makeCompanyActors = ({
  engine,
  store,
  history,
  companies,
  files
}: CompanyPorts): Effect.Effect<CompanyActors> =>
  Effect.sync(() => {
    const read = makeCompanyReader(store, history)
    let lastLogged = ""

    const all = Effect.gen(function* () {
      const stored = yield* Effect.mapError(read, notNow)
      const twice = companies.replace(present(stored, files.files))
      // Two servers may each have taken one of two companies in.
      if (twice.join() !== lastLogged && twice.length > 0)
        yield* Effect.logError(`${twice.join("; ")}: the first has it`)
      lastLogged = twice.join()
      return stored
    })

    const tell: CompanyActors["tell"] = Effect.fnUntraced(function* (company, event, principal) {
      const at = yield* Effect.mapError(store.now, notNow)
      const address = { company, machine: "company", id: company }
      yield* engine.deliver(address, { ...event, at }, { principal, onlyIfTaken: true }).pipe(
        Effect.retry({ while: ({ _tag }) => _tag === "TryAgain", schedule: patience }),
        Effect.mapError((error) => refusalOf(company, error))
      )
    })

    const turns = Semaphore.makeUnsafe(1)
    return { all, tell, alone: turns.withPermits(1) }
  })

/** What the process goes by: what is stored, and files that nothing is stored of yet. */
const present = (stored: ReadonlyArray<StoredCompany>, files: ReadonlyArray<CompanyFile>) => [
  ...stored.flatMap(({ status, settings }) =>
    status === "active" || status === "suspended" ? [completeCompany(settings, status)] : []
  ),
  ...files.filter(({ id }) => stored.every((each) => each.id !== id)).map((file) => completeCompany(file))
]

const refusalOf = (company: string, error: DeliverError): CompanyRefused | TryAgain => {
  if (error._tag === "TryAgain") return error
  const { message } = error
  if (error._tag === "WrongVersion") return new CompanyRefused({ reason: "notNow", message })
  switch (error.reason) {
    case "notNow":
    case "closed":
    case "parked":
      return new CompanyRefused({ reason: "notNow", message })
    case "tooLarge":
      return new CompanyRefused({
        reason: "tooLarge",
        message: `The settings of the company "${company}" are too large: ${message}; CENTURION_EVENT_MAX_BYTES sets it`
      })
    case "unknownCompany":
      return new CompanyRefused({ reason: "unknownCompany", message })
    default:
      return new CompanyRefused({ reason: "wrongSettings", message })
  }
}

/** A new company's read models are made at once; if that fails, they are when they are next looked after. */
export const ensureReadModels = ({ readModels }: CompanyPorts, company: string): Effect.Effect<void> =>
  readModels === undefined ? Effect.void : Effect.ignore(readModels.ensure(company), { log: "Warn" })

/** Fails when another company claims one of the accounts, whatever they claim of each other's. */
export const checkClaims = Effect.fnUntraced(function* (
  all: ReadonlyArray<StoredCompany>,
  id: string,
  instances: CompanyFile["instances"]
) {
  const asked = { id, name: id, instances: instances ?? [] }
  for (const { id: other, status, settings } of all) {
    if (other === id || status === "deleting" || status === "deleted") continue
    const [twice] = directoryOf([completeCompany(settings), completeCompany(asked)]).claimedTwice
    if (twice !== undefined) return yield* new CompanyRefused({ reason: "instanceTaken", message: twice })
  }
})
