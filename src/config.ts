import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { channelKinds } from "./channels/index.ts"
import { companiesSettings } from "./companies/companies-settings.ts"
import { liveSettings } from "./live/live-settings.ts"
import { modelKinds } from "./models/index.ts"
import { redisSettings } from "./redis/redis-settings.ts"
import { sealSettings } from "./seals/seal-settings.ts"
import { databaseSettings } from "./settings/database-settings.ts"
import { engineDisagreements, engineSettings } from "./settings/engine-settings.ts"
import { httpSettings } from "./settings/http-settings.ts"
import { keySettings } from "./settings/key-settings.ts"
import { settingsOf, stillNeeded } from "./settings/kind.ts"
import { type Setting, type ValuesOf, WrongSettings } from "./settings/setting.ts"
import { telemetrySettings } from "./telemetry/telemetry-settings.ts"

/** Every setting and limit, in the order of `centurion doctor`: each room has its own list. Names say the unit. */
export const settings = {
  ...httpSettings,
  ...databaseSettings,
  ...companiesSettings,
  ...redisSettings,
  ...keySettings,
  ...sealSettings,
  ...liveSettings,
  ...telemetrySettings,
  ...settingsOf(channelKinds),
  ...settingsOf(modelKinds),
  ...engineSettings
}

/** Name to value, as read. */
export type SettingValues = ValuesOf<typeof settings>

type AnySetting = Setting<SettingValues[keyof SettingValues]>
const entries = Object.entries(settings) as ReadonlyArray<[keyof SettingValues, AnySetting]>

/** What holds neither a login nor a path: a URL that only lacks its beginning. */
const isHostAlone = /^[\w.-]+$/

const readOne = Effect.fnUntraced(function* (setting: AnySetting) {
  // An empty variable counts as not set: that is how shells and compose files leave one out.
  const given = (yield* Config.String(setting.variable).pipe(Config.withDefault(""))).trim()
  if (given === "") return { value: setting.fallback, wrong: undefined }
  const value = setting.read(given)
  const isHidden = setting.secret || (setting.shown !== undefined && !isHostAlone.test(given))
  const shown = isHidden ? "has a value that is not allowed" : `is "${given.slice(0, 200)}"`
  return value === undefined
    ? { value, wrong: `${setting.variable} ${shown}; allowed is ${setting.allowed}` }
    : { value, wrong: undefined }
})

const disagreements = (values: SettingValues): ReadonlyArray<string> => [
  ...[...channelKinds, ...modelKinds].flatMap((kind) => stillNeeded(kind, values)),
  ...engineDisagreements(values)
]

/** Reads all settings by the `ConfigProvider` at hand; one `WrongSettings` tells of everything that is wrong. */
export const readSettings = Effect.fn("readSettings")(function* () {
  const values: Record<string, unknown> = {}
  const wrong: Array<string> = []
  for (const [name, setting] of entries) {
    const one = yield* Effect.mapError(
      readOne(setting),
      (error) => new WrongSettings({ message: String(error) })
    )
    values[name] = one.value
    if (one.wrong !== undefined) wrong.push(one.wrong)
  }
  const all = values as SettingValues
  if (wrong.length === 0) wrong.push(...disagreements(all))
  if (wrong.length > 0) return yield* new WrongSettings({ message: wrong.join("\n") })
  return all
})

/** What every setting is when nothing is set. */
export const defaultSettings = Object.fromEntries(
  entries.map(([name, setting]) => [name, setting.fallback])
) as SettingValues

/** The settings of this process. */
export class Settings extends Context.Service<Settings, SettingValues>()("centurion/Settings") {
  /** As the environment says; fails with `WrongSettings`. */
  static readonly layer = Layer.effect(Settings, readSettings())
  /** The defaults with some values of one's own, for tests and embedding. */
  static readonly layerWith = (own: Partial<SettingValues>) =>
    Layer.succeed(Settings, { ...defaultSettings, ...own })
}

/** One line of `centurion doctor`. */
export interface SettingRow {
  readonly name: string
  readonly variable: string
  /** A secret is only `set` or `not set`. */
  readonly value: string
  readonly isDefault: boolean
  readonly allowed: string
  readonly meaning: string
}

const shown = (setting: AnySetting, value: unknown): string => {
  if (setting.secret) return value === undefined ? "not set" : "set"
  const words = value === undefined ? "" : String(value)
  return words === "" ? "not set" : (setting.shown?.(words) ?? words)
}

/** Every setting with its value, for people. */
export const describe = (values: SettingValues): ReadonlyArray<SettingRow> =>
  entries.map(([name, setting]) => ({
    name,
    variable: setting.variable,
    value: shown(setting, values[name]),
    isDefault: values[name] === setting.fallback,
    allowed: setting.allowed,
    meaning: setting.meaning
  }))

/** Variables that look like ours and are not: most often a misspelling. */
export const unknownVariables = (environment: Readonly<Record<string, string | undefined>>) =>
  Object.keys(environment).filter(
    (variable) =>
      variable.startsWith("CENTURION_") && !entries.some(([, setting]) => setting.variable === variable)
  )
