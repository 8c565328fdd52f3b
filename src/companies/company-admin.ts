import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ActorEvent, TryAgain } from "../../actors/engine/engine.ts"
import {
  CompanyChanges,
  CompanyFile,
  type CompanySection,
  companySections
} from "../../machines/company/settings.ts"
import {
  type Asking,
  type CompanyActors,
  type CompanyPorts,
  CompanyRefused,
  checkClaims,
  ensureReadModels,
  notNow
} from "./company-actors.ts"
import { type Remains, remainsOf } from "./delete-company.ts"
import type { StoredCompany } from "./stored-company.ts"

type Asked<A> = Effect.Effect<A, CompanyRefused | TryAgain>

/** Makes, changes, suspends and deletes companies while the server runs; each change is an event with who and why. */
export class CompanyAdmin extends Context.Service<
  CompanyAdmin,
  {
    /** By id; those that were deleted stay in it with that status. */
    readonly list: Asked<ReadonlyArray<StoredCompany>>
    readonly get: (company: string) => Asked<StoredCompany>
    /** `settings` is a company's file. */
    readonly create: (settings: unknown, asking: Asking) => Asked<StoredCompany>
    /** Sections of the file as they shall be; null for the default. `changed` is empty when all was so already. */
    readonly change: (
      company: string,
      changes: unknown,
      asking: Asking
    ) => Asked<{ readonly company: StoredCompany; readonly changed: ReadonlyArray<CompanySection> }>
    readonly suspend: (company: string, asking: Asking) => Asked<StoredCompany>
    readonly resume: (company: string, asking: Asking) => Asked<StoredCompany>
    /** What a deletion would take away, or has still to take. */
    readonly remains: (company: string) => Asked<Remains>
    /** Begins it: it is no company from then on, its persons are erased, then its read models go. */
    readonly delete: (company: string, asking: Asking) => Asked<StoredCompany>
  }
>()("centurion/companies/CompanyAdmin") {}

const strict = { onExcessProperty: "error", errors: "all" } as const
const decodeFile = Schema.decodeUnknownEffect(CompanyFile, strict)
const decodeChanges = Schema.decodeUnknownEffect(CompanyChanges, strict)

const wrongSettings = ({ message }: Schema.SchemaError) =>
  new CompanyRefused({ reason: "wrongSettings", message: message.replaceAll(/\n\s+at /g, " at ") })

/** Sections of which one of the two says otherwise. */
const changedSections = (one: CompanyFile, other: CompanyFile): ReadonlyArray<CompanySection> =>
  companySections.filter((section) => JSON.stringify(one[section]) !== JSON.stringify(other[section]))

/** What the companies are changed with. */
interface AdminParts {
  readonly actors: CompanyActors
  readonly ports: CompanyPorts
  /** A company is to be deleted. */
  readonly wake: () => void
}

/** Also one that was deleted. */
const get = Effect.fnUntraced(function* ({ actors }: AdminParts, id: string) {
  const all = yield* actors.all
  const company = all.find((each) => each.id === id)
  if (company !== undefined) return { company, all }
  return yield* new CompanyRefused({ reason: "unknownCompany", message: `There is no company "${id}"` })
})

const ask = Effect.fnUntraced(function* (
  parts: AdminParts,
  id: string,
  { type, ...data }: ActorEvent,
  { by, reason, expectedVersion }: Asking,
  isNot: string
) {
  const { company } = yield* get(parts, id)
  // Only this process writes to it, and one change at a time: nothing comes between this look and the event.
  if (expectedVersion !== undefined && expectedVersion !== company.version)
    return yield* new CompanyRefused({
      reason: "changed",
      message: `The company "${id}" is at version ${company.version}, and ${expectedVersion} was expected`,
      version: company.version
    })
  yield* parts.actors.tell(id, { type, ...data, by, reason }, by).pipe(
    Effect.catchIf(
      (error) => error._tag === "CompanyRefused" && error.reason === "notNow",
      () =>
        new CompanyRefused({
          reason: "notNow",
          message: `The company "${id}" is ${company.status}, so it can't be ${isNot}`
        })
    )
  )
  return (yield* get(parts, id)).company
})

const create = Effect.fnUntraced(function* (parts: AdminParts, given: unknown, asking: Asking) {
  const { actors, ports } = parts
  const file = yield* Effect.mapError(decodeFile(given), wrongSettings)
  const all = yield* actors.all
  const before = all.find(({ id }) => id === file.id)
  if (before !== undefined)
    return yield* new CompanyRefused({
      reason: "exists",
      message:
        before.status === "deleted"
          ? `The company "${file.id}" was deleted; its id is not given again`
          : `There is a company "${file.id}" already`
    })
  yield* checkClaims(all, file.id, file.instances)
  yield* Effect.mapError(ports.store.createCompany(file.id, ports.partitions), notNow)
  const settings = file
  const { by, reason } = asking
  yield* actors.tell(file.id, { type: "CompanyCreateAsked", settings, by, reason }, by)
  yield* ensureReadModels(ports, file.id)
  return (yield* get(parts, file.id)).company
})

const change = Effect.fnUntraced(function* (parts: AdminParts, id: string, given: unknown, asking: Asking) {
  const decoded = yield* Effect.mapError(decodeChanges(given), wrongSettings)
  const { company: before, all } = yield* get(parts, id)
  if (decoded.instances !== undefined) yield* checkClaims(all, id, decoded.instances ?? [])
  const event = { type: "CompanySettingsChangeAsked", changes: decoded }
  const company = yield* ask(parts, id, event, asking, "changed")
  return { company, changed: changedSections(before.settings, company.settings) }
})

const remove = Effect.fnUntraced(function* (parts: AdminParts, id: string, asking: Asking) {
  const { company } = yield* get(parts, id)
  if (company.status === "deleting" || company.status === "deleted") return company
  const held = yield* Effect.mapError(parts.ports.subjects.holds(id), notNow)
  if (held.length > 0)
    return yield* new CompanyRefused({
      reason: "onHold",
      message: `The company "${id}" can't be deleted: ${held.length === 1 ? "a legal hold stands" : `${held.length} legal holds stand`}, the first on ${held[0]!.subject} (${held[0]!.reason}); \`centurion hold release\` ends one`
    })
  const deleting = yield* ask(parts, id, { type: "CompanyDeleteAsked" }, asking, "deleted")
  parts.wake()
  return deleting
})

export const makeCompanyAdmin = (parts: AdminParts): CompanyAdmin["Service"] => {
  const { actors } = parts
  return CompanyAdmin.of({
    list: actors.all,
    get: (id) => Effect.map(get(parts, id), ({ company }) => company),
    create: (settings, asking) => actors.alone(create(parts, settings, asking)),
    change: (id, changes, asking) => actors.alone(change(parts, id, changes, asking)),
    suspend: (id, asking) =>
      actors.alone(ask(parts, id, { type: "CompanySuspendAsked" }, asking, "suspended")),
    resume: (id, asking) => actors.alone(ask(parts, id, { type: "CompanyResumeAsked" }, asking, "resumed")),
    remains: Effect.fnUntraced(function* (id) {
      yield* get(parts, id)
      return yield* Effect.mapError(remainsOf(parts.ports, id), notNow)
    }),
    delete: (id, asking) => actors.alone(remove(parts, id, asking))
  })
}
