import { hash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import {
  type CompanyChanges,
  type CompanyFile,
  type CompanySection,
  companySections
} from "../../machines/company/settings.ts"
import { demoCompany } from "./demo.ts"
import { readCompanyFiles, type WrongCompanies } from "./read-company-files.ts"

/** The companies that files describe, read once when the process starts; the demo company where no company has a file. */
export class CompanyFiles extends Context.Service<
  CompanyFiles,
  { readonly files: ReadonlyArray<CompanyFile>; readonly isDemo: boolean }
>()("centurion/companies/CompanyFiles") {
  static readonly layer = (directory: string): Layer.Layer<CompanyFiles, WrongCompanies> =>
    Layer.effect(CompanyFiles, Effect.map(readCompanyFiles(directory), companyFilesOf))
}

/** The directory with the companies' files. */
export const companiesDirOf = (values: {
  readonly companiesDir: string | undefined
  readonly dir: string
}): string => values.companiesDir ?? `${values.dir}/companies`

/** What these files stand for. */
export const companyFilesOf = (files: ReadonlyArray<CompanyFile>): CompanyFiles["Service"] => ({
  files: files.length === 0 ? [demoCompany] : files,
  isDemo: files.length === 0
})

/** By section, a hash of what the file says; a section that it leaves out has none. */
export type FileHashes = Readonly<Record<string, string>>

const hashDigits = 16

/** The hashes of a company's file. */
export const fileHashes = (file: CompanyFile): FileHashes =>
  Object.fromEntries(
    companySections.flatMap((section) =>
      file[section] === undefined
        ? []
        : [[section, hash("sha256", canonicalJson(file[section])).slice(0, hashDigits)]]
    )
  )

/**
 * What a file says otherwise than it did when it was read last; undefined when it says the same. So a change made
 * elsewhere stays until its section of the file changes too.
 */
export const fileChanges = (file: CompanyFile, before: FileHashes): CompanyChanges | undefined => {
  const now = fileHashes(file)
  const changed = companySections.filter((section) => now[section] !== before[section])
  if (changed.length === 0) return undefined
  const changes: { [Section in CompanySection]?: unknown } = {}
  for (const section of changed) changes[section] = file[section] ?? null
  return changes as CompanyChanges
}

/** The demo company once there are others: it is kept with its history, and no account is its own any more. */
export const demoBesideOthers: CompanyFile = { ...demoCompany, instances: [] }
