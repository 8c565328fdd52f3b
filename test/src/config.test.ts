import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { expect, test } from "vitest"
import {
  defaultSettings,
  describe as describeSettings,
  readSettings,
  Settings,
  settings,
  unknownVariables
} from "../../src/config.ts"

const read = (environment: Record<string, string>) =>
  Effect.runPromise(
    readSettings().pipe(
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: environment }))
    )
  )
const complaint = (environment: Record<string, string>) =>
  read(environment).then(
    () => "nothing wrong",
    (error: Error) => error.message
  )

test("gives every setting its default when nothing is set", async () => {
  expect(await read({})).toEqual(defaultSettings)
  expect(defaultSettings).toMatchObject({
    port: 8080,
    host: "127.0.0.1",
    dir: "./.centurion",
    databaseUrl: undefined,
    lanes: 2,
    partitions: 4,
    jobBackoffMs: 2000,
    jobBackoffMaxMs: 30_000,
    bodyMaxBytes: 1_048_576,
    eventMaxBytes: 262_144,
    logLevel: "info",
    clockAheadMs: 0
  })
})

test("reads what is set, and takes an empty variable as not set", async () => {
  const values = await read({
    PORT: "0",
    CENTURION_LANES: "",
    DATABASE_URL: "postgres://app:quiet@db.example/centurion",
    CENTURION_EVOLUTION_URL: "https://evolution.example/",
    CENTURION_EVOLUTION_API_KEY: "12345678",
    CENTURION_EVOLUTION_INSTANCES: "sales, support",
    CENTURION_EVOLUTION_WEBHOOK_SECRET: "87654321"
  })
  expect({ ...values, databaseUrl: Redacted.value(values.databaseUrl!) }).toMatchObject({
    port: 0,
    lanes: 2,
    databaseUrl: "postgres://app:quiet@db.example/centurion",
    evolutionUrl: "https://evolution.example",
    evolutionInstances: ["sales", "support"]
  })
})

test.each([
  ["CENTURION_LANES", "9", 'CENTURION_LANES is "9"; allowed is a whole number from 1 to 8'],
  ["CENTURION_LANES", "0", 'CENTURION_LANES is "0"; allowed is a whole number from 1 to 8'],
  ["CENTURION_LANES", "two", 'CENTURION_LANES is "two"; allowed is a whole number from 1 to 8'],
  ["PORT", "80.5", 'PORT is "80.5"; allowed is a whole number from 0 to 65535'],
  [
    "CENTURION_LOG_LEVEL",
    "loud",
    'CENTURION_LOG_LEVEL is "loud"; allowed is one of trace, debug, info, warn, error, none'
  ],
  [
    "CENTURION_TELEGRAM_URL",
    "telegram.org",
    'CENTURION_TELEGRAM_URL is "telegram.org"; allowed is a URL that begins with http:// or https://'
  ],
  [
    "DATABASE_URL",
    "mysql://root:hunter2@db",
    "DATABASE_URL has a value that is not allowed; allowed is a URL that begins with postgres:// or postgresql://"
  ],
  [
    "CENTURION_TELEGRAM_TOKEN",
    "has space",
    "CENTURION_TELEGRAM_TOKEN has a value that is not allowed; allowed is 8 to 1000 characters without spaces"
  ]
])("refuses %s=%s with what is allowed, and never shows a secret", async (variable, value, message) => {
  expect(await complaint({ [variable]: value })).toBe(message)
})

test("tells of everything that is wrong at once", async () => {
  expect(await complaint({ PORT: "x", CENTURION_PARTITIONS: "65" })).toBe(
    'PORT is "x"; allowed is a whole number from 0 to 65535\n' +
      'CENTURION_PARTITIONS is "65"; allowed is a whole number from 1 to 64'
  )
})

