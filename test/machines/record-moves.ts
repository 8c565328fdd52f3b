import { companySections } from "../../machines/company/settings.ts"
import { contactLimits } from "../../machines/contact/limits.ts"
import type { Event } from "./drive.ts"
import { examples } from "./examples.ts"

type Random = () => number
/** What somebody may do next, without the time. */
export type Move = (random: Random) => Event

const pick = <A>(random: Random, list: ReadonlyArray<A>): A => list[Math.floor(random() * list.length)]!
const who = (random: Random) =>
  pick(random, [
    { by: "person:ana", reason: "asked" },
    { by: "api:form", reason: "import" }
  ])
const maybe = <A extends object>(random: Random, value: A): Partial<A> => (random() < 0.5 ? value : {})

const tags = ["vip", "trial", "são paulo"]

/** Moves of a contact. */
export const contactMoves: ReadonlyArray<Move> = [
  (random) => ({
    type: "ContactDescribeAsked",
    ...maybe(random, { name: pick(random, ["Rita", "Rita Souza", null]) }),
    ...maybe(random, { email: pick(random, ["rita@example.com", null]) }),
    ...maybe(random, { phone: pick(random, ["+5511999990000", null]) }),
    ...maybe(random, { organisation: "Padaria Sol", role: "owner" }),
    ...maybe(random, { language: pick(random, ["pt", "en", null]) }),
    ...who(random)
  }),
  (random) => ({ type: "TagAddAsked", tag: pick(random, tags), ...who(random) }),
  (random) => ({ type: "TagRemoveAsked", tag: pick(random, tags), by: "person:ana" }),
  (random) => ({
    type: "NoteWriteAsked",
    text: "prefers mornings",
    about: pick(random, ["contact", "deal"]),
    ...who(random)
  }),
  (random) => ({
    type: "ActivityLogAsked",
    kind: pick(random, ["call", "task", "meeting"]),
    title: "first call",
    ...maybe(random, { happenedAt: 1 }),
    ...maybe(random, { dueAt: 2 }),
    ...maybe(random, { done: random() < 0.5 }),
    ...maybe(random, { durationMinutes: 20 }),
    ...who(random)
  }),
  (random) => ({
    type: "ActivityDoneAsked",
    activityId: String(1 + Math.floor(random() * 4)),
    ...who(random)
  }),
  (random) => ({ type: "OwnerAssignAsked", owner: pick(random, ["u1", "u2", null]), ...who(random) }),
  (random) => ({ type: "AccountLinkAsked", accountId: pick(random, ["acc-1", null]), ...who(random) })
]

/** As many tags and open tasks as a contact may have, and one more of each. */
export const fullContact: ReadonlyArray<Event> = [
  ...Array.from({ length: contactLimits.tagsMax + 1 }, (_, n) => ({
    type: "TagAddAsked",
    tag: `tag ${n}`,
    by: "person:ana"
  })),
  ...Array.from({ length: contactLimits.openActivitiesMax + 1 }, (_, n) => ({
    type: "ActivityLogAsked",
    kind: "task",
    title: `task ${n}`,
    by: "person:ana"
  }))
]

/** Moves of an account. */
export const accountMoves: ReadonlyArray<Move> = [
  (random) => ({
    type: "AccountDescribeAsked",
    ...maybe(random, { name: pick(random, ["Sol", "Padaria Sol"]) }),
    ...maybe(random, { site: pick(random, ["https://sol.example", null]) }),
    ...maybe(random, { taxId: "11.222.333/0001-81", employees: pick(random, [3, 12, null]) }),
    ...who(random)
  }),
  (random) => ({ type: "AccountArchiveAsked", ...who(random) }),
  (random) => ({ type: "AccountReopenAsked", by: who(random).by })
]

const { settings } = examples.company!.events.CompanyCreateAsked as { readonly settings: object }
const { changes } = examples.company!.events.CompanySettingsChangeAsked as {
  readonly changes: Readonly<Record<string, unknown>>
}
const small = { id: "sol", name: "Sol" }

/** Moves of the company "sol". */
export const companyMoves: ReadonlyArray<Move> = [
  (random) => ({
    type: "CompanyCreateAsked",
    settings: pick<object>(random, [small, settings, { ...small, id: "other" }]),
    ...maybe(random, { file: { name: "a1" } }),
    by: "file",
    reason: "it is new"
  }),
  ...companySections.flatMap((section) => [
    (random: Random) => ({
      type: "CompanySettingsChangeAsked",
      changes: {
        [section]: section === "name" ? pick(random, ["Sol", "Lua"]) : pick(random, [changes[section], null])
      },
      ...maybe(random, { file: { name: pick(random, ["a1", "a2"]) } }),
      ...who(random)
    })
  ]),
  (random) => ({ type: "CompanySettingsChangeAsked", changes, ...who(random) }),
  (random) => ({ type: "CompanySuspendAsked", ...who(random) }),
  (random) => ({ type: "CompanyResumeAsked", ...who(random) }),
  (random) =>
    random() < 0.3
      ? { type: "CompanyDeleteAsked", ...who(random) }
      : { type: "CompanyResumeAsked", ...who(random) },
  () => ({ type: "CompanyEmptied", persons: 3 })
]
