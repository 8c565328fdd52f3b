/** A query string as the router reads it. */
export type QueryValues = Readonly<Record<string, string | ReadonlyArray<string>>>

/** The one value of a parameter; of several the last. */
export const single = (query: QueryValues, name: string): string | undefined => {
  const value = query[name]
  return typeof value === "string" || value === undefined ? value : value.at(-1)
}