test("refuses a provider that is set by half", async () => {
  expect(
    await complaint({ CENTURION_EVOLUTION_URL: "http://e", CENTURION_EVOLUTION_API_KEY: "12345678" })
  ).toBe(
    "CENTURION_EVOLUTION_URL is set, so CENTURION_EVOLUTION_INSTANCES is needed too\n" +
      "CENTURION_EVOLUTION_URL is set, so CENTURION_EVOLUTION_WEBHOOK_SECRET is needed too"
  )
  expect(await complaint({ CENTURION_TELEGRAM_TOKEN: "1234:abcdef" })).toBe(
    "CENTURION_TELEGRAM_TOKEN is set, so CENTURION_TELEGRAM_WEBHOOK_SECRET is needed too"
  )
})

test("says of a wrong value only that it is wrong, not that it is missing", async () => {
  const evolution = {
    CENTURION_EVOLUTION_URL: "http://e",
    CENTURION_EVOLUTION_API_KEY: "short",
    CENTURION_EVOLUTION_INSTANCES: "sales",
    CENTURION_EVOLUTION_WEBHOOK_SECRET: "12345678"
  }
  expect(await complaint(evolution)).toBe(
    "CENTURION_EVOLUTION_API_KEY has a value that is not allowed; allowed is 8 to 1000 characters without spaces"
  )
})

test("keeps every default within its own limit, and every variable its own", () => {
  const variables = Object.values(settings).map((setting) => setting.variable)
  expect(new Set(variables).size).toBe(variables.length)
  for (const setting of Object.values(settings))
    if (typeof setting.fallback === "number" || typeof setting.fallback === "string")
      expect([setting.variable, setting.read(String(setting.fallback))]).toEqual([
        setting.variable,
        setting.fallback
      ])
})

test("describes a secret as set or not set, and anything else by its value", async () => {
  const rows = describeSettings(await read({ DATABASE_URL: "postgres://app:quiet@db/x", PORT: "81" }))
  const row = (variable: string) => rows.find((one) => one.variable === variable)
  expect(JSON.stringify(rows)).not.toContain("quiet")
  expect(row("DATABASE_URL")).toMatchObject({ value: "set", isDefault: false })
  expect(row("REDIS_URL")).toMatchObject({ value: "not set", isDefault: true })
  expect(row("PORT")).toEqual({
    name: "port",
    variable: "PORT",
    value: "81",
    isDefault: false,
    allowed: "a whole number from 0 to 65535",
    meaning: "The port that the server listens on; 0 takes a free one."
  })
})

test("names variables that look like ours and are not", () => {
  expect(unknownVariables({ CENTURION_LANE: "3", CENTURION_LANES: "3", HOME: "/" })).toEqual([
    "CENTURION_LANE"
  ])
})

test("is a service with defaults of one's own for embedding", async () => {
  const port = Effect.gen(function* () {
    return (yield* Settings).port
  })
  expect(await Effect.runPromise(Effect.provide(port, Settings.layerWith({ port: 1 })))).toBe(1)
})

test("shows of URLs no more than where they lead, also of those that are not allowed", async () => {
  const values = await read({
    CENTURION_OTLP_URL: "https://ana:s3cret@otlp.example/s3cret/v1?key=s3cret",
    CENTURION_TELEGRAM_URL: "http://s3cret@telegram.example:9090"
  })
  const rows = describeSettings(values)
  expect(rows.filter(({ isDefault }) => !isDefault).map(({ variable, value }) => [variable, value])).toEqual([
    ["CENTURION_OTLP_URL", "https://otlp.example/…"],
    ["CENTURION_TELEGRAM_URL", "http://telegram.example:9090/…"]
  ])
  expect(JSON.stringify(rows)).not.toContain("s3cret")
  const wrong = {
    CENTURION_EVOLUTION_URL: "ftp://ana:s3cret@evolution.example",
    REDIS_URL: "http://s3cret@x"
  }
  expect(await complaint(wrong)).toMatch(/CENTURION_EVOLUTION_URL has a value that is not allowed/)
  expect(await complaint(wrong)).not.toContain("s3cret")
})
