import type { EventsOf, Rule } from "../rule.ts"
import type { ContactInput, contactEmitted, contactEvents } from "./events.ts"
import { contactLimits } from "./limits.ts"

/** What a contact knows. Notes and what was done are in its history; here they are counted. */
export type Contact = {
  readonly leadId: string | null
  readonly described: Description
  readonly tags: ReadonlyArray<string>
  readonly notes: number
  readonly activities: number
  readonly openActivities: ReadonlyArray<string>
  /** A user's id. */
  readonly owner: string | null
  readonly accountId: string | null
}

/** Who it is; what is not known is left out. */
type Description = { readonly [Field in (typeof fields)[number]]?: string }

export type ContactEvent = EventsOf<typeof contactEvents>
export type ContactEmitted = EventsOf<typeof contactEmitted>
export type ContactRule = Rule<Contact, ContactEvent, ContactEmitted>
type On<Type extends ContactEvent["type"]> = Extract<ContactEvent, { type: Type }>

const fields = ["name", "email", "phone", "organisation", "role", "language"] as const

export const newContact = ({ leadId }: typeof ContactInput.Type): Contact => ({
  leadId: leadId ?? null,
  described: {},
  tags: [],
  notes: 0,
  activities: 0,
  openActivities: [],
  owner: null,
  accountId: null
})

/** Who says it, and why if they told. */
const told = ({ by, reason }: { readonly by: string; readonly reason?: string }) =>
  reason === undefined ? { by } : { by, reason }

export const describe: ContactRule = ({ described }, event) => {
  const asked = event as On<"ContactDescribeAsked">
  const changed = fields.filter(
    (field) => asked[field] !== undefined && (asked[field] ?? undefined) !== described[field]
  )
  if (changed.length === 0) return {}
  const news = Object.fromEntries(changed.map((field) => [field, asked[field] ?? null]))
  const all = Object.entries({ ...described, ...news }).filter(([, value]) => value !== null)
  return {
    context: { described: Object.fromEntries(all) as Description },
    emit: [{ type: "ContactDescribed", ...news, ...told(asked) }]
  }
}

export const addTag: ContactRule = ({ tags }, event) => {
  const { tag, ...asked } = event as On<"TagAddAsked">
  if (tags.includes(tag)) return {}
  return { context: { tags: [...tags, tag] }, emit: [{ type: "TagAdded", tag, ...told(asked) }] }
}

export const removeTag: ContactRule = ({ tags }, event) => {
  const { tag, ...asked } = event as On<"TagRemoveAsked">
  if (!tags.includes(tag)) return {}
  return {
    context: { tags: tags.filter((each) => each !== tag) },
    emit: [{ type: "TagRemoved", tag, ...told(asked) }]
  }
}

export const writeNote: ContactRule = ({ notes }, event) => {
  const { text, about, at, ...asked } = event as On<"NoteWriteAsked">
  return {
    context: { notes: notes + 1 },
    emit: [{ type: "NoteWritten", noteId: String(notes + 1), text, about, ...told(asked), at }]
  }
}

/** Whether an activity is done when it is logged: what is to come is not, unless somebody says so. */
const isDone = ({ kind, dueAt, done }: On<"ActivityLogAsked">) =>
  done ?? (kind !== "task" && dueAt === undefined)

export const logActivity: ContactRule = ({ activities, openActivities }, event) => {
  const asked = event as On<"ActivityLogAsked">
  const { kind, title, dueAt, durationMinutes, at } = asked
  const done = isDone(asked)
  if (!done && openActivities.length >= contactLimits.openActivitiesMax) return {}
  const activityId = String(activities + 1)
  return {
    context: {
      activities: activities + 1,
      openActivities: done ? openActivities : [...openActivities, activityId]
    },
    emit: [
      {
        type: "ActivityLogged",
        activityId,
        kind,
        title,
        happenedAt: asked.happenedAt ?? at,
        ...(dueAt === undefined ? {} : { dueAt }),
        done,
        ...(durationMinutes === undefined ? {} : { durationMinutes }),
        ...told(asked)
      }
    ]
  }
}

export const endActivity: ContactRule = ({ openActivities }, event) => {
  const { activityId, at, ...asked } = event as On<"ActivityDoneAsked">
  if (!openActivities.includes(activityId)) return {}
  return {
    context: { openActivities: openActivities.filter((each) => each !== activityId) },
    emit: [{ type: "ActivityDone", activityId, ...told(asked), at }]
  }
}

export const assignOwner: ContactRule = ({ owner: before }, event) => {
  const { owner, ...asked } = event as On<"OwnerAssignAsked">
  if (owner === before) return {}
  return { context: { owner }, emit: [{ type: "OwnerAssigned", owner, before, ...told(asked) }] }
}

export const linkAccount: ContactRule = ({ accountId: before }, event) => {
  const { accountId, ...asked } = event as On<"AccountLinkAsked">
  if (accountId === before) return {}
  return { context: { accountId }, emit: [{ type: "AccountLinked", accountId, before, ...told(asked) }] }
}
