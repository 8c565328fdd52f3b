import type { JsonObject } from "../database/json.ts"

/**
 * How old data of an event type becomes present data: the first function turns schema version 1 into 2, the next
 * 2 into 3. So the present schema version is one more than the list is long.
 */
export type Upcasters = Readonly<Record<string, ReadonlyArray<(data: JsonObject) => JsonObject>>>

/** The schema version that events of this type are written with now. */
export const schemaVersionOf = (upcasters: Upcasters, type: string): number =>
  (upcasters[type]?.length ?? 0) + 1

/** Data as the present schema has it. History itself is never rewritten. */
export const upcast = (
  upcasters: Upcasters,
  type: string,
  schemaVersion: number,
  data: JsonObject
): JsonObject => (upcasters[type] ?? []).slice(schemaVersion - 1).reduce((older, step) => step(older), data)
