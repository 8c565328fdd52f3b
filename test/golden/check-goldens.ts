import { createHash } from "node:crypto"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AnyStateMachine } from "xstate"
import { type RegisteredMachine, registerMachines } from "../../actors/machine/machine-registry.ts"
import { persist, restore } from "../../actors/machine/persisted-state.ts"
import { declaredVersion, prepare } from "../../actors/machine/running-machine.ts"
import { Replayer } from "../../actors/replay/replay.ts"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import { schemaVersionOf, upcast } from "../../eventstore/log/upcast.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import type { DataSchema, ListedMachine } from "../../machines/listed-machine.ts"
import { type Golden, type GoldenData, type GoldenHistory, storedEvents } from "./golden-files.ts"

/** A machine alone on its list, with every job that it names done by somebody. */
export const registerListed = (listed: ListedMachine): RegisteredMachine => {
  const handlers = [...Object.keys(listed.jobs ?? {})]
  const registry = registerMachines([listed], handlers, () => {})
  if (Result.isFailure(registry)) throw registry.failure
  return registry.success.get(listed.machine.id)!
}

/** SHA-256 of what a chart says: its configuration, with a word in the place of each function. */
export const chartOf = ({ config }: AnyStateMachine): string => {
  const text = JSON.stringify(config, (key, value: unknown) =>
    typeof value === "function" ? "(function)" : key === "version" ? undefined : value
  )
  return createHash("sha256").update(text).digest("hex")
}

const wayOut =
  'If the change is meant, give the machine a new version, keep the old machine under "previous" (or give "migrate"), and record the new version with `npm run golden`. Never edit recorded histories.'

/**
 * Holds machines against all that was released: sentences about what is otherwise now, none when all is as it was.
 * Run it in plain node: a machine's version covers the text of its functions, which test runners rewrite.
 */
export const checkGoldens = (
  list: ReadonlyArray<ListedMachine>,
  goldens: ReadonlyArray<Golden>
): ReadonlyArray<string> => [
  ...goldens.flatMap((golden) => {
    const listed = list.find(({ machine }) => machine.id === golden.machine)
    if (listed === undefined) {
      return [`${golden.machine} was released and is not listed any more: its histories could not be read`]
    }
    return [...checkHistories(listed, golden), ...checkData(listed, golden)]
  }),
  ...list.flatMap((listed) => checkRecorded(listed, goldens))
]

const nameOf = ({ machine, version }: Golden) => `${machine} ${version}`

const checkHistories = (listed: ListedMachine, golden: Golden): ReadonlyArray<string> => {
  const same = [listed.machine, ...(listed.previous ?? [])].find(
    (machine) => declaredVersion(machine) === golden.version
  )
  if (same === undefined) {
    return golden.histories.flatMap((history) => checkMigration(listed, golden, history) ?? [])
  }
  const registered = registerListed(listed)
  const { version } = same === listed.machine ? registered.current : prepare(same)
  const differs = golden.histories.flatMap(
    (history) => checkHistory(registered, version, golden, history) ?? []
  )
  if (differs.length > 0) return differs
  if (chartOf(same) !== golden.release.chart) {
    return [`the chart of ${nameOf(golden)}, which is released, has changed. ${wayOut}`]
  }
  return golden.release.versions.includes(version)
    ? []
    : [
        `the text of ${nameOf(golden)}, which is released, has changed (${version} is new), and its recorded histories come out the same. If nothing else should come out otherwise, run \`npm run golden\`, which notes it. ${wayOut}`
      ]
}

/** Undefined when the machine gives the recorded facts and the recorded state. */
const checkHistory = (
  registered: RegisteredMachine,
  version: string,
  golden: Golden,
  { name, events, state }: GoldenHistory
): string | undefined => {
  const replayer = new Replayer(registered)
  for (const event of storedEvents(golden.machine, version, events)) if (!replayer.take(event)) break
  const { stopped, differences } = replayer.finish()
  const where = `${nameOf(golden)} is released, and ${name}`
  if (stopped !== undefined) {
    return `${where} can't be replayed beyond version ${stopped.version}: ${stopped.message}. ${wayOut}`
  }
  const [first] = differences
  if (first !== undefined) {
    const told = (fact: typeof first.found) =>
      fact === null ? "nothing" : `${fact.type} ${canonicalJson(fact.data)}`
    return `${where} comes out otherwise at version ${first.version}: recorded is ${told(first.found)}, now it says ${told(first.expected)}. ${wayOut}`
  }
  const now = persist(replayer.state!)
  const part = now === undefined ? "all" : firstDifference(state, asStored(now))
  return part === undefined ? undefined : `${where} ends in another state: ${part}. ${wayOut}`
}

