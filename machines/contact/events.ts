import * as Schema from "effect/Schema"
import { Language } from "../conversation/events.ts"
import { personal, subjectIn } from "../personal.ts"
import { contactLimits } from "./limits.ts"

const by = Schema.String
const reason = Schema.optionalKey(Schema.String)
const at = Schema.Finite
const asked = { by, reason, at } as const

const upTo = (most: number) => Schema.NonEmptyString.check(Schema.isMaxLength(most))
const email = upTo(contactLimits.emailMax).check(
  Schema.isPattern(/^[^\s@]+@[^\s@]+$/, { expected: "an e-mail address" })
)
/** A phone number's digits, however its country groups them. */
export const fourDigits = /(?:\d\D*){4}/
const phone = upTo(contactLimits.phoneMax).check(
  Schema.isPattern(fourDigits, { expected: "a phone number, such as +5511999998888" })
)

/** A value that may be told, or taken away with null. */
const settable = <S extends Schema.Top>(schema: S) => Schema.optionalKey(personal(Schema.NullOr(schema)))

/** Who somebody is. `organisation` is where they work, in their words; `accountId` links to what we know of it. */
const description = {
  name: settable(upTo(contactLimits.textMax)),
  email: settable(email),
  phone: settable(phone),
  organisation: settable(upTo(contactLimits.textMax)),
  role: settable(upTo(contactLimits.textMax)),
  language: Schema.optionalKey(Schema.NullOr(Language))
} as const

/** One word or a few, the same for many contacts; it stands in the clear, so it names nobody. */
export const Tag = Schema.String.check(
  Schema.isPattern(
    new RegExp(`^[\\p{L}\\p{N}](?:[\\p{L}\\p{N} _.:/-]{0,${contactLimits.tagMax - 2}}[\\p{L}\\p{N}])?$`, "u"),
    {
      expected: `a tag of 1-${contactLimits.tagMax} letters, digits, spaces and _.:/-`
    }
  )
)

/** What a note is about: the person, or what has the same id. */
export const NoteAbout = Schema.Literals(["contact", "lead", "deal", "conversation"])

/** What was done, or is to be done, with somebody. */
export const ActivityKind = Schema.Literals(["call", "meeting", "email", "visit", "task", "other"])

const noteText = personal(upTo(contactLimits.noteMax))
const title = personal(upTo(contactLimits.titleMax))
const duration = Schema.optionalKey(
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: contactLimits.durationMinutesMax }))
)
const Moment = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: contactLimits.momentMax })).annotate({
  description: "A moment in epoch ms.",
  examples: [1_790_000_000_000]
})
const dueAt = Schema.optionalKey(Schema.Finite)

/** What a contact starts with: the lead's id, which is its own. */
export const ContactInput = Schema.Struct({
  leadId: Schema.optionalKey(subjectIn("lead")(Schema.String))
})

/** What may be delivered to a contact. */
export const contactEvents = {
  /** What is left out stays as it is; null takes it away. */
  ContactDescribeAsked: Schema.Struct({ ...description, ...asked }),
  TagAddAsked: Schema.Struct({ tag: Tag, ...asked }),
  TagRemoveAsked: Schema.Struct({ tag: Tag, ...asked }),
  NoteWriteAsked: Schema.Struct({ text: noteText, about: NoteAbout, ...asked }),
  /** Without `done`, a task and whatever has a due time is still open. `happenedAt` is `at` if left out. */
  ActivityLogAsked: Schema.Struct({
    kind: ActivityKind,
    title,
    happenedAt: Schema.optionalKey(Moment),
    dueAt: Schema.optionalKey(Moment),
    done: Schema.optionalKey(Schema.Boolean),
    durationMinutes: duration,
    ...asked
  }),
  ActivityDoneAsked: Schema.Struct({ activityId: Schema.String, ...asked }),
  /** `owner` is a user's id; null is nobody. */
  OwnerAssignAsked: Schema.Struct({ owner: Schema.NullOr(Schema.String), ...asked }),
  AccountLinkAsked: Schema.Struct({ accountId: Schema.NullOr(Schema.String), ...asked })
} as const

const attribution = { by, reason } as const
const activityId = Schema.String

/** The facts that a contact emits. Notes and activities are numbered by it: "1", "2", … */
export const contactEmitted = {
  /** What is new; null was taken away. */
  ContactDescribed: Schema.Struct({ ...description, ...attribution }),
  TagAdded: Schema.Struct({ tag: Schema.String, ...attribution }),
  TagRemoved: Schema.Struct({ tag: Schema.String, ...attribution }),
  NoteWritten: Schema.Struct({ noteId: Schema.String, text: noteText, about: NoteAbout, ...attribution, at }),
  ActivityLogged: Schema.Struct({
    activityId,
    kind: ActivityKind,
    title,
    happenedAt: Schema.Finite,
    dueAt,
    done: Schema.Boolean,
    durationMinutes: duration,
    ...attribution
  }),
  ActivityDone: Schema.Struct({ activityId, ...attribution, at }),
  OwnerAssigned: Schema.Struct({
    owner: Schema.NullOr(Schema.String),
    before: Schema.NullOr(Schema.String),
    ...attribution
  }),
  AccountLinked: Schema.Struct({
    accountId: Schema.NullOr(Schema.String),
    before: Schema.NullOr(Schema.String),
    ...attribution
  })
} as const
