import type { TwoCompanies } from "../../src/api/two-companies.ts"
import type { OpenApiDocument, Operation } from "./open-api-document.ts"
import type { Random } from "./random.ts"
import { exampleOf, sampleOf } from "./sample.ts"

/** A request before it is sent; each part can still be spoilt. */
export interface Draft {
  readonly operation: Operation
  method: string
  /** The segments of the path, not yet escaped. */
  readonly segments: Array<string>
  /** As it goes out, instead of the segments. */
  rawPath?: string
  readonly query: Array<[string, string]>
  rawQuery?: string
  readonly headers: Array<[string, string]>
  body: unknown
  rawBody?: Uint8Array
  /** What was done to it, and whether it may have left its operation. */
  readonly done: Array<string>
  strayed: boolean
}

/** What requests are made from. */
export interface Material {
  readonly document: OpenApiDocument
  readonly companies: TwoCompanies
  /** Companies that may be changed, suspended and deleted by the owner of the installation. */
  readonly spareCompanies: ReadonlyArray<string>
  /** Real cursors of the other and the own company, by the path of their list. */
  readonly cursors: ReadonlyMap<string, ReadonlyArray<string>>
}

const byFirstSegment: Readonly<Record<string, string>> = {
  users: "users",
  sessions: "sessions",
  invitations: "invitations",
  "api-keys": "keys",
  erasures: "erasures",
  verifications: "verifications"
}

const series = ["funnel-by-day", "conversion", "cohorts-by-week", "response-times", "costs-by-day", "pg_user"]
const machines = ["lead", "deal", "contact", "conversation", "account", "company", "nosuch"]

/** Ids that the place of a path takes: the own company's, or by the same right of nobody the other's. */
export const idsFor = (
  { path }: Operation,
  name: string,
  { companies, spareCompanies }: Material,
  company: "ours" | "theirs"
): ReadonlyArray<string> => {
  if (name === "partition") return ["1", "2", "3", "4", "0", "5"]
  if (name === "machine") return machines
  if (name === "name") return series
  if (name === "job") return ["writeReply", "1", "none"]
  const parts = path.split("/")
  const kind = parts[parts.indexOf(`{${name}}`) - 1]!
  const own = byFirstSegment[kind]
  if (own !== undefined) return companies[company].ids[own]!
  if (kind === "companies") return spareCompanies
  if (kind === "accounts") return companies.accounts
  if (kind === "company-settings") return [companies[company].id]
  return path.includes("/conversations/") ? companies.conversations : companies.leads
}

const valueOfParameter = (draft: Draft, name: string, material: Material, random: Random): string => {
  const parameter = draft.operation.parameters.find((each) => each.name === name)!
  if (name === "cursor") {
    const cursors = material.cursors.get(draft.operation.path) ?? []
    return cursors.length > 0 ? random.pick(cursors) : "eyJvcmRlciI6IngiLCJhZnRlciI6W119"
  }
  if (name === "waitFor") return `${1 + random.below(4)}:${random.below(20)}`
  if (name === "asOf") return random.pick(["2030-01-01T00:00:00Z", "2026-03-01", "1:3,2:3", "1:0"])
  if (name === "event") return `lead/${random.pick(material.companies.leads)}@${1 + random.below(4)}`
  return String(
    parameter.example ?? parameter.schema.example ?? sampleOf(material.document, parameter.schema, random)
  )
}

/** How likely one is sent; building a scratch of the past costs as much as reading all of history. */
const likely: Readonly<Record<string, number>> = {
  asOf: 0.02,
  waitFor: 0.05,
  sort: 0.4,
  limit: 0.3,
  cursor: 0.15
}

/** Where no example can be good: what is asked for is known to this run alone. */
const bodyThatWorks = ({ id }: Operation, random: Random): unknown => {
  if (id === "auth.login" && random.chance(0.3))
    return { email: "ours-admin@example.com", password: "correct horse battery", company: "acme" }
  if (id === "installation.create" && random.chance(0.5))
    return { settings: { id: `made-${random.below(6)}`, name: "Made" }, reason: "the contract is signed" }
  return undefined
}

/** A request as the document says that it should be. */
export const draftOf = (operation: Operation, material: Material, random: Random): Draft => {
  const segments = operation.path
    .split("/")
    .slice(1)
    .map((segment) => {
      const name = /^\{(.+)\}$/.exec(segment)?.[1]
      return name === undefined ? segment : random.pick(idsFor(operation, name, material, "ours"))
    })
  const example = operation.body && exampleOf(material.document, operation.body, random)
  const body =
    example !== undefined && random.chance(0.5)
      ? structuredClone(example)
      : operation.body && sampleOf(material.document, operation.body, random)
  const draft: Draft = {
    operation,
    method: operation.method,
    segments,
    query: [],
    headers: [],
    body: bodyThatWorks(operation, random) ?? body,
    done: [],
    strayed: false
  }
  const asked = operation.parameters.filter(({ in: where }) => where === "query")
  // Often none: a filter that nothing passes shows no row, and so no foreign one.
  const filtersAt = random.chance(0.5) ? 0 : 2 / Math.max(4, asked.length)
  for (const { name } of asked)
    if (random.chance(likely[name] ?? filtersAt))
      draft.query.push([name, valueOfParameter(draft, name, material, random)])
  if (operation.parameters.some(({ name }) => name === "Idempotency-Key") && random.chance(0.2))
    draft.headers.push(["idempotency-key", `key-${random.below(50)}`])
  return draft
}