/** A version that nobody lists any more: its actors must be taken over where they were. */
const checkMigration = (
  { machine, source, migrate }: ListedMachine,
  golden: Golden,
  { name, state }: GoldenHistory
): string | undefined => {
  try {
    const from = golden.release.versions.at(-1) ?? golden.version
    const fitted = migrate === undefined ? state : (migrate(state, from) as JsonObject)
    restore(prepare(machine, source), fitted)
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `${nameOf(golden)} was released and is not listed any more, and ${declaredVersion(machine)} can't take over the state that ${name} ends in: ${why}. List the old machine under "previous", or give "migrate".`
  }
}

/** The state as the store would give it back. */
export const asStored = (state: JsonObject): JsonObject => JSON.parse(canonicalJson(state)) as JsonObject

const firstDifference = (recorded: Json, now: Json, path = "state"): string | undefined => {
  const [was, is] = [recorded, now].map((value) => canonicalJson((value ?? null) as Json))
  if (was === is) return undefined
  const [a, b] = [recorded, now] as ReadonlyArray<{ readonly [key: string]: Json }>
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const inner = firstDifference(a[key] ?? null, b[key] ?? null, `${path}.${key}`)
      if (inner !== undefined) return inner
    }
  }
  return `${path} was ${was} and is ${is}`
}

/** A listed machine's schemas of one kind, by type. */
export const schemasOf = (
  listed: ListedMachine,
  of: GoldenData["of"]
): Readonly<Record<string, DataSchema>> => {
  const jobs = Object.entries(listed.jobs ?? {})
  switch (of) {
    case "input":
      return listed.input === undefined ? {} : { input: listed.input }
    case "event":
      return listed.events ?? {}
    case "emitted":
      return listed.emitted ?? {}
    case "jobInput":
      return Object.fromEntries(jobs.map(([name, { input }]) => [name, input]))
    case "jobOutput":
      return Object.fromEntries(jobs.map(([name, { output }]) => [name, output]))
  }
}

/** Data that a released schema let in must still be let in, as its upcasters make it. */
const checkData = (listed: ListedMachine, golden: Golden): ReadonlyArray<string> =>
  golden.data.flatMap(({ of, type, schemaVersion, data }) => {
    const schema = schemasOf(listed, of)[type]
    const what = `${of} ${type} of ${nameOf(golden)}`
    if (schema === undefined) {
      return [`${what} was released and has no schema any more: stored data could not be read. Keep it.`]
    }
    const present =
      of === "event" || of === "emitted"
        ? upcast(listed.upcasters ?? {}, type, schemaVersion, data as JsonObject)
        : data
    const decoded = Schema.decodeUnknownResult(schema)(present)
    return Result.isSuccess(decoded)
      ? []
      : [
          `${what} was released and does not decode any more: ${decoded.failure.message}. Make new fields optional, or give an upcaster.`
        ]
  })

/** The present version is recorded, with every event and fact that it knows. */
const checkRecorded = (listed: ListedMachine, goldens: ReadonlyArray<Golden>): ReadonlyArray<string> => {
  const { id } = listed.machine
  const version = declaredVersion(listed.machine)
  const golden = goldens.find((each) => each.machine === id && each.version === version)
  if (golden === undefined) return [`${id} ${version} is not recorded: run \`npm run golden\``]
  const said = new Set(golden.histories.flatMap(({ events }) => events.map(({ type }) => type)))
  const shown = new Set(golden.data.map(({ of, type }) => `${of} ${type}`))
  const missing = (["event", "emitted"] as const).flatMap((of) =>
    Object.keys(schemasOf(listed, of)).flatMap((type) => [
      ...(said.has(type) ? [] : [`${id} ${version} has ${of} ${type}, which no recorded history holds`]),
      ...(shown.has(`${of} ${type}`)
        ? []
        : [`${id} ${version} has ${of} ${type}, of which no data is recorded`])
    ])
  )
  return missing.map((each) => `${each}: it came after the release. ${wayOut}`)
}

/** What a present event type's data has as its schema version. */
export const presentSchemaVersion = (listed: ListedMachine, type: string): number =>
  schemaVersionOf(listed.upcasters ?? {}, type)
