import type { ReadModel } from "../read-model.ts"
import type { Placeholder } from "./statement-text.ts"

/** The rows that somebody may see: all, or those of contacts that this user owns. */
export type Scope = { readonly kind: "all" } | { readonly kind: "own"; readonly user: string }

/** Columns that say which person a row is about, the most telling first; a person's deal and lead have the id of the contact. */
const personColumns = ["contact_id", "lead_id", "deal_id"] as const

/** Where the owner of a row `t` stands: in the row itself, or in what these tables say under these conditions. */
interface OwnerPath {
  readonly owner: string
  readonly tables: ReadonlyArray<string>
  readonly conditions: ReadonlyArray<string>
}

/** The one rule of whose a row is: undefined where it names neither an owner nor a person nor a conversation. */
const ownerPath = ({ columns }: ReadModel, company: string): OwnerPath | undefined => {
  if (columns.owner_id !== undefined) return { owner: 't."owner_id"', tables: [], conditions: [] }
  const throughContact = (person: string): OwnerPath => ({
    owner: 'o."owner_id"',
    tables: ['"contact_records" o'],
    conditions: [`o.company = ${company}`, `o."contact_id" = ${person}`]
  })
  const person = personColumns.find((name) => columns[name] !== undefined)
  if (person !== undefined) return throughContact(`t."${person}"`)
  if (columns.conversation_id === undefined) return undefined
  const { owner, tables, conditions } = throughContact('c."lead_id"')
  return {
    owner,
    tables: ['"conversations" c', ...tables],
    conditions: [`c.company = ${company}`, 'c."conversation_id" = t."conversation_id"', ...conditions]
  }
}

/** The user who owns the row `t`, as an expression of SQL; null where nobody does. `company` is a placeholder. */
export const ownerExpression = (readModel: ReadModel, company: string): string => {
  const path = ownerPath(readModel, company)
  if (path === undefined) return "null::text"
  const { owner, tables, conditions } = path
  return tables.length === 0
    ? owner
    : `(select ${owner} from ${tables.join(", ")} where ${conditions.join(" and ")})`
}

/** Which rows `t` are in reach, as conditions that Postgres can look rows up by; `company` is a placeholder. */
export const scopeConditions = (
  readModel: ReadModel,
  scope: Scope,
  company: string,
  placeholder: Placeholder
): ReadonlyArray<string> => {
  if (scope.kind === "all") return []
  const path = ownerPath(readModel, company)
  if (path === undefined) return ["false"]
  const { owner, tables, conditions } = path
  const isOwner = `${owner} = ${placeholder("text")}`
  if (tables.length === 0) return [isOwner]
  return [`exists (select from ${tables.join(", ")} where ${[...conditions, isOwner].join(" and ")})`]
}

/** What `scopeConditions` binds; nothing that their text does not name: Postgres could not tell its type. */
export const boundOfScope = (readModel: ReadModel, scope: Scope): ReadonlyArray<unknown> =>
  scope.kind === "own" && ownerPath(readModel, "") !== undefined ? [scope.user] : []
