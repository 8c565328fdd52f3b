import * as Rpc from "effect/rpc/Rpc"
import * as Schema from "effect/Schema"

/** Rows that one call may ask for. */
export const rowsMax = 2_000

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

export const name = Schema.String
export const maybeName = Schema.NullOr(name)
export const bytes = Schema.Uint8Array
export const count = between(0, Number.MAX_SAFE_INTEGER)
/** How many at most: rows, or links of 32 bytes. */
export const most = between(0, rowsMax)
export const mostLinks = between(0, 20_000)

/** A schema of what Typescript knows better: it lets through no more than this. */
export const typed = <A>(schema: Schema.Top) => schema as unknown as Schema.Codec<A, unknown>

/** What is plain JSON on both sides and goes as it is: both have the same version, so neither looks it over again. */
export const plain = <A>() => typed<A>(Schema.Any)

/**
 * A call is called like the method that it stands for, behind its subject, and takes and gives the same. One without
 * arguments stands for a method that is an effect itself.
 */
export const call = <
  const Tag extends string,
  const Args extends ReadonlyArray<Schema.Top>,
  Success extends Schema.Top,
  Error extends Schema.Top
>(
  tag: Tag,
  args: Args,
  success: Success,
  error: Error
) => Rpc.make(tag, { payload: Schema.Tuple(args), success, error })

/** Fields of one kind. */
export const fields = <const Name extends string, S extends Schema.Top>(
  schema: S,
  ...names: ReadonlyArray<Name>
) => Object.fromEntries(names.map((each) => [each, schema])) as Readonly<Record<Name, S>>
