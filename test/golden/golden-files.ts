import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { EventKind, StoredEvent } from "../../eventstore/log/stored-event.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"

/** One event of a recorded history. `at` is when it was recorded, epoch ms. */
export interface GoldenEvent {
  readonly kind: EventKind
  readonly type: string
  readonly schemaVersion: number
  readonly at: number
  readonly data: JsonObject
}

/** A history as a released version took it, and the whole state that it ended in. */
export interface GoldenHistory {
  readonly name: string
  readonly events: ReadonlyArray<GoldenEvent>
  readonly state: JsonObject
}

/** Data that a released schema let in: of an event, a fact, the machine's input, or a job's input or output. */
export interface GoldenData {
  readonly of: "input" | "event" | "emitted" | "jobInput" | "jobOutput"
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json
}

/** What is known of a released version beside its histories. */
export interface Release {
  /** SHA-256 of its chart: states, transitions, names; not the text of functions. */
  readonly chart: string
  /** Full versions that were shown to give these histories: the text of a function may change, what it does may not. */
  readonly versions: ReadonlyArray<string>
}

/** All that is recorded of one released version. */
export interface Golden {
  readonly machine: string
  readonly version: string
  readonly release: Release
  readonly histories: ReadonlyArray<GoldenHistory>
  readonly data: ReadonlyArray<GoldenData>
}

const folderOf = (root: string, machine: string, version: string) => join(root, machine, version)
const lines = (path: string): ReadonlyArray<JsonObject> =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonObject)
const folders = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => name)
    .sort()

/** Every released version in the folder `<root>/<machine>/<version>/`. */
export const readGoldens = (root: string): ReadonlyArray<Golden> =>
  existsSync(root)
    ? folders(root).flatMap((machine) =>
        folders(join(root, machine)).map((version) => readGolden(root, machine, version))
      )
    : []

const readGolden = (root: string, machine: string, version: string): Golden => {
  const folder = folderOf(root, machine, version)
  const histories = readdirSync(folder)
    .filter((name) => name.endsWith(".ndjson") && name !== "data.ndjson")
    .sort()
    .map((name): GoldenHistory => {
      const all = lines(join(folder, name))
      const { state } = all.at(-1) as { readonly state: JsonObject }
      return { name, events: all.slice(0, -1) as never, state }
    })
  return {
    machine,
    version,
    release: JSON.parse(readFileSync(join(folder, "release.json"), "utf8")) as Release,
    histories,
    data: lines(join(folder, "data.ndjson")) as never
  }
}

/** Writes a version that was not released before. */
export const writeGolden = (root: string, golden: Golden) => {
  const folder = folderOf(root, golden.machine, golden.version)
  if (existsSync(folder)) throw new Error(`${folder} is there: a released version is never recorded anew`)
  mkdirSync(folder, { recursive: true })
  const write = (name: string, rows: ReadonlyArray<object>) =>
    writeFileSync(join(folder, name), rows.map((row) => `${canonicalJson(row as JsonObject)}\n`).join(""))
  for (const { name, events, state } of golden.histories) write(name, [...events, { state }])
  write("data.ndjson", golden.data)
  writeRelease(root, golden)
}

/** Writes what is known beside the histories. */
export const writeRelease = (
  root: string,
  { machine, version, release }: Pick<Golden, "machine" | "version" | "release">
) => writeFileSync(join(folderOf(root, machine, version), "release.json"), releaseText(release))

const lineMax = 110

/** As the formatter of this repository has it: a list on one line while it fits. */
const releaseText = ({ chart, versions }: Release): string => {
  const list = versions.map((version) => JSON.stringify(version))
  const line = `  "versions": [${list.join(", ")}]`
  const listed = line.length <= lineMax ? line : `  "versions": [\n    ${list.join(",\n    ")}\n  ]`
  return `{\n  "chart": ${JSON.stringify(chart)},\n${listed}\n}\n`
}

const noBytes = new Uint8Array(0)

/** Recorded events as the store would give them, of a machine's full version. */
export const storedEvents = (
  machine: string,
  machineVersion: string,
  events: ReadonlyArray<GoldenEvent>
): ReadonlyArray<StoredEvent> =>
  events.map(({ at, ...event }, n) => ({
    ...event,
    company: "golden",
    partition: 1,
    position: n + 1,
    stream: `${machine}/1`,
    version: n + 1,
    dataText: "",
    sealed: null,
    sealedHash: null,
    keyId: null,
    occurredAt: at,
    recordedAt: at,
    causation: null,
    correlation: null,
    principal: "golden",
    machineVersion,
    payloadHash: noBytes,
    link: noBytes
  }))
