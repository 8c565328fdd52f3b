import * as Schema from "effect/Schema"

/** What one account may have at most. Lengths in characters. */
export const accountLimits = { textMax: 200, siteMax: 300, taxIdMax: 40, employeesMax: 10_000_000 } as const

const by = Schema.String
const reason = Schema.optionalKey(Schema.String)
const at = Schema.Finite
const attribution = { by, reason } as const

const upTo = (most: number) => Schema.NonEmptyString.check(Schema.isMaxLength(most))
const settable = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** What is known of an organisation. It is no person, so all of it stands in the clear: a person's name or tax id is a contact's. */
const description = {
  name: Schema.optionalKey(upTo(accountLimits.textMax)),
  site: settable(upTo(accountLimits.siteMax)),
  taxId: settable(upTo(accountLimits.taxIdMax)),
  segment: settable(upTo(accountLimits.textMax)),
  employees: settable(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: accountLimits.employeesMax })))
} as const

/** What an account starts with. */
export const AccountInput = Schema.Struct({})

/** What may be delivered to an account. */
export const accountEvents = {
  /** What is left out stays as it is; null takes it away. */
  AccountDescribeAsked: Schema.Struct({ ...description, ...attribution, at }),
  AccountArchiveAsked: Schema.Struct({ ...attribution, at }),
  AccountReopenAsked: Schema.Struct({ ...attribution, at })
} as const

/** The facts that an account emits. */
export const accountEmitted = {
  /** What is new; null was taken away. */
  AccountDescribed: Schema.Struct({ ...description, ...attribution }),
  AccountArchived: Schema.Struct(attribution),
  AccountReopened: Schema.Struct(attribution)
} as const
