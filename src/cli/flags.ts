import * as Flag from "effect/cli/Flag"

/** One JSON object as the result, or one a line for lists; errors as JSON on stderr. */
export const json = Flag.Boolean("json").pipe(
  Flag.withoutNegation,
  Flag.withDescription("Write JSON: one object, or one a line for lists; errors too, on stderr"),
  Flag.withDefault(false)
)

/** Answers yes beforehand. */
export const yes = Flag.Boolean("yes").pipe(
  Flag.withoutNegation,
  Flag.withAlias("y"),
  Flag.withDescription("Don't ask"),
  Flag.withDefault(false)
)

/** Public keys of seals that are trusted beside our own. */
export const trustedKey = Flag.String("key").pipe(
  Flag.withDescription(
    "A public key of seals to trust, or its file, beside our own; may be given several times"
  ),
  Flag.withMetavar("name+id+base64"),
  Flag.atLeast(0)
)
