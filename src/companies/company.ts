import type {
  Agent,
  AskedCriterion,
  Budgets,
  CompanyInstance,
  CompanyLines,
  FaqEntry
} from "../../machines/company/settings.ts"
import type { ConversationSettings, Language } from "../../machines/conversation/events.ts"

export type {
  Agent,
  AskedCriterion,
  CompanyLines,
  FaqEntry,
  Texts
} from "../../machines/company/settings.ts"
export { CompanyFile } from "../../machines/company/settings.ts"

/** Whether a company works; one that is being deleted is none any more. */
export type CompanyStatus = "active" | "suspended"

/** A company with everything filled in. */
export interface Company {
  readonly id: string
  readonly name: string
  readonly language: Language
  readonly agent: Agent
  readonly conversation: ConversationSettings
  readonly qualification: { readonly criteria: ReadonlyArray<AskedCriterion>; readonly threshold: number }
  readonly faq: ReadonlyArray<FaqEntry>
  readonly lines: CompanyLines
  readonly retentionDays?: number
  readonly instances: ReadonlyArray<typeof CompanyInstance.Type>
  readonly budgets?: Required<typeof Budgets.Type>
  /** While it is suspended its AI writes nothing, and people change nothing of its leads; what comes in is stored. */
  readonly status: CompanyStatus
}
