import { setup } from "xstate"
import { act, type EventsOf, type Rule } from "../rule.ts"
import type { CompanyInput, companyEmitted, companyEvents } from "./events.ts"
import { type CompanyFile, companySections } from "./settings.ts"

/** What a company knows of itself. */
export type CompanyContext = {
  readonly companyId: string
  /** As its file would have it: what is left out has its default. */
  readonly settings: CompanyFile | null
  /** The hashes of the sections of its file, as that was read last; null while it has none. */
  readonly file: Readonly<Record<string, string>> | null
  /** Who wanted it deleted, and why. */
  readonly deletion: { readonly by: string; readonly reason: string } | null
}

type CompanyEvent = EventsOf<typeof companyEvents>
type CompanyEmitted = EventsOf<typeof companyEmitted>
type CompanyRule = Rule<CompanyContext, CompanyEvent, CompanyEmitted>
type On<Type extends CompanyEvent["type"]> = Extract<CompanyEvent, { type: Type }>

const create: CompanyRule = (_, event) => {
  const { settings, file = null, by, reason } = event as On<"CompanyCreateAsked">
  return { context: { settings, file }, emit: [{ type: "CompanyCreated", settings, by, reason }] }
}

/** Whether two values are the same JSON, in whatever order their fields stand. */
const isSame = (one: unknown, other: unknown): boolean => {
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null)
    return one === other
  const keys = Object.keys(one)
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => isSame(one[key as never], other[key as never]))
  )
}

const change: CompanyRule = (context, event) => {
  const { changes, file = context.file, by, reason } = event as On<"CompanySettingsChangeAsked">
  const settings: Record<string, unknown> = { ...context.settings }
  const emit: Array<CompanyEmitted> = []
  for (const section of companySections) {
    const after = changes[section]
    const before = settings[section] ?? null
    if (after === undefined || isSame(before, after)) continue
    if (after === null) delete settings[section]
    else settings[section] = after
    emit.push({ type: "CompanySettingsChanged", section, before, after, by, reason })
  }
  return { context: { settings: settings as unknown as CompanyFile, file }, emit }
}

const suspend: CompanyRule = (_, event) => {
  const { by, reason } = event as On<"CompanySuspendAsked">
  return { emit: [{ type: "CompanySuspended", by, reason }] }
}

const resume: CompanyRule = (_, event) => {
  const { by, reason } = event as On<"CompanyResumeAsked">
  return { emit: [{ type: "CompanyResumed", by, reason }] }
}

const startDeletion: CompanyRule = (_, event) => {
  const { by, reason } = event as On<"CompanyDeleteAsked">
  return { context: { deletion: { by, reason } }, emit: [{ type: "CompanyDeletionStarted", by, reason }] }
}

const endDeletion: CompanyRule = ({ deletion }, event) => {
  const { persons } = event as On<"CompanyEmptied">
  const { by, reason } = deletion ?? { by: "engine", reason: "" }
  return { emit: [{ type: "CompanyDeleted", persons, by, reason }] }
}

const companySetup = setup({
  types: {
    context: {} as CompanyContext,
    events: {} as CompanyEvent,
    emitted: {} as CompanyEmitted,
    input: {} as typeof CompanyInput.Type
  },
  actions: {
    create: act(create),
    change: act(change),
    suspend: act(suspend),
    resume: act(resume),
    startDeletion: act(startDeletion),
    endDeletion: act(endDeletion)
  },
  guards: {
    isItsOwn: ({ context, event }) =>
      event.type === "CompanyCreateAsked" && event.settings.id === context.companyId
  }
})

/**
 * A company: its settings as a history, one fact for each section that changes, and whether it works, is suspended, or
 * is being deleted. A deleted one takes nothing more, and its id is not given again.
 */
export const companyMachine = companySetup.createMachine({
  id: "company",
  version: "1.0.0",
  context: ({ input }) => ({ companyId: input.companyId, settings: null, file: null, deletion: null }),
  initial: "unmade",
  states: {
    unmade: { on: { CompanyCreateAsked: { guard: "isItsOwn", target: "active", actions: "create" } } },
    active: {
      on: {
        CompanySettingsChangeAsked: { actions: "change" },
        CompanySuspendAsked: { target: "suspended", actions: "suspend" },
        CompanyDeleteAsked: { target: "deleting", actions: "startDeletion" }
      }
    },
    suspended: {
      on: {
        CompanySettingsChangeAsked: { actions: "change" },
        CompanyResumeAsked: { target: "active", actions: "resume" },
        CompanyDeleteAsked: { target: "deleting", actions: "startDeletion" }
      }
    },
    deleting: { on: { CompanyEmptied: { target: "deleted", actions: "endDeletion" } } },
    deleted: { type: "final" }
  }
})
