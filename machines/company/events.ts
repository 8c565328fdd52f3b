import * as Schema from "effect/Schema"
import { CompanyChanges, CompanyFile, companySections } from "./settings.ts"

const by = Schema.String
const reason = Schema.String
const at = Schema.Finite
const asked = { by, reason, at } as const

/** SHA-256 of each section of the company's file, when the file is what asks: only what changed in it is asked for. */
const FileHashes = Schema.Record(Schema.String, Schema.String)

/** What a company starts with: the id of its company, which is its own. */
export const CompanyInput = Schema.Struct({ companyId: Schema.String })

/** What may be delivered to a company. `src/companies` asks, having looked at all companies together. */
export const companyEvents = {
  CompanyCreateAsked: Schema.Struct({
    settings: CompanyFile,
    file: Schema.optionalKey(FileHashes),
    ...asked
  }),
  CompanySettingsChangeAsked: Schema.Struct({
    changes: CompanyChanges,
    file: Schema.optionalKey(FileHashes),
    ...asked
  }),
  CompanySuspendAsked: Schema.Struct(asked),
  CompanyResumeAsked: Schema.Struct(asked),
  CompanyDeleteAsked: Schema.Struct(asked),
  /** Everybody whom it knew is erased: so many persons in all. */
  CompanyEmptied: Schema.Struct({ persons: Schema.Finite, at })
} as const

const attribution = { by, reason } as const

/** The facts that a company emits. */
export const companyEmitted = {
  CompanyCreated: Schema.Struct({ settings: CompanyFile, ...attribution }),
  /** One section of the settings, before and after; null is what a company has that says nothing. */
  CompanySettingsChanged: Schema.Struct({
    section: Schema.Literals(companySections),
    before: Schema.Unknown,
    after: Schema.Unknown,
    ...attribution
  }),
  CompanySuspended: Schema.Struct(attribution),
  CompanyResumed: Schema.Struct(attribution),
  /** From now on it is no company any more; its persons are being erased. */
  CompanyDeletionStarted: Schema.Struct(attribution),
  CompanyDeleted: Schema.Struct({ persons: Schema.Finite, ...attribution })
} as const
