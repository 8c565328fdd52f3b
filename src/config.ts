import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { channelKinds } from "./channels/index.ts"
import { apiSettings } from "./http/http-settings.ts"
import { liveSettings } from "./live/live-settings.ts"
import { modelKinds } from "./models/index.ts"
import { sealSettings } from "./seals/seal-settings.ts"
import {
  choice,
  integer,
  optionalText,
  type Setting,
  secret,
  secretUrl,
  settingsOf,
  stillNeeded,
  text,
  type ValuesOf
} from "./setting.ts"

const postgres = ["postgres:", "postgresql:"]
const second = 1000
const minute = 60 * second
const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const yearMs = 366 * 24 * 60 * minute

/** Every setting and limit, in the order of `centurion doctor`. Names say the unit. */
export const settings = {
  port: integer("PORT", 8080, 0, 65_535, "The port that the server listens on; 0 takes a free one."),
  host: text("HOST", "127.0.0.1", "The address that the server listens on."),
  dir: text("CENTURION_DIR", "./.centurion", "Where the embedded database and the companies are kept."),
  companiesDir: optionalText(
    "CENTURION_COMPANIES_DIR",
    "The company files; default <CENTURION_DIR>/companies."
  ),
  demoHistory: choice(
    "CENTURION_DEMO_HISTORY",
    "yes",
    ["yes", "no"],
    "Whether the demo company has six weeks of history at its first start on the embedded database."
  ),
  databaseUrl: secretUrl("DATABASE_URL", postgres, "Postgres for the app; without it, the embedded one."),
  databaseAdminUrl: secretUrl(
    "DATABASE_ADMIN_URL",
    postgres,
    "Postgres for migrations, when DATABASE_URL is the plain app role."
  ),
  redisUrl: secretUrl("REDIS_URL", ["redis:", "rediss:"], "Redis for hints between processes; optional."),

  masterKey: secret(
    "CENTURION_MASTER_KEY",
    "The key that wraps the keys of persons: 32 bytes, base64 or hex."
  ),
  masterKeyFile: optionalText(
    "CENTURION_MASTER_KEY_FILE",
    "A file with that key; default <CENTURION_DIR>/master.key, which is made if it is not there."
  ),
  oldMasterKeys: secret(
    "CENTURION_MASTER_KEY_OLD",
    "Former master keys, separated by commas, until `centurion keys rotate` has ended."
  ),
  logPersonal: choice(
    "CENTURION_LOG_PERSONAL",
    "no",
    ["no", "yes"],
    "Whether log lines of machines that handle personal data are written as they are."
  ),

  ...sealSettings,
  ...apiSettings,
  ...liveSettings,

  ...settingsOf(channelKinds),
  ...settingsOf(modelKinds),

  lanes: integer("CENTURION_LANES", 2, 1, 8, "Database connections that commit side by side."),
  partitions: integer("CENTURION_PARTITIONS", 4, 1, 64, "Partitions of a new company."),
  leaseMs: integer(
    "CENTURION_LEASE_MS",
    6 * second,
    second,
    minute,
    "An owner unheard of for so long is replaced."
  ),
  actorsInMemory: integer("CENTURION_ACTORS_IN_MEMORY", 5000, 10, 1_000_000, "Actors kept loaded at most."),
  batchMax: integer("CENTURION_BATCH_MAX", 512, 1, 10_000, "Deliveries in one commit at most."),
  waitingMax: integer(
    "CENTURION_WAITING_MAX",
    10_000,
    1,
    1_000_000,
    "Deliveries waiting before `overloaded`."
  ),
  snapshotEvery: integer("CENTURION_SNAPSHOT_EVERY", 32, 1, 10_000, "Events of an actor between snapshots."),

  jobConcurrency: integer("CENTURION_JOB_CONCURRENCY", 64, 1, 10_000, "Jobs that run side by side at most."),
  jobTimeoutMs: integer(
    "CENTURION_JOB_TIMEOUT_MS",
    30 * second,
    100,
    10 * minute,
    "One attempt of a job at most."
  ),
  jobRetriesMax: integer("CENTURION_JOB_RETRIES_MAX", 5, 0, 100, "Tries of a job after the first."),
  jobBackoffMs: integer(
    "CENTURION_JOB_BACKOFF_MS",
    2 * second,
    1,
    minute,
    "Before the first retry; then doubled."
  ),
  jobBackoffMaxMs: integer(
    "CENTURION_JOB_BACKOFF_MAX_MS",
    30 * second,
    1,
    60 * minute,
    "Between retries at most."
  ),
  receiptDeadlineMs: integer(
    "CENTURION_RECEIPT_DEADLINE_MS",
    minute,
    second,
    60 * minute,
    "How long a send without an answer waits for its receipt before it is in doubt."
  ),

  bodyMaxBytes: integer(
    "CENTURION_BODY_MAX_BYTES",
    mebibyte,
    kibibyte,
    64 * mebibyte,
    "A request's body at most."
  ),
  eventMaxBytes: integer(
    "CENTURION_EVENT_MAX_BYTES",
    256 * kibibyte,
    kibibyte,
    16 * mebibyte,
    "An event at most."
  ),
  logLevel: choice(
    "CENTURION_LOG_LEVEL",
    "info",
    ["trace", "debug", "info", "warn", "error", "none"],
    "The least important log lines that are written."
  ),
  logFormat: choice(
    "CENTURION_LOG_FORMAT",
    "auto",
    ["auto", "line", "json"],
    "How log lines are written: short lines for people, or JSON; auto asks whether a terminal is there."
  ),
  clockAheadMs: integer(
    "CENTURION_CLOCK_AHEAD_MS",
    0,
    0,
    yearMs,
    "Winds the engine's clock forward, for trials."
  )
}

/** Name to value, as read. */
export type SettingValues = ValuesOf<typeof settings>

type AnySetting = Setting<SettingValues[keyof SettingValues]>
const entries = Object.entries(settings) as unknown as ReadonlyArray<[keyof SettingValues, AnySetting]>

/** The settings can't be used. The message names each variable, its value (not a secret's) and what is allowed. */
export class WrongSettings extends Schema.TaggedError<WrongSettings>()("WrongSettings", {
  message: Schema.String
}) {}

const readOne = Effect.fnUntraced(function* (setting: AnySetting) {
  // An empty variable counts as not set: that is how shells and compose files leave one out.
  const given = (yield* Config.String(setting.variable).pipe(Config.withDefault(""))).trim()
  if (given === "") return { value: setting.fallback, wrong: undefined }
  const value = setting.read(given)
  const shown = setting.secret ? "has a value that is not allowed" : `is "${given.slice(0, 200)}"`
  return value === undefined
    ? { value, wrong: `${setting.variable} ${shown}; allowed is ${setting.allowed}` }
    : { value, wrong: undefined }
})

const disagreements = (values: SettingValues): ReadonlyArray<string> => [
  ...[...channelKinds, ...modelKinds].flatMap((kind) => stillNeeded(kind, values)),
  ...(values.jobBackoffMs > values.jobBackoffMaxMs
    ? [
        `CENTURION_JOB_BACKOFF_MS is ${values.jobBackoffMs}, more than CENTURION_JOB_BACKOFF_MAX_MS, ${values.jobBackoffMaxMs}`
      ]
    : [])
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
  return words === "" ? "not set" : words
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
