import type { Json, JsonObject } from "../eventstore/json.ts"

/** A value that the candidate is given instead of the recorded one: `settings.turnClosureMs` = 12000. */
export interface Setting {
  readonly path: ReadonlyArray<string>
  readonly value: Json
}

/** The setting as it is written: `settings.turnClosureMs=12000`. */
export const formatSetting = ({ path, value }: Setting): string =>
  `${path.join(".")}=${JSON.stringify(value)}`

/**
 * The data of an input with the settings in it: in what `ActorStarted` carries as input, and in every other input that
 * holds a value at that path, such as `SettingsChanged`. The same object when none has a place in it.
 */
export const withSettings = (
  settings: ReadonlyArray<Setting>,
  type: string,
  data: JsonObject
): JsonObject => {
  let changed = data
  for (const { path, value } of settings) {
    changed = put(changed, type === "ActorStarted" ? ["input", ...path] : path, value) as JsonObject
  }
  return changed
}

/** Puts the value where there is one already; a path that leads nowhere changes nothing. */
const put = (data: Json | undefined, path: ReadonlyArray<string>, value: Json): Json | undefined => {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, key)) return data
  const inner = (data as JsonObject)[key]
  const next = put(inner, rest, value)
  if (next === inner) return data
  if (!Array.isArray(data)) return { ...(data as JsonObject), [key]: next! }
  return data.map((each, n) => (String(n) === key ? next! : (each as Json)))
}
