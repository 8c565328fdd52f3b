import * as Effect from "effect/Effect"
import type { Partition } from "../../../eventstore/log/stored-rows.ts"
import {
  describe,
  readSettings,
  type SettingRow,
  type SettingValues,
  unknownVariables
} from "../../config.ts"
import { holdDirectory } from "../../pglite/embedded-database.ts"
import { version } from "../../version.ts"
import { embeddedAccess } from "../../wiring/connect-database.ts"
import { AlreadyTold } from "../cli-failure.ts"
import { findStorePlace, type StorePlace, storeLayerAt } from "../open-store.ts"
import { Io, plain, print, printJson, table, width } from "../terminal.ts"
import { examineDatabase } from "./examine-database.ts"
import { examineMasterKey, examineWrappedKeys } from "./examine-keys.ts"
import { examineStore } from "./examine-store.ts"
import { examineWorld } from "./examine-world.ts"
import { type Finding, ok, worthKnowing, wrong } from "./finding.ts"

interface Examined {
  readonly findings: ReadonlyArray<Finding>
  readonly partitions: ReadonlyArray<Partition>
  readonly settings: ReadonlyArray<SettingRow>
}

/** Prints how everything stands; fails when something is wrong. */
export const showDoctor = Effect.fnUntraced(function* ({ json }: { readonly json: boolean }) {
  const examined = yield* examine
  const isWell = examined.findings.every(({ state }) => state !== "wrong")
  yield* json
    ? printJson(asJson(examined, isWell))
    : print(inWords(examined, isWell, yield* width).join("\n"))
  if (!isWell) return yield* new AlreadyTold({ exitCode: 1 })
})

const examine = Effect.gen(function* () {
  const read = yield* Effect.result(readSettings())
  if (read._tag === "Failure") {
    const findings = read.failure.message
      .split("\n")
      .map((line) => wrong("settings", line, "set it right, or leave it out for its default"))
    return { findings, partitions: [], settings: [] } satisfies Examined as Examined
  }
  const settings = read.success
  const database = yield* examineIt(settings)
  const misspelt = unknownVariables((yield* Io).env).map((variable) =>
    worthKnowing("settings", `${variable} is none of our variables`, "see the list below for the right name")
  )
  const findings = [
    ok("centurion", version),
    ...(yield* examineWorld(settings)),
    ...database.findings,
    ...misspelt
  ]
  return {
    findings,
    partitions: database.partitions,
    settings: describe(settings)
  } satisfies Examined as Examined
})

/** The database, whichever of the three it is, and what it holds. */
const examineIt = Effect.fnUntraced(function* (settings: SettingValues) {
  const place = findStorePlace(settings)
  if (place === undefined) {
    const none = worthKnowing("database", `none in ${settings.dir} yet`, "`centurion start` makes it")
    return { findings: [none, ...(yield* examineMasterKey(settings))], partitions: [] }
  }
  const about = placeOf(place)
  const key = yield* examineMasterKey(settings)
  const inside = yield* insideOf(place)
  if (inside.some(({ state, name }) => state === "wrong" && name !== "history" && name !== "refusals")) {
    return { findings: [about, ...inside, ...key], partitions: [] }
  }
  // A key that is not one was told already; without it there is no store to ask.
  if (key.some(({ state }) => state === "wrong"))
    return { findings: [about, ...inside, ...key], partitions: [] }
  const examineHeld = Effect.gen(function* () {
    const { findings, partitions } = yield* examineStore
    // A server that runs has opened its database with its key, and only it could look at the others.
    const keys = place.kind === "running" ? [] : yield* examineWrappedKeys(settings)
    return { findings: [...keys, ...findings], partitions }
  })
  const held = yield* Effect.result(Effect.scoped(Effect.provide(examineHeld, storeLayerAt(place, settings))))
  if (held._tag === "Success") {
    const { findings, partitions } = held.success
    return { findings: [about, ...inside, ...key, ...findings], partitions }
  }
  const closed = wrong("store", (held.failure as { message: string }).message, "see the lines above")
  return { findings: [about, ...inside, ...key, closed], partitions: [] }
})

const placeOf = (place: StorePlace): Finding => {
  switch (place.kind) {
    case "postgres":
      return ok("database", place.access.shown)
    case "embedded":
      return ok("database", `embedded in ${place.dir}, which nobody holds now`)
    case "running":
      return ok(
        "database",
        `embedded in ${place.dir}, held by process ${place.engine.pid} at ${place.engine.url ?? "no address yet"}`
      )
  }
}

/** What only a login of one's own can see; the process that holds the embedded database does not show it. */
const insideOf = Effect.fnUntraced(function* (place: StorePlace) {
  if (place.kind === "postgres") return yield* examineDatabase(place.access.connection, false)
  if (place.kind === "running") return []
  return yield* Effect.gen(function* () {
    yield* holdDirectory(place.dir)
    const { connection } = yield* embeddedAccess(place.dir)
    return yield* examineDatabase(connection, true)
  }).pipe(
    Effect.scoped,
    Effect.catch(({ message }) =>
      Effect.succeed([wrong("database", message, "stop the other process, or set CENTURION_DIR")])
    )
  )
})

const partitionAsJson = ({ company, partition, owner, alive, epoch, position }: Partition) => ({
  company,
  partition,
  owner,
  alive,
  epoch,
  position
})

const asJson = ({ findings, partitions, settings }: Examined, isWell: boolean) => ({
  ok: isWell,
  findings,
  partitions: partitions.map(partitionAsJson),
  settings
})

const signs = { ok: "ok", note: "--", wrong: "!!" } as const

const inWords = (
  { findings, partitions, settings }: Examined,
  isWell: boolean,
  columns: number
): ReadonlyArray<string> => [
  ...findings.flatMap(({ name, state, detail, wayOut }) => [
    `${signs[state]}  ${name.padEnd(13)} ${plain(detail)}`,
    ...(wayOut === undefined ? [] : [`${" ".repeat(18)}${plain(wayOut)}`])
  ]),
  ...(partitions.length === 0
    ? []
    : ["", ...table([partitionHeading, ...partitions.map(partitionRow)], columns)]),
  ...(settings.length === 0 ? [] : ["", ...table([settingHeading, ...settings.map(settingRow)], columns)]),
  "",
  isWell ? "all is well" : "something is wrong: see the lines that begin with !!"
]

const partitionHeading = ["COMPANY", "PARTITION", "EVENTS", "OWNER"]
const partitionRow = ({ company, partition, position, owner, alive }: Partition) => [
  company,
  String(partition),
  String(position),
  owner === null ? "nobody" : alive ? owner : `${owner}, whose lease has run out`
]

const settingHeading = ["SETTING", "VALUE", "", "MEANING"]
const settingRow = ({ variable, value, isDefault, meaning, allowed }: SettingRow) => [
  variable,
  plain(value),
  isDefault ? "default" : "set",
  `${meaning} Allowed: ${allowed}.`
]
