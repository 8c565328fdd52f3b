import type { Json, JsonObject } from "../../eventstore/database/json.ts"

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
 * holds a value at that path, such as `SettingsChanged`. `placed` hears which of them have a place in it.
 */
export const withSettings = (
  settings: ReadonlyArray<Setting>,
  type: string,
  data: JsonObject,
  placed: (setting: Setting) => void
): JsonObject => {
  let changed = data
  for (const setting of settings) {
    const path = type === "ActorStarted" ? ["input", ...setting.path] : setting.path
    if (!holds(changed, path)) continue
    placed(setting)
    changed = put(changed, path, setting.value)
  }
  return changed
}

/** The context of a persisted state with the settings in it, where it holds a value at their path. */
export const withSettingsInContext = (settings: ReadonlyArray<Setting>, persisted: JsonObject): JsonObject =>
  settings
    .map(({ path, value }) => ({ path: ["context", ...path], value }))
    .filter(({ path }) => holds(persisted, path))
    .reduce((state, { path, value }) => put(state, path, value), persisted)

const holds = (data: Json | undefined, [key, ...rest]: ReadonlyArray<string>): boolean => {
  if (key === undefined) return data !== undefined
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, key)) return false
  return holds((data as JsonObject)[key], rest)
}

/** The path is there. */
const put = <A extends Json>(data: A, [key, ...rest]: ReadonlyArray<string>, value: Json): A => {
  if (key === undefined) return value as A
  if (Array.isArray(data)) {
    return data.map((each: Json, n) => (String(n) === key ? put(each, rest, value) : each)) as Json as A
  }
  return { ...(data as JsonObject), [key]: put((data as JsonObject)[key]!, rest, value) } as Json as A
}
