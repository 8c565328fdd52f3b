import { existsSync, statSync } from "node:fs"
import { basename, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import type { AnyStateMachine } from "xstate"
import type { Candidate } from "../../../actors/backtest/backtest-plan.ts"
import { type RegisteredMachine, registerMachines } from "../../../actors/machine/machine-registry.ts"
import { machines } from "../../../machines/index.ts"
import type { ListedMachine } from "../../../machines/listed-machine.ts"
import { failed } from "../cli-failure.ts"

const moduleShape = /\.[cm]?[jt]s(#.+)?$/

/** The candidate that was named: a module that exports it, or a version of the list. */
export const loadCandidate = Effect.fnUntraced(function* (named: string, registered: RegisteredMachine) {
  return moduleShape.test(named) || named.includes("/")
    ? yield* fromModule(named, registered)
    : yield* fromList(named, registered)
})

const fromList = Effect.fnUntraced(function* (
  named: string,
  { current, versions, listed }: RegisteredMachine
) {
  if (named === "current") return { running: current } satisfies Candidate
  const declared = (version: string) => version.slice(0, version.indexOf("+"))
  const all = [...versions.values()]
  const found = all.filter(({ version }) => version === named || declared(version) === named)
  if (found.length === 1) return { running: found[0]! } satisfies Candidate
  const known = all.map(({ version }) => version).join(", ")
  return yield* failed(
    "NoCandidate",
    found.length === 0
      ? `${listed.machine.id} has no version "${named}"; listed are ${known}. A module is named by its path, as ./machine.ts`
      : `${listed.machine.id} has several versions "${named}"; name one in full: ${known}`
  )
})

const fromModule = Effect.fnUntraced(function* (named: string, registered: RegisteredMachine) {
  const [file = "", wanted] = splitOnce(named)
  const path = resolve(file)
  if (!existsSync(path) || !statSync(path).isFile()) {
    return yield* failed("NoCandidate", `the candidate ${file} is no file (looked for ${path})`)
  }
  const exported = yield* Effect.tryPromise({
    try: () => import(pathToFileURL(path).href) as Promise<Record<string, unknown>>,
    catch: (error) => failed("NoCandidate", `the candidate ${file} can't be loaded: ${explainImport(error)}`)
  })
  const listed = yield* chooseExport(file, wanted, exported, registered)
  const handlers = [...machines, listed].flatMap(({ jobs }) => Object.keys(jobs ?? {}))
  const registry = registerMachines([listed], handlers, () => {})
  if (registry._tag === "Failure") return yield* registry.failure
  return { running: registry.success.get(listed.machine.id)!.current, listed } satisfies Candidate
})

const splitOnce = (named: string): ReadonlyArray<string | undefined> => {
  const hash = named.lastIndexOf("#")
  return hash < 0 ? [named] : [named.slice(0, hash), named.slice(hash + 1)]
}

/** Node puts the place of a syntax error in front of the stack. */
const explainImport = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const place = /^(?:file:\/\/)?(\/\S+:\d+)$/m.exec(error.stack ?? "")?.[1]
  return `${error.name}: ${error.message}${place === undefined ? "" : ` (${basename(place)})`}`
}

const chooseExport = Effect.fnUntraced(function* (
  file: string,
  wanted: string | undefined,
  exported: Record<string, unknown>,
  registered: RegisteredMachine
) {
  const id = registered.listed.machine.id
  const refuse = (message: string) => failed("NoCandidate", message)
  if (wanted !== undefined && exported[wanted] === undefined) {
    return yield* refuse(`${file} exports no "${wanted}"; it exports ${named(Object.keys(exported))}`)
  }
  const chosen = wanted === undefined ? exported : { [wanted]: exported[wanted] }
  const found = Object.entries(chosen).flatMap(([name, value]) =>
    machinesIn(value).map((listed) => ({ name, listed }))
  )
  if (found.length === 0) {
    return yield* refuse(
      `${file} exports no machine${wanted === undefined ? "" : ` called "${wanted}"`}; it exports ${named(Object.keys(exported))}`
    )
  }
  const ours = found.filter(({ listed }) => listed.machine.id === id)
  const best = ours.find(({ name }) => name === "default") ?? ours[0]
  if (best === undefined) {
    const ids = found.map(({ name, listed }) => `"${listed.machine.id}" (${name})`)
    return yield* refuse(
      `${file} exports ${ids.join(", ")} and no machine of the id "${id}", whose histories are compared`
    )
  }
  const distinct = new Set(ours.map(({ listed }) => listed.machine))
  if (distinct.size > 1 && best.name !== "default") {
    const names = ours.map(({ name }) => `${file}#${name}`)
    return yield* refuse(`${file} exports several machines of the id "${id}"; name one: ${names.join(", ")}`)
  }
  return withList(best.listed, registered)
})

const named = (names: ReadonlyArray<string>): string => (names.length === 0 ? "nothing" : names.join(", "))

/** A machine alone, a machine with its schemas, or a list of those. */
const machinesIn = (value: unknown): ReadonlyArray<ListedMachine> => {
  if (Array.isArray(value)) return value.flatMap(machinesIn)
  if (isMachine(value)) return [{ machine: value }]
  const { machine } = (value ?? {}) as { readonly machine?: unknown }
  return isMachine(machine) ? [value as ListedMachine] : []
}

/** By what it can do: the candidate may bring an XState of its own. */
const isMachine = (value: unknown): value is AnyStateMachine => {
  const machine = value as Partial<AnyStateMachine> | null | undefined
  return (
    typeof machine === "object" &&
    typeof machine?.getInitialSnapshot === "function" &&
    machine.root !== undefined
  )
}

/** A machine alone speaks of the same events as the one of the list. */
const withList = (listed: ListedMachine, { listed: ofList }: RegisteredMachine): ListedMachine => {
  const { previous: _, ...rest } = ofList
  const { previous: __, ...own } = listed
  return { ...rest, ...own }
}
