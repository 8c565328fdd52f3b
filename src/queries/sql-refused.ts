import * as Schema from "effect/Schema"

/** A question that is not asked, or that the database refuses. */
export class SqlRefused extends Schema.TaggedError<SqlRefused>()("SqlRefused", {
  message: Schema.String,
  /** The SQLSTATE; empty when it was refused before it was asked. */
  code: Schema.String,
  /** The place in the question's text, from 0; null when it is not known. */
  at: Schema.NullOr(Schema.Number),
  /** The way out. */
  hint: Schema.NullOr(Schema.String)
}) {}

/** Refused before it was asked. */
export const refused = (message: string, at: number | null = null, hint: string | null = null): SqlRefused =>
  new SqlRefused({ message, code: "", at, hint })
