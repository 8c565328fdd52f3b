import { declaredVersion, prepare } from "../../actors/machine/running-machine.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import { chartOf, checkGoldens, presentSchemaVersion, registerListed, schemasOf } from "./check-goldens.ts"
import { type Golden, type GoldenData, readGoldens, writeGolden, writeRelease } from "./golden-files.ts"
import { chooseWalks, namedHistories, type RecordedWalk, walkRecorder } from "./recorded-walk.ts"
import type { Walk } from "./walks.ts"

/** Where walks and examples of a machine come from; undefined when it has none. */
export interface GoldenSources {
  readonly walks: (machine: string) => ReadonlyArray<Walk> | undefined
  /** One of every event and fact, by machine, with every field set. */
  readonly examples: Readonly<
    Record<
      string,
      {
        readonly events: Readonly<Record<string, object>>
        readonly emitted: Readonly<Record<string, object>>
      }
    >
  >
}

/**
 * Records every present version that is not recorded yet, and notes a changed text that gives the same histories.
 * Histories that are there stay as they are. Gives sentences of what it did.
 */
export const recordGoldens = (
  list: ReadonlyArray<ListedMachine>,
  root: string,
  sources: GoldenSources
): ReadonlyArray<string> =>
  list.flatMap((listed) => {
    const { id } = listed.machine
    const version = declaredVersion(listed.machine)
    const known = readGoldens(root).find((golden) => golden.machine === id && golden.version === version)
    if (known === undefined) {
      const golden = record(listed, sources)
      writeGolden(root, golden)
      const events = golden.histories.reduce((sum, history) => sum + history.events.length, 0)
      return [`${id} ${version}: recorded ${golden.histories.length} histories, ${events} events`]
    }
    return noteText(listed, root, known)
  })

const record = (listed: ListedMachine, { walks, examples }: GoldenSources): Golden => {
  const { id } = listed.machine
  const recorder = walkRecorder(registerListed(listed))
  const given = walks(id)
  if (given === undefined) throw new Error(`no walks of ${id} are given: add some to test/golden/walks.ts`)
  const taken = given.map(({ input, drive }) =>
    recorder(
      input,
      drive.steps.map(({ event }) => event)
    )
  )
  const must = taken.filter((_, n) => given[n]!.always)
  const chosen = chooseWalks(taken, must)
  const { version } = prepare(listed.machine, listed.source)
  return {
    machine: id,
    version: declaredVersion(listed.machine),
    release: { chart: chartOf(listed.machine), versions: [version] },
    histories: namedHistories(chosen),
    data: [
      ...examplesOf(listed, examples[id]),
      ...inputsOf(given, chosen, taken),
      ...oneOfEach(taken)
    ].filter(({ of, type }) => schemasOf(listed, of)[type] !== undefined)
  }
}

const examplesOf = (
  listed: ListedMachine,
  examples: GoldenSources["examples"][string] | undefined
): ReadonlyArray<GoldenData> =>
  (["events", "emitted"] as const).flatMap((group) =>
    Object.entries(examples?.[group] ?? {}).map(([type, data]): GoldenData => {
      const of = group === "events" ? "event" : "emitted"
      return { of, type, schemaVersion: presentSchemaVersion(listed, type), data: data as never }
    })
  )

/** The inputs of the chosen walks. */
const inputsOf = (
  given: ReadonlyArray<Walk>,
  chosen: ReadonlyArray<RecordedWalk>,
  taken: ReadonlyArray<RecordedWalk>
): ReadonlyArray<GoldenData> => {
  const texts = new Set(chosen.map((walk) => JSON.stringify(given[taken.indexOf(walk)]!.input)))
  return [...texts].map((text) => ({ of: "input", type: "input", schemaVersion: 1, data: JSON.parse(text) }))
}

/** The first and the longest of what each job got and gave. */
const oneOfEach = (taken: ReadonlyArray<RecordedWalk>): ReadonlyArray<GoldenData> => {
  const kinds = new Map<string, { first: GoldenData; longest: GoldenData; length: number }>()
  for (const data of taken.flatMap(({ jobs }) => jobs)) {
    const { length } = JSON.stringify(data.data)
    const kind = kinds.get(`${data.of} ${data.type}`)
    if (kind === undefined) kinds.set(`${data.of} ${data.type}`, { first: data, longest: data, length })
    else if (length > kind.length) Object.assign(kind, { longest: data, length })
  }
  return [...kinds.values()].flatMap(({ first, longest }) => (first === longest ? [first] : [first, longest]))
}

/** A text that nobody has seen yet is noted when it comes out the same. */
const noteText = (listed: ListedMachine, root: string, known: Golden): ReadonlyArray<string> => {
  const { version } = prepare(listed.machine, listed.source)
  const name = `${known.machine} ${known.version}`
  if (known.release.versions.includes(version)) return [`${name}: recorded before, nothing to do`]
  const release = { ...known.release, versions: [...known.release.versions, version] }
  const others = readGoldens(root).filter((golden) => golden.machine === known.machine)
  const wrong = checkGoldens(
    [listed],
    others.map((golden) => (golden.version === known.version ? { ...golden, release } : golden))
  )
  if (wrong.length > 0) throw new Error(wrong.join("\n"))
  writeRelease(root, { ...known, release })
  return [`${name}: its text changed and its histories come out the same: ${version} is noted`]
}
